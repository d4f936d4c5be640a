"""What a store manager does with steps: put one on top, give it to somebody else."""

from datetime import datetime

from django.db import transaction

from followups.enums import EventKind
from followups.models import Step, StepEvent
from followups.services.events import StepClosed, local_day, locked
from vipcrm.models import Staff


class NotOfTheStore(Exception):
    """A step goes to somebody who works in the member's home store."""


@transaction.atomic
def nudge(step: Step, *, by: Staff, at: datetime) -> StepEvent:
    """Puts the step on top of its owner's day. Raises StepClosed."""
    step = _open(step)
    step.nudged_at = at
    step.save(update_fields=["nudged_at"])
    return _record(step, EventKind.NUDGED, by, at)


@transaction.atomic
def reassign(step: Step, *, to: Staff, by: Staff, at: datetime) -> StepEvent:
    """Gives the step to a colleague of the member's home store. Raises StepClosed, NotOfTheStore.

    The new owner is reminded with the next due day; until then the step stands on her page of the day.
    """
    step = _open(step)
    if not to.is_active or to.store_id != step.member.home_store_id:
        raise NotOfTheStore
    note = f"{step.owner or '–'} → {to}"
    step.owner = to
    step.save(update_fields=["owner"])
    return _record(step, EventKind.REASSIGNED, by, at, note)


def _open(step: Step) -> Step:
    fresh = locked(step)
    if not fresh.is_open:
        raise StepClosed
    return fresh


def _record(step: Step, kind: EventKind, by: Staff, at: datetime, note: str = "") -> StepEvent:
    return StepEvent.objects.create(
        step=step, kind=kind, at=at, on=local_day(step, at), by=by, due_on=step.due_on, note=note
    )
