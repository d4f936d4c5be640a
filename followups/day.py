"""What the page of the day says about one person's steps: rows in buckets, what comes next, what is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from followups.enums import Bucket, Result
from followups.models import Step, StepEvent
from followups.rules import Window, bucket_of, days_overdue, order_of
from followups.services.events import hours_of
from members.models import Tier
from members.overview import Programme
from vipcrm import formats
from vipcrm.models import Staff

MOST = 200  # rows read for a day; whoever has more works them off first
CONTACTS_AT_MOST = 3  # in 14 days, before she is marked (handbook 6.8)
DAYS_AHEAD = 7


@dataclass(frozen=True)
class Row:
    """One person to contact: the steps that fall together, most urgent first."""

    steps: list[Step]
    bucket: Bucket
    tier: Tier | None
    opens: str
    today: date

    @property
    def step(self) -> Step:
        return self.steps[0]

    @property
    def member(self) -> Any:
        return self.step.member

    @property
    def what(self) -> str:
        """`第 3 天·感谢`, two steps of one day together."""
        return " + ".join(step_title(step) for step in self.steps)

    @property
    def goods(self) -> str:
        return goods_text(self.step)

    @property
    def late(self) -> str:
        """`逾期 2 天`, or nothing."""
        days = days_overdue(self.step.due_on, self.today) if self.bucket == Bucket.OVERDUE else 0
        return ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": days} if days else ""

    @property
    def often(self) -> str:
        """Warning when she was contacted more than three times in 14 days."""
        count = self.step.contacts
        return _("Contacted %(count)s times in 14 days") % {"count": count} if count > CONTACTS_AT_MOST else ""

    @property
    def is_first(self) -> bool:
        """Nobody has asked her yet whether we may call: the first contact does."""
        return not self.step.asked and not self.step.contacts


@dataclass(frozen=True)
class DoneRow:
    """One contact of today with its result; `events` were entered together."""

    events: list[StepEvent]
    tier: Tier | None

    @property
    def event(self) -> StepEvent:
        return self.events[0]

    @property
    def what(self) -> str:
        return " + ".join(step_title(event.step) for event in self.events)

    @property
    def outcome(self) -> str:
        return outcome_text(self.event)


@dataclass(frozen=True)
class Day:
    """One person's day. `next` is the row with the main button."""

    overdue: list[Row] = field(default_factory=list)
    now: list[Row] = field(default_factory=list)
    later: list[Row] = field(default_factory=list)
    done: list[DoneRow] = field(default_factory=list)
    is_cut: bool = False

    @property
    def queue(self) -> list[Row]:
        """Everything still to do today, in the order in which it comes up."""
        return [*self.overdue, *self.now, *self.later]

    @property
    def next(self) -> Row | None:
        return next(iter([*self.overdue, *self.now]), None)

    @property
    def total(self) -> int:
        return len(self.queue) + len(self.done)


def step_title(step: Step) -> str:
    """`第 3 天·感谢` / `Day 3·Thank-you`."""
    return _("Day %(day)s·%(name)s") % {"day": step.plan_step.day, "name": step.plan_step.name}


def goods_text(step: Step) -> str:
    """`羊绒针织衫` or `羊绒针织衫 and 1 more`: what she bought, without what she brought back."""
    kept = [line for line in step.receipt.lines.all() if line.quantity > line.returned_quantity]
    if not kept:
        return ""
    pieces = sum(line.quantity - line.returned_quantity for line in kept)
    if pieces == 1:
        return str(kept[0].product_name)
    return _("%(name)s, %(count)s pieces in all") % {"name": kept[0].product_name, "count": pieces}


def day_of(steps: Any, events: Any, *, at: datetime, programme: Programme) -> Day:
    """The day out of open steps due by `at` and the results of today. Three queries and one for the goods."""
    found = queue_of(steps.with_contacts(at).with_all(), at)
    rows = rows_of(found[:MOST], at=at, programme=programme)
    buckets: dict[Bucket, list[Row]] = {bucket: [row for row in rows if row.bucket == bucket] for bucket in Bucket}
    return Day(
        overdue=buckets[Bucket.OVERDUE],
        now=buckets[Bucket.NOW],
        later=buckets[Bucket.LATER],
        done=_done_rows(events.with_step().order_by("-at", "pk")[:MOST], programme),
        is_cut=len(found) > MOST,
    )


def queue_of(steps: Any, at: datetime) -> list[Step]:
    """The open steps due by `at`, at most one more than a day shows."""
    return list(steps.due_by(at).order_by("due_on", "pk")[: MOST + 1])


def rows_of(steps: Sequence[Step], *, at: datetime, programme: Programme) -> list[Row]:
    """Rows of steps in their order; steps of one member due on one day fall together (handbook 6.1)."""
    ordered = sorted(steps, key=_order)
    together = {key: list(group) for key, group in groupby(sorted(ordered, key=_person_and_day), key=_person_and_day)}
    firsts = dict.fromkeys(_person_and_day(step) for step in ordered)
    return [_row(sorted(together[key], key=_order), at, programme) for key in firsts]


def _order(step: Step) -> tuple[Any, ...]:
    standing = getattr(step.member, "standing", None)
    return (*order_of(step.due_on, step.nudged_at, standing.rank if standing else 0), step.plan_step.day, step.pk)


def _person_and_day(step: Step) -> tuple[int, date]:
    return (step.member_id, step.due_on)


def _row(steps: list[Step], at: datetime, programme: Programme) -> Row:
    step, here = steps[0], at.astimezone(steps[0].store.tz)
    hours = hours_of(step, here.date())
    bucket = bucket_of(step.due_on, hours, here)
    return Row(steps, bucket, tier_of(step.member, programme), opens_text(hours, here), here.date())


def opens_text(hours: Window, here: datetime) -> str:
    """From when she may be contacted: `14:00`, after hours `tomorrow 10:00`."""
    opens = f"{hours.opens:%H:%M}"
    return opens if here.time() < hours.closes else _("tomorrow %(time)s") % {"time": opens}


def tier_of(member: Any, programme: Programme) -> Tier | None:
    """The tier she holds, for its badge."""
    standing = getattr(member, "standing", None)
    return programme.tier(standing.tier) if standing else None


def _done_rows(events: Iterable[StepEvent], programme: Programme) -> list[DoneRow]:
    grouped = groupby(events, key=lambda event: (event.at, event.step.member_id))
    together = [list(group) for _key, group in grouped]
    return [DoneRow(group, tier_of(group[0].step.member, programme)) for group in together]


def outcome_text(event: StepEvent) -> str:
    """`10:04 Reached, satisfaction 5` – one line about a result."""
    parts = [f"{formats.clock(event.at, event.step.store)} {event.get_result_display()}"]
    if event.satisfaction:
        parts.append(_("satisfaction %(points)s") % {"points": event.satisfaction})
    if event.result == Result.NO_ANSWER and event.step.is_open:
        parts.append(_("again on %(day)s") % {"day": formats.day(event.step.due_on)})
    return pgettext("between clauses", ", ").join(parts)


def days_ahead(steps: Any, today: date) -> list[tuple[date, int]]:
    """How many open steps fall due on each of the next seven days that have any."""
    ahead = steps.filter(due_on__gt=today, due_on__lte=today + timedelta(days=DAYS_AHEAD))
    counts = Counter(dict(ahead.values_list("due_on").annotate(n=Count("pk")).order_by("due_on")))
    return sorted(counts.items())


def todays_events(events: Any, staff: Staff, today: date) -> Any:
    """Results of today that `staff` entered, or that somebody entered for her steps."""
    return events.results().filter(Q(by=staff) | Q(step__owner=staff), on=today)
