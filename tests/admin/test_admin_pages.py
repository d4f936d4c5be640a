"""Every model of ours stands in Django admin, can be searched, and offers nothing that would break a rule (item 9)."""

import re

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from members.models import Member, Standing, TierChange
from tests.factories import MemberFactory, ProductFactory, StaffFactory, manager_of, sale
from tests.factories import admin as admin_staff
from vipcrm.admin import THEIR_WORDS
from vipcrm.models import AuditEvent

pytestmark = pytest.mark.django_db
OURS = [
    model
    for app in ("vipcrm", "members", "followups", "service_tickets", "reports")
    for model in apps.get_app_config(app).get_models()
]
INLINE = {
    model for site_admin in admin.site._registry.values() for inline in site_admin.inlines for model in [inline.model]
}
# Rows nobody looks up by themselves.
PLUMBING = {"members.saleentry", "service_tickets.numberrange"}


@pytest.fixture
def boss(client):
    person = admin_staff()
    client.force_login(person)
    return person


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label_lower)
def test_every_model_stands_in_admin_and_can_be_searched(client, boss, model):
    if model._meta.label_lower in PLUMBING:
        return
    assert model in admin.site._registry or model in INLINE
    if model in admin.site._registry:
        assert admin.site._registry[model].search_fields
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(address, {"q": "王"}).status_code == 200


@pytest.mark.parametrize("role", ["clerk", "manager"])
def test_admin_is_for_administrators_alone(client, role):
    client.force_login(StaffFactory() if role == "clerk" else manager_of(StaffFactory().store))
    assert client.get(reverse("admin:index")).status_code == 302


DERIVED = ["members.Receipt", "members.ReceiptLine", "members.TierChange", "members.Standing", "vipcrm.AuditEvent",
           "followups.Step", "followups.StepEvent", "followups.Reminder", "reports.MonthlyReport"]  # fmt: skip


@pytest.mark.parametrize("label", DERIVED)
def test_ledger_like_rows_are_read_only(rf, boss, label):
    site_admin = admin.site._registry[apps.get_model(label)]
    request = rf.get("/")
    request.user = boss
    assert not site_admin.has_add_permission(request)
    assert not site_admin.has_change_permission(request)
    assert not site_admin.has_delete_permission(request)


def test_a_member_is_put_right_through_the_service(client, boss):
    member = MemberFactory(name="王晓梅")
    address = reverse("admin:members_member_change", args=[member.pk])
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {
        f"{prefix}-{key}": 0 for prefix in ("consents", "tier_changes") for key in ("TOTAL_FORMS", "INITIAL_FORMS")
    }

    answer = client.post(address, {**data, "name": "李文琪"})

    assert answer.status_code == 302, answer.context["errors"]
    member.refresh_from_db()
    assert (member.name, member.initials) == ("李文琪", "lwq")
    assert AuditEvent.objects.filter(action="member_changed").exists()


def test_marking_a_product_recounts_who_bought_it(client, boss):
    product, member = ProductFactory(), MemberFactory()
    sale(member, "3000.00", product=product)
    address = reverse("admin:members_product_change", args=[product.pk])
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}

    assert client.post(address, {**data, "excluded": "on"}).status_code == 302

    assert Standing.objects.get(member=member).tier == "regular"
    assert TierChange.objects.filter(withdrawn_at__isnull=False).exists()


def test_exports_hold_no_live_formula_mask_phones_and_are_recorded(client, boss):
    MemberFactory(name="=HYPERLINK(1)", card_no="@C1", phone="+8613800001234")
    address = reverse("admin:members_member_export")
    names = [name for name in client.get(address).context["form"].fields if name.startswith("memberresource_")]

    answer = client.post(address, {"format": "0", "resource": "", **dict.fromkeys(names, "on")})

    text = answer.content.decode()
    assert "'=HYPERLINK(1)" in text
    assert "'@C1" in text
    assert "138****1234" in text
    assert "13800001234" not in text
    event = AuditEvent.objects.get(action="exported")
    assert (event.by, event.rows) == (boss, Member.objects.count())


def test_what_locks_a_login_speaks_chinese_and_opens_it(client, boss):
    """django-axes has no Chinese of its own, and two of its three tables stay empty."""
    for _ in range(5):
        client.logout()
        client.post(reverse("vipcrm:login"), {"username": "lin", "password": "wrong"})
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")

    front = client.get(reverse("admin:index")).text
    rows = client.get(reverse("admin:axes_accessattempt_changelist"))

    assert "登录失败" in front and "Axes" not in front and "Access" not in front
    assert "用户名" in rows.text and "lin" in rows.text
    assert not [word for word in THEIR_WORDS if word in rows.text]
    attempt = AccessAttempt.objects.get(username="lin")
    assert client.get(reverse("admin:axes_accessattempt_change", args=[attempt.pk])).status_code == 200
    client.post(reverse("admin:axes_accessattempt_delete", args=[attempt.pk]), {"post": "yes"})
    assert not AccessAttempt.objects.exists()


def test_the_members_of_the_admin_speak_chinese(client, boss):
    MemberFactory(phone="+8613800001234")
    address = reverse("admin:members_member_changelist")
    page, empty = client.get(address).text, client.get(address, {"q": "nobody"}).text
    assert "138****1234" in page and "Masked" not in page
    assert "没有找到" in empty
    assert not [word for word in THEIR_WORDS if f">{word}<" in re.sub(r"\s*([<>])\s*", r"\1", page + empty)]
