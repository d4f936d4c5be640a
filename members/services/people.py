"""Enrolling members and changing their files: what is on a card, who looks after her, what she agreed to."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.enums import Calendar, ConsentState, MemberStatus
from members.models import AdvisorChange, Consent, Member, StatusChange
from members.rules import phones, pinyin
from members.services.cards import next_card_number
from members.services.refresh import refresh_members
from members.signals import members_handed_over
from vipcrm.audit import record_event
from vipcrm.enums import AuditAction
from vipcrm.models import Staff, Store

MAX_DUPLICATES = 5


class MemberNotSaved(Exception):
    """The file cannot be saved as given; the message says why."""


class EditConflict(MemberNotSaved):
    """Somebody else saved the file since the form was opened. `member` is the file as it stands now."""

    def __init__(self, member: Member) -> None:
        super().__init__(_("Somebody else changed this file while you were editing it."))
        self.member = member


class MoveNotAllowed(Exception):
    """The member's status does not allow this; the message says why."""


def search_columns(name: str) -> dict[str, str]:
    """The columns by which a name is found, to be written together with it."""
    return {"pinyin": pinyin.pinyin_of(name)[:200], "initials": pinyin.initials_of(name)[:80]}


@transaction.atomic
def enrol_member(
    *,
    name: str,
    phone: str = "",
    wechat: str = "",
    home_store: Store,
    advisor: Staff | None = None,
    enrolled_on: date | None = None,
    card_no: str = "",
    consents: Mapping[str, str] | None = None,
    profile: Mapping[str, Any] | None = None,
    by: Staff | None,
    at: datetime,
) -> Member:
    """Opens a card. Name and phone (or WeChat) are enough; `profile` holds further fields of Member, `consents` maps a
    channel to given or refused. Without `card_no` the system gives one; `phone` in any form, stored as E.164.

    Raises ValueError for a phone number that is none, MemberNotSaved for a card number that exists.
    """
    if card_no and Member.objects.filter(card_no=card_no).exists():
        raise MemberNotSaved(_("Card number %(card)s is already in use.") % {"card": card_no})
    day = enrolled_on or at.astimezone(home_store.tz).date()
    member = Member.objects.create(
        card_no=card_no or next_card_number(home_store),
        name=name.strip(),
        phone=phones.normalise_phone(phone) if phone else "",
        wechat=wechat.strip(),
        home_store=home_store,
        advisor=advisor,
        enrolled_by=by,
        enrolled_on_given=day,
        enrolled_on=day,
        **search_columns(name),
        **(profile or {}),
    )
    for channel, state in (consents or {}).items():
        set_consent(member, channel=channel, state=state, by=by, at=at)
    return member


@transaction.atomic
def update_member(
    member: Member,
    *,
    changes: Mapping[str, Any],
    seen_at: datetime | None = None,
    consents: Mapping[str, str] | None = None,
    by: Staff,
    at: datetime,
) -> Member:
    """Writes the fields that differ; home store and advisor leave a dated AdvisorChange and are told to higher
    apps. Nothing different: no write.

    `seen_at`: the file's `updated_at` when the form was opened. Raises EditConflict when somebody saved since.
    """
    stored = Member.objects.select_for_update(of=("self",)).select_related("home_store", "advisor").get(pk=member.pk)
    if seen_at is not None and stored.updated_at != seen_at:
        raise EditConflict(stored)
    before = (stored.home_store, stored.advisor)
    changed = [name for name, value in changes.items() if getattr(stored, name) != value]
    for name in changed:
        setattr(stored, name, changes[name])
    if "name" in changed:
        for column, value in search_columns(stored.name).items():
            setattr(stored, column, value)
    if "phone" in changed and "wrong_number" not in changed:
        stored.wrong_number = False  # of the number before
    if changed:
        stored.save()
        record_event(AuditAction.MEMBER_CHANGED, by=by, subject=stored, fields=sorted(changed))
    _note_advisor_change(stored, before, by, at)
    for channel, state in (consents or {}).items():
        set_consent(stored, channel=channel, state=state, by=by, at=at)
    return stored


def _note_advisor_change(member: Member, before: tuple[Store, Staff | None], by: Staff, at: datetime) -> None:
    store, advisor = before
    if store.pk == member.home_store_id and (advisor and advisor.pk) == member.advisor_id:
        return
    AdvisorChange.objects.create(
        member=member,
        on=at.astimezone(member.home_store.tz).date(),
        at=at,
        store_before=store,
        store_after=member.home_store,
        advisor_before=advisor,
        advisor_after=member.advisor,
        by=by,
    )
    members_handed_over.send(sender=Member, member_ids=[member.pk], by_id=by.pk, at=at)


def set_consent(member: Member, *, channel: str, state: str, by: Staff | None, at: datetime) -> Consent | None:
    """Writes down what she said about a channel, dated; None when that is what stands already (also “not asked”)."""
    newest = member.consents.filter(channel=channel).order_by("-given_on", "-id").first()
    if state not in ConsentState.values or (newest and newest.state == state):
        return None
    day = at.astimezone(member.home_store.tz).date()
    return Consent.objects.create(member=member, channel=channel, state=state, given_on=day, by=by)


def consents_of(member: Member) -> dict[str, Consent]:
    """The word that counts per channel: the newest; a channel she was not asked about is missing. One query."""
    rows = member.consents.order_by("channel", "-given_on", "-id").distinct("channel")
    return {consent.channel: consent for consent in rows}


def mark_left(member: Member, *, reason: str, by: Staff, at: datetime) -> StatusChange:
    """She leaves the programme today; a later purchase brings her back by itself. Raises MoveNotAllowed."""
    return _move(member, MemberStatus.ACTIVE, MemberStatus.LEFT, reason, by, at)


def mark_back(member: Member, *, reason: str, by: Staff, at: datetime) -> StatusChange:
    """She is a member again without having bought. Raises MoveNotAllowed."""
    return _move(member, MemberStatus.LEFT, MemberStatus.ACTIVE, reason, by, at)


@transaction.atomic
def _move(member: Member, start: str, end: str, reason: str, by: Staff, at: datetime) -> StatusChange:
    stored = Member.objects.select_for_update(of=("self",)).select_related("home_store").get(pk=member.pk)
    if stored.status != start:
        raise MoveNotAllowed(_("Her status is already “%(status)s”.") % {"status": stored.get_status_display()})
    day = at.astimezone(stored.home_store.tz).date()
    change = StatusChange.objects.create(member=stored, at=at, on=day, status=end, reason=reason.strip(), by=by)
    record_event(AuditAction.MEMBER_CHANGED, by=by, subject=stored, fields=["status"])
    refresh_members([stored.pk], at=at)
    return change


def find_duplicates(
    *,
    visible_to: Staff,
    phone: str = "",
    name: str = "",
    birthday: tuple[str, int, int] | None = None,
    besides: int | None = None,
) -> list[Member]:
    """Files that may be the same person: same phone, or same name and birthday (handbook 2); at most five.

    `birthday`: (calendar, month, day). `besides`: the file being edited.
    """
    same = Q()
    if phone:
        same |= Q(phone=phone)
    if name and birthday:
        calendar, month, day = birthday
        same |= Q(name=name, birth_calendar=calendar, birth_month=month, birth_day=day)
    if not same:
        return []
    found = Member.objects.visible_to(visible_to).present().filter(same).exclude(pk=besides)
    return list(found.select_related("standing", "advisor").order_by("pk")[:MAX_DUPLICATES])


def birthday_key(calendar: str, month: int | None, day: int | None) -> tuple[str, int, int] | None:
    """What `find_duplicates` compares; None while the birthday is not known."""
    return (calendar or Calendar.SOLAR, month, day) if month and day else None


def open_phone(member: Member, *, by: Staff) -> str:
    """The phone number in full; that somebody looked is written down (handbook 1)."""
    record_event(AuditAction.PHONE_OPENED, by=by, subject=member)
    return member.phone


def look_up_elsewhere(text: str, *, by: Staff) -> Member | None:
    """A member of another store by her full phone or card number only; the look-up is recorded (handbook 1).

    The asking clerk may show name and tier and may sell to her; the rest stays with the home store. None: not found,
    or one whose file she may open anyway.
    """
    wanted = Q(card_no=text.strip())
    phone = phones.try_normalise(text)
    if phone:
        wanted |= Q(phone=phone)
    elsewhere = Member.objects.present().exclude(pk__in=Member.objects.visible_to(by).filter(wanted).values("pk"))
    member = elsewhere.filter(wanted).select_related("standing", "home_store").order_by("pk").first()
    if member is not None:
        record_event(AuditAction.LOOKED_UP, by=by, subject=member)
    return member
