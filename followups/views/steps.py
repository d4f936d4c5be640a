"""The call sheet of a step: its result, another day, taking back."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from followups import access, services
from followups.day import MOST, Row, queue_of, rows_of, step_title
from followups.enums import ANSWERED, TAKES_BACK, Bucket, Result
from followups.forms import PutOffForm, ResultForm
from followups.models import Step, StepEvent
from followups.services.events import local_day
from followups.sheet import Sheet, sheet_of
from followups.views.today import after_of
from vipcrm import formats
from vipcrm.audit import record_event
from vipcrm.enums import AuditAction
from vipcrm.requests import StaffRequest


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: StaffRequest, pk: int) -> HttpResponse:
    """Shows the sheet; takes the result and goes on to the next one."""
    found, now = access.step_for_write(request, pk), timezone.now()
    sheet = sheet_of(found, by=request.user, at=now)
    form = ResultForm(request.POST if request.method == "POST" else None, also=sheet.also)
    if request.method == "POST" and form.is_valid():
        return _record(request, found, form.cleaned_data, now)
    if sheet.shows_number:
        record_event(AuditAction.PHONE_OPENED, by=request.user, subject=found.member, step=found.pk)
    context = {**_context(request, sheet, now), "form": form}
    return render(request, "followups/step.html", context, status=422 if form.is_bound else 200)


def _context(request: StaffRequest, sheet: Sheet, now: datetime) -> dict[str, Any]:
    step = sheet.step
    queue = _queue(request, step, sheet, now) if step.is_open else []
    place = next((n for n, row in enumerate(queue) if step in row.steps), None)
    following = [row for row in queue if step not in row.steps and row.bucket != Bucket.LATER]
    history = [e for e in step.events.select_related("by").order_by("at", "pk") if e.taken_back_at is None]
    return {
        "sheet": sheet,
        "step": step,
        "member": step.member,
        "title": step_title(step),
        "position": place + 1 if place is not None else 0,
        "total": len(queue),
        "next_row": next(iter(following), None),
        "again_on": local_day(step, now) + timedelta(days=1),
        "history": history,
        "entered": [event for event in history if event.kind in TAKES_BACK],
        "may_take_back": _may_take_back(step, history, now),
        "after": after_of(request),
    }


def _may_take_back(step: Step, history: list[StepEvent], now: datetime) -> bool:
    entered = [event for event in history if event.kind in TAKES_BACK]
    return step.state in ANSWERED and bool(entered) and entered[-1].on == local_day(step, now)


def _queue(request: StaffRequest, step: Step, sheet: Sheet, now: datetime) -> list[Row]:
    """The day of the step's owner, in its order."""
    steps = Step.objects.visible_to(request.user).open()
    steps = steps.owned_by(step.owner) if step.owner else steps.filter(owner=None)
    found = queue_of(steps.select_related("member__standing", "plan_step__plan", "store"), now)
    rows = rows_of(found[:MOST], at=now, programme=sheet.programme)
    order = list(Bucket)
    return sorted(rows, key=lambda row: order.index(row.bucket))


def _record(request: StaffRequest, step: Step, data: dict[str, Any], now: datetime) -> HttpResponse:
    try:
        (event, *_more) = services.record_result(
            step,
            result=Result(data["result"]),
            satisfaction=data["satisfaction"],
            note=data["note"],
            complaint=data["complaint"],
            consent=data["consent"],
            also=list(data["also"]),
            by=request.user,
            at=now,
        )
    except services.StepClosed:
        messages.warning(request, _("Not saved: this follow-up is closed already, see below."))
        return redirect("followups:step", step.pk)
    event.refresh_from_db()
    if event.notification:
        text = _("Service notification %(number)s is opened.") % {"number": event.notification}
        messages.success(request, text)
    return _on_to_next(request, step, now)


def _on_to_next(request: StaffRequest, step: Step, now: datetime) -> HttpResponse:
    """The next one that can be contacted now, else the day; either says what was saved and offers to take it back."""
    sheet = sheet_of(step, by=request.user, at=now)
    rows = [row for row in _queue(request, step, sheet, now) if row.bucket != Bucket.LATER]
    url = reverse("followups:step", args=[rows[0].step.pk]) if rows else reverse("followups:today")
    return redirect(f"{url}?{urlencode({'after': step.pk})}")


@require_http_methods(["GET", "HEAD", "POST"])
def put_off(request: StaffRequest, pk: int) -> HttpResponse:
    """Another day for a step, with a reason."""
    found, now = access.step_for_write(request, pk), timezone.now()
    tomorrow = local_day(found, now) + timedelta(days=1)
    form = PutOffForm(request.POST or None, tomorrow=tomorrow, initial={"to_day": tomorrow})
    if request.method == "POST" and form.is_valid():
        return _put_off(request, found, form.cleaned_data, now)
    context = {"step": found, "member": found.member, "title": step_title(found), "form": form}
    return render(request, "followups/put_off.html", context, status=422 if form.is_bound else 200)


def _put_off(request: StaffRequest, step: Step, data: dict[str, Any], now: datetime) -> HttpResponse:
    try:
        services.put_off(step, to_day=data["to_day"], reason=data["reason"], by=request.user, at=now)
    except services.StepClosed:
        messages.warning(request, _("Not saved: this follow-up is closed already, see below."))
        return redirect("followups:step", step.pk)
    step.refresh_from_db()
    text = _("%(name)s is put off to %(day)s.") % {"name": step.member.name, "day": formats.day(step.due_on)}
    messages.success(request, text)
    return redirect("followups:today")


@require_POST
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Undoes what was entered for a step today."""
    found = access.step_for_write(request, pk)
    try:
        services.take_back(found, by=request.user, at=timezone.now())
    except services.CannotTakeBack:
        messages.warning(request, _("This can only be taken back on the day it was entered."))
        return redirect("followups:step", found.pk)
    messages.success(request, _("Taken back. %(name)s is open again.") % {"name": found.member.name})
    return redirect("followups:step", found.pk)
