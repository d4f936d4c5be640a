"""Changing header fields, one or many notifications at a time."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from service_tickets.enums import Action, HistoryKind
from service_tickets.models import HistoryEntry, Notification
from service_tickets.rules.actions import after_action, missing_reason, why_not
from service_tickets.rules.values import Reason
from service_tickets.services.creation import Header
from service_tickets.services.errors import MoveNotAllowed
from service_tickets.services.required import required_functions
from service_tickets.services.states import as_text, load_state, locked, refuse, store_state
from vipcrm.models import Staff


@transaction.atomic
def change_header(
    notification: Notification, *, header: Header, expected: int | None = None, by: Staff, at: datetime
) -> list[str]:
    """Writes the header fields that differ, a history row for each; returns their names. The type cannot change."""
    fresh = locked(notification, expected)
    if header.type != fresh.type:
        raise MoveNotAllowed([Reason("type", _("The type of a notification cannot change: create a new one."))])
    if header.required_end < header.required_start:
        raise MoveNotAllowed([Reason("dates", _("The required end is not before the start."))])
    values = {name: getattr(header, name) for name in Header.__dataclass_fields__}
    return _write(fresh, values, Action.CHANGE, by=by, at=at)


@transaction.atomic
def assign_agent(
    notification: Notification, *, agent: Staff | None, expected: int | None = None, by: Staff, at: datetime
) -> list[str]:
    """Makes somebody responsible (VW); None takes the responsibility away. Returns the changed fields."""
    return _write(locked(notification, expected), {"agent": agent}, Action.ASSIGN, by=by, at=at)


def _write(fresh: Notification, values: dict[str, Any], action: Action, *, by: Staff, at: datetime) -> list[str]:
    before = load_state(fresh)
    refuse([*why_not(action, before), *_missing_in_header(fresh, values)])
    changed = [name for name, value in values.items() if getattr(fresh, name) != value]
    if not changed:
        return []
    rows = [
        HistoryEntry(
            notification=fresh, at=at, by=by, action=action, kind=HistoryKind.CHANGE, subject=name,
            old=as_text(getattr(fresh, name)), new=as_text(values[name]),
        )
        for name in changed
    ]  # fmt: skip
    for name in changed:
        setattr(fresh, name, values[name])
    HistoryEntry.objects.bulk_create(rows)
    store_state(fresh, before, after_action(action, before), action=action, by=by, at=at)
    return changed


def _missing_in_header(fresh: Notification, values: dict[str, Any]) -> list[Reason]:
    """A required function that stands in the header and that nobody would play."""
    played = {
        "SP": values.get("sold_to", fresh.sold_to_id) or fresh.member_id,
        "SH": fresh.member_id,
        "VW": values.get("agent", fresh.agent_id),
    }
    missing = [str(each) for each in required_functions(fresh.type) if each.code in played and not played[each.code]]
    return [missing_reason(missing)] if missing else []
