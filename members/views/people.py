"""Enrol a member, change her file, write down that she left."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import member_for_write, require_store_staff
from members.enums import MemberStatus
from members.forms.people import EnrolForm, MemberForm, StatusForm
from members.models import Member
from members.overview import load_programme, put_tier
from members.rules import phones
from members.services import people
from members.views.lists import today_of
from vipcrm.requests import StaffRequest


def enrol(request: StaffRequest) -> HttpResponse:
    """A new card; files that may be the same person are pointed out first."""
    require_store_staff(request)
    form = EnrolForm(
        request.POST or None, initial=_from_address(request), staff=request.user, today=today_of(request.user)
    )
    if request.method != "POST":
        return render(request, "members/member_enrol.html", {"form": form})
    if form.is_valid():
        twins = _unconfirmed_twins(request, form)
        elsewhere = None if twins else _elsewhere(request, form)
        if not twins and not elsewhere:
            return _enrolled(request, form)
        context = {"form": form, "twins": twins, "elsewhere": elsewhere, "ask": True}
        return render(request, "members/member_enrol.html", context, status=422)
    return render(request, "members/member_enrol.html", {"form": form}, status=422)


def _from_address(request: StaffRequest) -> dict[str, str]:
    """What was searched for in vain becomes the beginning of the new card."""
    typed = request.GET.get("q", "").strip()
    return {"phone": typed} if phones.try_normalise(typed) else {"name": typed}


def _enrolled(request: StaffRequest, form: EnrolForm) -> HttpResponse:
    data, store = form.cleaned_data, form.home
    assert store is not None  # the form asks for it
    try:
        member = people.enrol_member(
            name=data["name"],
            phone=data["phone"],
            wechat=data["wechat"],
            home_store=store,
            advisor=data["advisor"],
            enrolled_on=data["enrolled_on"],
            card_no=data["card_no"],
            consents=form.consents,
            profile=form.profile,
            by=request.user,
            at=timezone.now(),
        )
    except people.MemberNotSaved as error:
        form.add_error(None, str(error))
        return render(request, "members/member_enrol.html", {"form": form}, status=422)
    messages.success(request, _("%(name)s has card %(card)s.") % {"name": member.name, "card": member.card_no})
    return redirect("members:detail", member.pk)


def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Changes a file. Who saves second is told what the first one wrote, and keeps what she typed."""
    member = member_for_write(request, pk)
    initial = {f"consent_{channel}": consent.state for channel, consent in people.consents_of(member).items()}
    form = MemberForm(
        request.POST or None, instance=member, initial=initial, staff=request.user, today=today_of(request.user)
    )
    context: dict[str, Any] = {"form": form, "member": Member.objects.get(pk=pk) if request.POST else member}
    if request.method != "POST":
        return render(request, "members/member_edit.html", context)
    if not form.is_valid():
        return render(request, "members/member_edit.html", context, status=422)
    context["twins"] = _unconfirmed_twins(request, form, besides=pk)
    if context["twins"]:
        return render(request, "members/member_edit.html", {**context, "ask": True}, status=422)
    return _saved(request, form, context)


def _saved(request: StaffRequest, form: MemberForm, context: dict[str, Any]) -> HttpResponse:
    seen_at = None if "overwrite" in request.POST else form.opened_at
    try:
        people.update_member(
            context["member"],
            changes=form.changes,
            seen_at=seen_at,
            consents=form.consents,
            by=request.user,
            at=timezone.now(),
        )
    except people.EditConflict as conflict:
        context |= {"conflict": conflict, "differences": differences(form, conflict.member)}
        return render(request, "members/member_edit.html", context, status=409)
    messages.success(request, _("Saved."))
    return redirect("members:detail", context["member"].pk)


def differences(form: MemberForm, stored: Member) -> list[tuple[str, Any, Any]]:
    """(label, what is stored now, what was typed) of every field that differs."""
    return [
        (str(form.fields[name].label), _shown(name, getattr(stored, name)), _shown(name, value))
        for name, value in form.changes.items()
        if getattr(stored, name) != value and name in form.fields
    ]


def _shown(name: str, value: Any) -> Any:
    return phones.mask_phone(value) if name == "phone" else value


def _unconfirmed_twins(request: StaffRequest, form: MemberForm, besides: int | None = None) -> list[Member]:
    """Possible duplicates, unless somebody has said that it is another person."""
    data = form.cleaned_data
    if "confirm" in request.POST or (
        besides and not {"phone", "name", "birth_day", "birth_month"} & set(form.changed_data)
    ):
        return []
    key = people.birthday_key(data["birth_calendar"], data["birth_month"], data["birth_day"])
    return people.find_duplicates(
        visible_to=request.user, phone=data["phone"], name=data["name"], birthday=key, besides=besides
    )


def _elsewhere(request: StaffRequest, form: EnrolForm) -> Member | None:
    """A member of another store with this phone number; the look-up is recorded."""
    if "confirm" in request.POST or not form.cleaned_data["phone"]:
        return None
    found = people.look_up_elsewhere(form.cleaned_data["phone"], by=request.user)
    if found:
        put_tier(found, load_programme(today_of(request.user)))
    return found


def duplicates(request: StaffRequest) -> HttpResponse:
    """Fragment while somebody types: who may be the same person. POST, so that no number stands in an address."""
    require_store_staff(request)
    if request.method != "POST":
        return redirect("members:enrol")

    def small(name: str) -> int | None:
        text = request.POST.get(name, "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None

    twins = people.find_duplicates(
        visible_to=request.user,
        phone=phones.try_normalise(request.POST.get("phone", "")),
        name=request.POST.get("name", "").strip(),
        birthday=people.birthday_key(request.POST.get("birth_calendar", ""), small("birth_month"), small("birth_day")),
        besides=small_pk(request.POST.get("besides", "")),
    )
    return render(request, "members/_twins.html", {"twins": twins})


def small_pk(text: str) -> int | None:
    """A primary key out of a form field; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def change_status(request: StaffRequest, pk: int) -> HttpResponse:
    """She leaves, or is a member again."""
    member = member_for_write(request, pk)
    if request.method != "POST":
        return redirect("members:edit", pk)
    form = StatusForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why."))
        return redirect("members:edit", pk)
    move = people.mark_left if member.status == MemberStatus.ACTIVE else people.mark_back
    try:
        move(member, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    except people.MoveNotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Written down."))
    return redirect("members:detail", pk)
