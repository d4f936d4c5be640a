"""What followups adds to pages of members: steps in the file, in the result of a sale, in the timeline; the badge."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.day import outcome_text, step_title
from followups.enums import Bucket, EventKind, StepState
from followups.models import Step, StepEvent
from followups.rules import days_overdue, is_overdue
from members.models import Member, Receipt
from vipcrm import formats
from vipcrm.enums import Role
from vipcrm.models import Staff
from vipcrm.panels import Panel
from vipcrm.timeline import Entry

IN_FILE = 6
SHOWN = [EventKind.RESULT, EventKind.PUT_OFF]


def overdue_count(staff: Staff) -> int:
    """The number on “Today”: a clerk's overdue steps, a store manager's those of the store."""
    steps = Step.objects.visible_to(staff).overdue(timezone.now())
    if staff.role == Role.CLERK:
        return int(steps.owned_by(staff).count())
    return int(steps.count()) if staff.role == Role.STORE_MANAGER else 0


def member_steps(request: HttpRequest, member: Member) -> Panel | None:
    """The newest steps of a member: open ones first."""
    steps = Step.objects.filter(member=member).exclude(state__in=[StepState.WITHHELD, StepState.SUPERSEDED])
    found = list(steps.select_related("plan_step", "store", "owner").order_by("-due_on", "-pk")[:IN_FILE])
    opened = sorted((step for step in found if step.is_open), key=lambda step: step.due_on)
    signs = [Bucket(_sign(step, timezone.now())) for step in opened]
    rows = [*zip(opened, signs, strict=True), *((step, None) for step in found if not step.is_open)]
    return Panel("followups/_member_steps.html", _("Follow-ups"), {"steps": rows}, bare=True) if rows else None


def _sign(step: Step, now: datetime) -> str:
    return _sign_of_day(step.due_on, now.astimezone(step.store.tz).date())


def _sign_of_day(due_on: date, today: date) -> str:
    if is_overdue(due_on, today):
        return "overdue"
    return "now" if due_on <= today else "later"


NEXT = """
SELECT DISTINCT ON (s.member_id) s.member_id, s.due_on, t.time_zone, p.name_zh, p.name_en
  FROM followups_step s
  JOIN vipcrm_store t ON t.id = s.store_id
  JOIN followups_planstep p ON p.id = s.plan_step_id
 WHERE s.member_id = ANY(%s) AND s.state = %s AND followups_may_contact(s.member_id)
 ORDER BY s.member_id, s.due_on, s.id
"""


def next_steps(request: HttpRequest, members: Sequence[Any]) -> Panel | None:
    """The next open step of each member of a list, in one query: `cells` is member id → (state, text)."""
    if request.user.role == Role.SERVICE_AGENT or not members:  # type: ignore[union-attr]
        return None
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [[member.pk for member in members], StepState.OPEN.value])
        found = cursor.fetchall()
    now, chinese = timezone.now(), formats.is_chinese()
    cells: dict[int, tuple[str, str]] = {}
    for member_id, due_on, zone, name_zh, name_en in found:
        today = now.astimezone(ZoneInfo(zone)).date()
        words = _when_and_what(due_on, today, name_zh if chinese else name_en)
        cells[member_id] = (_sign_of_day(due_on, today), words)
    return Panel("", context={"cells": cells})


def _when_and_what(due_on: date, today: date, name: str) -> str:
    """`今天 邀约`, `11月27日 邀约`, `逾期 1 天 邀约`."""
    when = formats.day(due_on, weekday=False)
    if is_overdue(due_on, today):
        days = days_overdue(due_on, today)
        when = ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": days}
    elif due_on == today:
        when = _("today")
    return _("%(name)s %(when)s") % {"name": name, "when": when}


def sale_steps(request: HttpRequest, receipt: Receipt) -> Panel | None:
    """Which follow-ups a sale has brought."""
    steps = Step.objects.filter(receipt=receipt, state=StepState.OPEN).select_related("plan_step").order_by("due_on")
    found = list(steps)
    return Panel("followups/_sale_steps.html", _("Follow-ups"), {"steps": found}, "calendar-check") if found else None


def entries_of(member: Member, limit: int) -> list[Entry]:
    """Results and put-offs of a member, newest first, and the step that is due now."""
    events = StepEvent.objects.filter(step__member=member, kind__in=SHOWN, taken_back_at=None).with_step()
    entries = [_entry(event) for event in events.order_by("-at")[:limit]]
    now = timezone.now()
    due = Step.objects.open().filter(member=member, due_at__lte=now).select_related("plan_step", "store", "owner")
    return [_due_entry(step, now) for step in due.order_by("due_on")[:1]] + entries


def _entry(event: StepEvent) -> Entry:
    is_result = event.kind == EventKind.RESULT
    text = outcome_text(event).partition(" ")[2] if is_result else _("Put off")
    return Entry(
        at=event.at,
        icon="phone" if is_result else "calendar-clock",
        title=f"{event.step.plan_step.name}·{text}",
        text=event.note,
        url=reverse("followups:step", args=[event.step_id]),
        by=event.by.name if event.by else "",
    )


def _due_entry(step: Step, now: datetime) -> Entry:
    sign = _sign(step, now)
    return Entry(
        at=now + timedelta(seconds=1),
        icon="phone",
        title=step_title(step),
        text=_("Due on %(day)s") % {"day": formats.day(step.due_on)},
        url=reverse("followups:step", args=[step.pk]),
        state="now" if sign != "overdue" else "overdue",
        state_text=_("Overdue") if sign == "overdue" else _("Due now"),
        by=step.owner.name if step.owner else "",
    )
