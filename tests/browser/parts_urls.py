"""The addresses of the product, and one page that shows every part of the look: for tests and for people."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone

from vipcrm.paging import Page
from vipcrm.timeline import Entry

TIERS = [
    SimpleNamespace(rank=i + 1, name=name) for i, name in enumerate(["普通会员", "高级会员", "VIP会员", "至尊VIP会员"])
]


class PartsForm(forms.Form):
    name = forms.CharField(label="姓名")
    phone = forms.CharField(label="手机", help_text="11 位", min_length=11)
    born = forms.CharField(label="生日", required=False, help_text="不知道年份也可以")
    size = forms.ChoiceField(label="尺码", choices=[("m", "M"), ("l", "L")])
    channel = forms.ChoiceField(label="联系方式", choices=[("p", "电话"), ("w", "微信")], widget=forms.RadioSelect)
    secret = forms.CharField(label="密码", widget=forms.PasswordInput)
    agree = forms.BooleanField(label="同意联系", required=False)
    note = forms.CharField(label="她说了什么", widget=forms.Textarea(attrs={"rows": 2}), required=False)


def parts(request):
    now = timezone.now()
    context = {
        "tiers": TIERS,
        "today": timezone.localdate(),
        "form": PartsForm({"name": "王晓梅", "phone": "138"}),
        "page": Page(rows=TIERS, next="x", previous="", size=20, kept=[("q", "王")]),
        "entries": [
            Entry(now, "phone", "第 7 天·跟进电话", state="now", state_text="现在", url="#main"),
            Entry(now - timedelta(days=7), "shopping-bag", "购买 2 件", "雾灰针织衫 M、黑色直筒西裤 27", amount="¥897"),
        ],
    }
    page = engines["django"].from_string(Path(__file__).with_name("parts.html").read_text())
    return HttpResponse(page.render(context, request))


urlpatterns = [path("parts", parts), path("", include("vipcrm.urls"))]
