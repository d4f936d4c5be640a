"""Further partners of a notification by function: who else plays a part in it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from service_tickets.enums import Action, HistoryKind
from service_tickets.models import HistoryEntry, Notification, Partner, PartnerFunction
from service_tickets.rules.actions import after_action, missing_reason, why_not
from service_tickets.rules.values import Reason, State
from service_tickets.services.errors import MoveNotAllowed
from service_tickets.services.required import IN_HEADER
from service_tickets.services.states import changed_meanwhile, load_state, locked, refuse, store_state
from vipcrm.models import Staff


@dataclass(frozen=True)
class PartnerInput:
    """A colleague or a name, and the part that is played."""

    function: PartnerFunction
    staff: Staff | None = None
    name: str = ""


def partners_of(notification: Notification) -> list[PartnerInput]:
    """The further partners as they would be keyed in again: what is copied with a reference."""
    rows = notification.partners.select_related("function", "staff")
    return [PartnerInput(row.function, row.staff, row.name) for row in rows]


@transaction.atomic
def add_partner(
    notification: Notification, *, partner: PartnerInput, expected: int | None = None, by: Staff, at: datetime
) -> Partner:
    """Adds somebody who plays a further part. SP, SH and VW stand in the header: they raise MoveNotAllowed."""
    fresh = locked(notification, expected)
    before = load_state(fresh)
    refuse(why_not(Action.CHANGE, before))
    made = insert_partner(fresh, partner)
    _write(fresh, new=made, by=by, at=at)
    store_state(fresh, before, after_action(Action.CHANGE, before), action=Action.CHANGE, by=by, at=at)
    return made


@transaction.atomic
def change_partner(
    partner: Partner, *, to: PartnerInput, expected: int | None = None, by: Staff, at: datetime
) -> Partner:
    """Somebody else plays the part, or the same person another one; a required part stays played."""
    fresh, before = _open_for_change(partner, expected)
    made = insert_partner(fresh, to)
    _write(fresh, old=partner, new=made, by=by, at=at)
    Partner.objects.filter(pk=partner.pk).delete()
    _still_played(fresh, before.missing)
    store_state(fresh, before, after_action(Action.CHANGE, before), action=Action.CHANGE, by=by, at=at)
    return made


@transaction.atomic
def remove_partner(partner: Partner, *, expected: int | None = None, by: Staff, at: datetime) -> None:
    """Takes a partner away; refused where the type requires the function and nobody else plays it."""
    fresh, before = _open_for_change(partner, expected)
    _write(fresh, old=partner, by=by, at=at)
    Partner.objects.filter(pk=partner.pk).delete()
    _still_played(fresh, before.missing)
    store_state(fresh, before, after_action(Action.CHANGE, before), action=Action.CHANGE, by=by, at=at)


def insert_partner(notification: Notification, partner: PartnerInput) -> Partner:
    """The bare row, for callers that hold the lock and have checked the action."""
    name = partner.name.strip()
    if partner.function.code in IN_HEADER:
        raise MoveNotAllowed([Reason("in_header", _("%s stands in the header: change it there.") % partner.function)])
    if partner.staff is None and not name:
        raise MoveNotAllowed([Reason("nobody", _("Choose a colleague or write a name."))])
    return Partner.objects.create(notification=notification, function=partner.function, staff=partner.staff, name=name)


def _open_for_change(partner: Partner, expected: int | None) -> tuple[Notification, State]:
    fresh = locked(partner.notification, expected)
    if not fresh.partners.filter(pk=partner.pk).exists():
        raise changed_meanwhile()
    before = load_state(fresh)
    refuse(why_not(Action.CHANGE, before))
    return fresh, before


def _still_played(fresh: Notification, missing_before: tuple[str, ...]) -> None:
    """Raises MoveNotAllowed where a change has left a required function without anybody."""
    lost = [label for label in load_state(fresh).missing if label not in missing_before]
    if lost:
        raise MoveNotAllowed([missing_reason(lost)])


def _write(
    fresh: Notification, *, old: Partner | None = None, new: Partner | None = None, by: Staff, at: datetime
) -> None:
    HistoryEntry.objects.create(
        notification=fresh, at=at, by=by, action=Action.CHANGE, kind=HistoryKind.CHANGE, subject="partner",
        old=_words(old), new=_words(new),
    )  # fmt: skip


def _words(partner: Partner | None) -> str:
    return "" if partner is None else f"{partner.function} {partner.who}"[:200]
