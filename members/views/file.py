"""The member file, and the pages around it that open a phone number."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from members.access import member_for_read
from members.enums import Channel, ConsentState, MemberStatus
from members.models import Consent, Member
from members.overview import ASK, load_programme, profile_of, tier_progress
from members.rules.birthdays import Birthday, format_birthday
from members.services import people
from vipcrm import timeline
from vipcrm.enums import Role
from vipcrm.formats import is_chinese
from vipcrm.panels import panels_for
from vipcrm.requests import StaffRequest

SHORT, LONG = 10, 300
ASKED_FIRST = (Channel.PHONE, Channel.WECHAT)


@require_GET
def member_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything about a member on one page."""
    return _member_page(request, member_for_read(request, pk))


def open_phone(request: StaffRequest, pk: int) -> HttpResponse:
    """Shows the number in full; that somebody looked is written down. Without a script: the whole page again."""
    member = member_for_read(request, pk)
    if request.method != "POST":
        return redirect("members:detail", pk)
    phone = people.open_phone(member, by=request.user)
    if request.htmx:
        return render(request, "members/_phone.html", {"member": member, "phone": phone})
    return _member_page(request, member, phone=phone)


def contact(request: StaffRequest, pk: int) -> HttpResponse:
    """Before she is called: may we, when, what was last. Pressing the button opens the number."""
    member = member_for_read(request, pk)
    phone = people.open_phone(member, by=request.user) if request.method == "POST" else ""
    consents = people.consents_of(member)
    return render(
        request,
        "members/member_contact.html",
        {
            "member": member,
            "phone": phone,
            "flags": flags(member, consents),
            "refused": member.do_not_contact or _refused(consents, Channel.PHONE),
            "panels": panels_for("member.contact", request, member),
            "notes": member.visit_notes.select_related("by")[:2],
        },
    )


def _refused(consents: dict[str, Consent], channel: str) -> bool:
    return channel in consents and consents[channel].state == ConsentState.REFUSED


def _member_page(request: StaffRequest, member: Member, phone: str = "") -> HttpResponse:
    return render(
        request, "members/member_detail.html", {**_head(request, member), "phone": phone, **_body(request, member)}
    )


def _head(request: StaffRequest, member: Member) -> dict[str, Any]:
    today = timezone.localdate(timezone=member.home_store.tz)
    programme = member.programme = load_programme(today)  # type: ignore[attr-defined]  # the timeline reads it too
    consents = people.consents_of(member)
    profile = profile_of(member, consents)
    calls = panels_for("member.contact", request, member)
    return {
        "member": member,
        "today": today,
        "progress": tier_progress(getattr(member, "standing", None), programme),
        "flags": flags(member, consents),
        "consents": consents_shown(consents),
        "profile": profile,
        "ask_next": ASK.get(profile.ask_next, ""),
        "birthday": birthday_text(member),
        "may_write": request.user.role != Role.SERVICE_AGENT,
        "call_panel": calls[0][1] if calls else None,
    }


def _body(request: StaffRequest, member: Member) -> dict[str, Any]:
    limit = LONG if "all" in request.GET else SHORT
    entries = timeline.entries_for(member, limit + 1)
    return {
        "entries": entries[:limit],
        "more_entries": len(entries) > limit,
        "main_panels": panels_for("member.main", request, member),
        "side_panels": panels_for("member.side", request, member),
        "actions": panels_for("member.actions", request, member),
    }


def birthday_text(member: Member) -> str:
    """As it is spoken: `农历九月廿四`, `3 May 1988`; "" while it is not known."""
    if not member.birth_month or not member.birth_day:
        return ""
    calendar = "lunar" if member.birth_calendar == "lunar" else "solar"
    birthday = Birthday(calendar, member.birth_year, member.birth_month, member.birth_day)  # type: ignore[arg-type]
    return format_birthday(birthday, chinese=is_chinese())


def consents_shown(consents: dict[str, Consent]) -> list[tuple[str, Consent | None]]:
    """Every channel with the word that counts, None where she was not asked."""
    return [(str(label), consents.get(channel)) for channel, label in Channel.choices]


def flags(member: Member, consents: dict[str, Consent]) -> list[tuple[str, str, str]]:
    """(kind, text, icon) of at most four flags in the head: what somebody must know before calling her."""
    found = []
    if member.status == MemberStatus.LEFT:
        found.append(("plain", _("Has left"), "none"))
    if member.do_not_contact:
        found.append(("overdue", _("Do not contact"), "phone-off"))
    if member.wrong_number:
        found.append(("warn", _("Wrong number"), "triangle-alert"))
    for channel in ASKED_FIRST:
        found.append(_consent_flag(str(channel.label), consents.get(channel)))
    return found[:4]


def _consent_flag(channel: str, consent: Consent | None) -> tuple[str, str, str]:
    if consent is None:
        return "later", _("%(channel)s: not asked") % {"channel": channel}, "circle"
    if consent.state == ConsentState.GIVEN:
        return "done", _("%(channel)s: agreed") % {"channel": channel}, "check"
    return "overdue", _("%(channel)s: refused") % {"channel": channel}, "ban"
