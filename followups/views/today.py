"""The page of the day: whom to contact now, what is overdue, what comes later, what is done."""

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followups import access
from followups.day import DoneRow, day_of, days_ahead, todays_events
from followups.models import Step, StepEvent
from members.overview import load_programme
from vipcrm.enums import Role
from vipcrm.models import Staff
from vipcrm.requests import StaffRequest

NOBODY = "none"


@require_safe
def today(request: StaffRequest) -> HttpResponse:
    """Own steps; a supervisor may look at a colleague's or at those nobody owns: `?staff=12`, `?staff=none`."""
    now = timezone.now()
    person = _person(request)
    here = now.astimezone(person.store.tz) if person and person.store else _here(request, now)
    steps, events = _of_person(request, person, here)
    context = {
        "person": person,
        "place": getattr((person or request.user).store, "name", ""),
        "is_own": person == request.user,
        "people": _people(request, now),
        "day": day_of(steps, events, at=now, programme=load_programme(here.date())),
        "today": here.date(),
        "ahead": days_ahead(steps, here.date()),
        "after": after_of(request),
    }
    return render(request, "followups/today.html", context)


def _here(request: StaffRequest, now: datetime) -> datetime:
    store = request.user.store
    return now.astimezone(store.tz) if store else timezone.localtime(now)


def _person(request: StaffRequest) -> Staff | None:
    """Whose day: the own, a colleague's for a supervisor (others: 404), None for the steps nobody owns."""
    chosen = request.GET.get("staff", "")
    if not request.user.is_supervisor or not chosen:
        return request.user
    if chosen == NOBODY:
        return None
    people = Staff.objects.visible_to(request.user).select_related("store")
    return get_object_or_404(people, pk=chosen if chosen.isdecimal() else None)


def _of_person(request: StaffRequest, person: Staff | None, here: datetime) -> tuple[Any, Any]:
    """Open steps and results of today of a person; without one the steps that nobody of their store owns."""
    steps = Step.objects.visible_to(request.user).open()
    events = StepEvent.objects.visible_to(request.user)
    if person is None:
        return steps.unassigned(), events.none()
    return steps.owned_by(person), todays_events(events, person, here.date())


def _people(request: StaffRequest, now: datetime) -> list[dict[str, Any]]:
    """For a store manager: each colleague and the unassigned with the number of open steps due."""
    if request.user.role != Role.STORE_MANAGER:
        return []
    store = request.user.store
    assert store is not None  # a store manager has one: constraint staff_role_needs_store
    due = Step.objects.visible_to(request.user).open().due_by(now)
    by_owner = dict(due.values_list("owner").annotate(n=Count("pk")).order_by())
    people = [
        {"key": str(one.pk), "name": one.name, "count": by_owner.get(one.pk, 0)}
        for one in access.colleagues_of(request, store)
    ]
    return [*people, {"key": NOBODY, "name": "", "count": due.unassigned().count()}]


def after_of(request: StaffRequest) -> DoneRow | None:
    """The result that was just entered (`?after=12`, a step), for the message with “Take back”."""
    key = request.GET.get("after", "")
    if not key.isdecimal():
        return None
    events = StepEvent.objects.visible_to(request.user).results().with_step()
    event = events.filter(step=int(key)).order_by("-at").first()
    return DoneRow([event], None) if event else None
