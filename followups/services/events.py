"""What every change of a step by a person shares: the lock, the store's day, the step as it stood before."""

from datetime import date, datetime
from typing import Any

from followups.models import Step
from followups.rules import Window, contact_window, opens_at
from members.services.refresh import lock_members

# Fields a result or a put-off changes: kept in the event, put back when it is taken back.
KEPT = (
    "state", "due_on", "due_at", "no_answers", "overdue_at", "nudged_at", "result", "satisfaction", "note", "closed_at",
    "closed_by_id",
)  # fmt: skip
MOMENTS = ("due_at", "overdue_at", "nudged_at", "closed_at")


class StepClosed(Exception):
    """Somebody, or a newer purchase, has closed the step meanwhile."""


def locked(step: Step) -> Step:
    """The step as it stands now, held against everybody else until the transaction ends.

    Her row comes first, as in a sale that replaces her steps: one order of locks, no deadlock.
    """
    lock_members([step.member_id])
    rows = Step.objects.select_for_update(of=("self",))
    return rows.select_related("member", "store", "plan_step__plan", "owner").get(pk=step.pk)


def local_day(step: Step, at: datetime) -> date:
    """The date of `at` in the step's store."""
    return at.astimezone(step.store.tz).date()


def hours_of(step: Step, day: date) -> Window:
    """The hours in which the step's member may be contacted on `day`, in the store's time (handbook 6.3)."""
    member, plan, store = step.member, step.plan_step.plan, step.store
    return contact_window(
        day,
        store=Window(store.opens, store.closes),
        plan=Window(plan.contact_from, plan.contact_until),
        own_from=member.contact_from,
        own_until=member.contact_until,
    )


def move_to(step: Step, day: date) -> None:
    """Gives the step a new due day: it is reminded anew and no longer overdue. Not saved."""
    step.due_on = day
    step.due_at = opens_at(day, hours_of(step, day), step.store.tz)
    step.overdue_at = None
    step.nudged_at = None


def as_it_stands(step: Step) -> dict[str, Any]:
    """The fields a result changes, as JSON."""
    values = {name: getattr(step, name) for name in KEPT}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def put_back(step: Step, before: dict[str, Any]) -> None:
    """Sets the fields of `as_it_stands` again. Not saved."""
    for name in KEPT:
        setattr(step, name, _parsed(name, before[name]))


def _parsed(name: str, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if name in MOMENTS:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name == "due_on" else value
