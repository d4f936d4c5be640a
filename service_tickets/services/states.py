"""From rows to the values that the rules decide on, and back with a history row for each change."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from service_tickets.enums import Action, HistoryKind, SystemStatus
from service_tickets.models import ExtraStatus, HistoryEntry, Notification, StatusProfile, Task, UserStatus
from service_tickets.rules.actions import changes_between, needs_approval
from service_tickets.rules.values import ProfileSpec, Reason, State
from service_tickets.services.errors import ChangedMeanwhile, MoveNotAllowed
from service_tickets.services.required import missing_functions, played_in
from vipcrm.models import Staff, Store


def profile_of(type_: str) -> ProfileSpec:
    """The profile of a notification type. Raises MoveNotAllowed while none is set up."""
    profile = StatusProfile.objects.prefetch_related("statuses").filter(type=type_).first()
    if profile is None:
        raise MoveNotAllowed([Reason("no_profile", _("No status profile is set up for this type: ask an admin."))])
    return profile.spec()


def locked(notification: Notification, expected: int | None = None) -> Notification:
    """The notification read again under a row lock. `expected`: the version that the person saw on her page.

    Raises ChangedMeanwhile where somebody was faster, so that parallel changes are told and never lost.
    """
    fresh: Notification = (
        Notification.objects.select_for_update(of=("self",))
        .select_related("store", "user_status")
        .get(pk=notification.pk)
    )
    if expected is not None and expected != fresh.version:
        raise changed_meanwhile()
    return fresh


def changed_meanwhile() -> ChangedMeanwhile:
    """What a person is told whose page is older than the notification."""
    text = _("Somebody changed this notification in the meantime. Look at it again, then decide.")
    return ChangedMeanwhile([Reason("changed_meanwhile", text)])


def load_state(notification: Notification) -> State:
    """What the rules decide on. Seven queries, whatever the size of the notification."""
    profile = profile_of(notification.type)
    extra_codes = set(notification.extra_statuses.values_list("status__code", flat=True))
    tasks = Task.objects.outstanding().filter(notification=notification).values_list("text", flat=True)
    return State(
        phase=SystemStatus(notification.phase),
        profile=profile,
        marks=frozenset(SystemStatus(mark) for mark in notification.marks),
        numbered=profile.find(notification.user_status.code) if notification.user_status else None,
        extras=frozenset(s for s in profile.statuses if s.code in extra_codes),
        open_tasks=tuple(tasks),
        used=notification.phase != SystemStatus.OSNO or _was_used(notification),
        asked=notification.asked_at is not None,
        approved=notification.approved_at is not None,
        missing=missing_functions(notification.type, played_in(notification)),
    )


def _was_used(notification: Notification) -> bool:
    """Something was done after it was created: a task, an activity, a status."""
    touched = HistoryEntry.objects.filter(notification=notification).exclude(action=Action.CREATE)
    return touched.exclude(kind=HistoryKind.CHANGE).exists() or notification.activities.exists()


def store_state(
    notification: Notification,
    before: State,
    after: State,
    *,
    action: Action,
    by: Staff,
    at: datetime,
    reason: str = "",
) -> Notification:
    """Writes the statuses of `after` with one history row per change, inside the caller's transaction and lock."""
    notification.phase, notification.marks = after.phase, sorted(after.marks)
    if before.numbered != after.numbered:
        wanted = {after.numbered.code} if after.numbered else set()
        notification.user_status_id = next(iter(_status_ids(notification.type, wanted)), None)
    if before.extras != after.extras:
        _store_extras(notification, after)
    if before.approved != after.approved:
        notification.approved_at = at if after.approved else None
    _pass_on(notification, after, at)
    notification.version += 1
    notification.save()
    HistoryEntry.objects.bulk_create(
        HistoryEntry(notification=notification, at=at, by=by, action=action, reason=reason, kind=kind, old=old, new=new)
        for kind, old, new in changes_between(before, after)
    )
    return notification


def _status_ids(type_: str, codes: set[str]) -> list[int]:
    return list(UserStatus.objects.filter(profile__type=type_, code__in=codes).values_list("pk", flat=True))


def _store_extras(notification: Notification, after: State) -> None:
    wanted = _status_ids(notification.type, {s.code for s in after.extras})
    notification.extra_statuses.exclude(status__in=wanted).delete()
    ExtraStatus.objects.bulk_create(
        (ExtraStatus(notification=notification, status_id=pk) for pk in wanted), ignore_conflicts=True
    )


def _pass_on(notification: Notification, state: State, at: datetime) -> None:
    """Head office gets what it is asked once that is approved, or needs no approval (handbook 1: passed on to it)."""
    if state.asked and notification.passed_on_at is None and not needs_approval(state):
        notification.passed_on_to = Store.objects.filter(is_head_office=True).order_by("code").first()
        notification.passed_on_at = at


def refuse(reasons: list[Reason]) -> None:
    """Raises MoveNotAllowed if there is a reason."""
    if reasons:
        raise MoveNotAllowed(reasons)


def as_text(value: Any) -> str:
    """A field's value as the history shows it."""
    return "" if value is None else str(value)[:200]
