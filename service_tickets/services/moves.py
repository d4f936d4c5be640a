"""Status changes: every one by an action, atomic, with its history row (service-notifications)."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from service_tickets.enums import Action, HistoryKind
from service_tickets.models import HistoryEntry, Notification
from service_tickets.rules.actions import after_action, after_setting, why_not, why_not_delete, why_not_status
from service_tickets.rules.values import Reason, StatusSpec
from service_tickets.services.errors import MoveNotAllowed
from service_tickets.services.states import load_state, locked, refuse, store_state
from vipcrm.models import Staff

# Actions without anything to ask for: `perform` does them.
SIMPLE = frozenset(
    {
        Action.PUT_IN_PROCESS,
        Action.POSTPONE,
        Action.TAKE_UP,
        Action.FLAG_DELETION,
        Action.UNFLAG_DELETION,
        Action.CREATE_ORDER,
    }
)


@transaction.atomic
def perform(
    notification: Notification,
    *,
    action: Action,
    reason: str = "",
    expected: int | None = None,
    by: Staff,
    at: datetime,
) -> Notification:
    """Puts in process, postpones, takes up, flags, takes the flag back; CREATE_ORDER is what a new service order calls.

    Returns the notification as stored. Raises MoveNotAllowed with the reasons, ChangedMeanwhile if `expected` is old.
    """
    if action not in SIMPLE:
        raise ValueError(f"{action} has a function of its own")
    return _move(locked(notification, expected), action=action, reason=reason, by=by, at=at)


@transaction.atomic
def complete(
    notification: Notification, *, completed_at: datetime, expected: int | None = None, by: Staff, at: datetime
) -> Notification:
    """Completes it; `completed_at` is when the work was done. Refused while tasks are outstanding."""
    fresh = locked(notification, expected)
    if completed_at > at:
        raise MoveNotAllowed([Reason("in_future", _("The time of completion lies in the future."))])
    if completed_at < fresh.created_at.replace(second=0, microsecond=0):
        raise MoveNotAllowed([Reason("too_early", _("It cannot be completed before it was created."))])
    fresh.completed_at = completed_at
    return _move(fresh, action=Action.COMPLETE, by=by, at=at)


@transaction.atomic
def reopen(
    notification: Notification, *, reason: str, expected: int | None = None, by: Staff, at: datetime
) -> Notification:
    """Puts a completed notification in process again; the reason is kept in the history."""
    if not reason.strip():
        raise MoveNotAllowed([Reason("no_reason", _("Say why it is put in process again."))])
    fresh = locked(notification, expected)
    fresh.completed_at = None
    return _move(fresh, action=Action.REOPEN, reason=reason.strip()[:200], by=by, at=at)


def _move(fresh: Notification, *, action: Action, by: Staff, at: datetime, reason: str = "") -> Notification:
    before = load_state(fresh)
    refuse(why_not(action, before))
    return store_state(fresh, before, after_action(action, before), action=action, by=by, at=at, reason=reason)


@transaction.atomic
def ask_head_office(
    notification: Notification, *, reason: str = "", expected: int | None = None, by: Staff, at: datetime
) -> Notification:
    """A price or a complaint for head office: needs a supervisor's approval (Z1), then it is passed on."""
    fresh = locked(notification, expected)
    before = load_state(fresh)
    refuse(why_not(Action.ASK_HEAD_OFFICE, before))
    fresh.asked_at = at
    after = after_action(Action.ASK_HEAD_OFFICE, replace(before, asked=True))
    HistoryEntry.objects.create(
        notification=fresh,
        at=at,
        by=by,
        action=Action.ASK_HEAD_OFFICE,
        kind=HistoryKind.CHANGE,
        new="asked",
        subject="asked_at",
        reason=reason[:200],
    )
    return store_state(fresh, before, after, action=Action.ASK_HEAD_OFFICE, by=by, at=at, reason=reason[:200])


@transaction.atomic
def set_user_status(
    notification: Notification, *, code: str, reason: str = "", expected: int | None = None, by: Staff, at: datetime
) -> Notification:
    """A person sets a user status (code or alias): a numbered one replaces the present one and lies in its range."""
    fresh = locked(notification, expected)
    before = load_state(fresh)
    wanted = _find(before.profile.find(code), code)
    refuse(why_not_status(wanted, before, by.role))
    after = after_setting(wanted, before)
    return store_state(fresh, before, after, action=Action.SET_STATUS, by=by, at=at, reason=reason[:200])


@transaction.atomic
def delete_user_status(
    notification: Notification, *, code: str, expected: int | None = None, by: Staff, at: datetime
) -> Notification:
    """A person takes an unnumbered user status away."""
    fresh = locked(notification, expected)
    before = load_state(fresh)
    status = _find(before.profile.find(code), code)
    refuse(why_not_delete(status, before, by.role))
    after = replace(before, extras=before.extras - {status})
    return store_state(fresh, before, after, action=Action.DELETE_STATUS, by=by, at=at)


def _find(status: StatusSpec | None, code: str) -> StatusSpec:
    if status is None:
        raise MoveNotAllowed([Reason("unknown", _("This type has no user status %s.") % code)])
    return status
