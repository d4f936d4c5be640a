"""What a clerk enters about a contact: its result, another day, and taking either back the same day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from followups.enums import TAKES_BACK, EventKind, Result, StepState
from followups.models import Step, StepEvent
from followups.rules import after_result, next_open_day
from followups.services.events import StepClosed, as_it_stands, local_day, locked, move_to, put_back
from followups.services.refresh import refresh_steps
from members.enums import Channel, ConsentState
from members.models import Consent, Member
from service_tickets.services import open_complaint
from vipcrm.models import Staff


class CannotTakeBack(Exception):
    """Nothing was entered today, or something else has happened since."""


@transaction.atomic
def record_result(
    step: Step,
    *,
    result: Result,
    satisfaction: int | None = None,
    note: str = "",
    complaint: str = "",
    consent: ConsentState | str = "",
    also: Sequence[Step] = (),
    by: Staff,
    at: datetime,
) -> list[StepEvent]:
    """Enters what came of one contact for the step and those it closes together with it (handbook 6.1, 6.6).

    No answer: due again on the next open day, the third time closed as not reached. A wrong number is flagged on her.
    `complaint`: its words; opens a service notification. `consent`: what she said when asked. Raises StepClosed where
    one of the steps is not open any more: then nothing is recorded.
    """
    steps = [locked(one) for one in sorted([step, *also], key=lambda one: one.pk)]
    if any(not one.is_open for one in steps):
        raise StepClosed
    member = step.member
    before = {"wrong_number": member.wrong_number, "consent": _ask(member, consent, by, local_day(step, at))}
    number = _complain(step, complaint, by, at) if complaint else ""
    events = [_answer(one, result, satisfaction, note, by, at, before) for one in steps]
    if result == Result.WRONG_NUMBER:
        Member.objects.filter(pk=member.pk).update(wrong_number=True)
    StepEvent.objects.filter(pk__in=[event.pk for event in events]).update(notification=number)
    return events


def _answer(
    step: Step, result: Result, satisfaction: int | None, note: str, by: Staff, at: datetime, before: dict[str, Any]
) -> StepEvent:
    today = local_day(step, at)
    event = StepEvent.objects.create(
        step=step, kind=EventKind.RESULT, at=at, on=today, by=by, result=result, satisfaction=satisfaction, note=note,
        due_on=step.due_on, before={**as_it_stands(step), **before},
    )  # fmt: skip
    state, again_on = after_result(
        result, no_answers=step.no_answers, today=today, closed_weekdays=step.store.closed_weekdays
    )
    step.no_answers += result == Result.NO_ANSWER
    step.result, step.satisfaction, step.note = result, satisfaction, note
    if again_on is not None:
        move_to(step, again_on)
    else:
        step.state, step.closed_at, step.closed_by = state, at, by
    step.save()
    return event


def _ask(member: Member, consent: ConsentState | str, by: Staff, today: date) -> int | None:
    if not consent:
        return None
    said = Consent.objects.create(member=member, channel=Channel.PHONE, state=consent, given_on=today, by=by)
    return int(said.pk)


def _complain(step: Step, text: str, by: Staff, at: datetime) -> str:
    return open_complaint(member=step.member, step_ref=step.pk, receipt=step.receipt, text=text, by=by, at=at).number


@transaction.atomic
def put_off(step: Step, *, to_day: date, reason: str, by: Staff, at: datetime) -> StepEvent:
    """Moves an open step to a later day, the next open one, with a reason (handbook 6.6).

    Raises StepClosed, and ValueError for a day that is not after today or no reason.
    """
    step = locked(step)
    today = local_day(step, at)
    if not step.is_open:
        raise StepClosed
    if to_day <= today or not reason.strip():
        raise ValueError("a step is put off to a day after today, with a reason")
    event = StepEvent.objects.create(
        step=step, kind=EventKind.PUT_OFF, at=at, on=today, by=by, note=reason, due_on=step.due_on,
        before=as_it_stands(step),
    )  # fmt: skip
    move_to(step, next_open_day(to_day, step.store.closed_weekdays))
    step.save()
    return event


@transaction.atomic
def take_back(step: Step, *, by: Staff, at: datetime) -> list[StepEvent]:
    """Undoes the last result or put-off of the step, and what the same contact closed with it (handbook 6.10).

    Only on the same day in the store. A newer purchase recorded meanwhile replaces the reopened step at once.
    Raises CannotTakeBack.
    """
    last = _last_entered(locked(step))
    if last is None or last.on != local_day(step, at):
        raise CannotTakeBack
    together = StepEvent.objects.select_for_update(of=("self",)).filter(
        step__member_id=step.member_id, kind=last.kind, at=last.at, by=last.by, taken_back_at=None
    )
    events = [_undo(event, by, at) for event in together.order_by("pk")]
    _undo_member(step.member, last)
    refresh_steps([event.step.receipt_id for event in events], at=at)
    return events


def _last_entered(step: Step) -> StepEvent | None:
    """The last thing a person entered, unless the step has since been closed by the facts."""
    if step.state in {StepState.SUPERSEDED, StepState.CANCELLED, StepState.WITHHELD}:
        return None
    events = StepEvent.objects.filter(step=step, kind__in=TAKES_BACK, taken_back_at=None)
    return events.order_by("-at", "-pk").first()


def _undo(event: StepEvent, by: Staff, at: datetime) -> StepEvent:
    step = locked(event.step)
    put_back(step, event.before)
    step.save()
    event.taken_back_at = at
    event.save(update_fields=["taken_back_at"])
    return StepEvent.objects.create(
        step=step, kind=EventKind.TAKEN_BACK, at=at, on=local_day(step, at), by=by, result=event.result,
        due_on=step.due_on,
    )  # fmt: skip


def _undo_member(member: Member, event: StepEvent) -> None:
    if event.result == Result.WRONG_NUMBER:
        Member.objects.filter(pk=member.pk).update(wrong_number=event.before["wrong_number"])
    if event.before.get("consent"):
        Consent.objects.filter(pk=event.before["consent"]).delete()
