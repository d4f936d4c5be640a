"""The page of the day: whom to contact now, what is overdue, what comes later, what is done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followups import access
from followups.day import DoneRow, day_of, days_ahead, todays_events
from followups.models import Step, StepEvent
from members.overview import load_programme
from vipcrm.enums import Role
from vipcrm.models import Staff
from vipcrm.requests import StaffRequest, key_in

EVERYBODY, NOBODY = "all", "none"


@require_safe
def today(request: StaffRequest) -> HttpResponse:
    """Own steps; a supervisor may look at a colleague's, at nobody's, at everybody's: `?staff=12`, `none`, `all`."""
    now = timezone.now()
    people = _people(request, now)
    chosen = _chosen(request, people)
    person = _person(request, chosen)
    here = now.astimezone(person.store.tz) if person and person.store else _here(request, now)
    steps, events = _of(request, chosen, person, here)
    context = {
        "person": person,
        "place": getattr((person or request.user).store, "name", ""),
        "chosen": chosen,
        "people": people,
        "day": day_of(steps, events, at=now, programme=load_programme(here.date())),
        "today": here.date(),
        "ahead": days_ahead(steps, here.date()),
        "after": after_of(request),
    }
    return render(request, "followups/today.html", context)


def _here(request: StaffRequest, now: datetime) -> datetime:
    store = request.user.store
    return now.astimezone(store.tz) if store else timezone.localtime(now)


def _chosen(request: StaffRequest, people: Sequence[Mapping[str, Any]]) -> str:
    """Whose day the address asks for; without a word the own, and of a store manager who has none the whole store."""
    own = str(request.user.pk)
    if not request.user.is_supervisor:
        return own
    has_own = any(one["key"] == own and one["count"] for one in people)
    return request.GET.get("staff") or (EVERYBODY if people and not has_own else own)


def _person(request: StaffRequest, chosen: str) -> Staff | None:
    """The own person, a colleague for a supervisor (others: 404), None for everybody's and nobody's steps."""
    if chosen in (EVERYBODY, NOBODY):
        return None
    if chosen == str(request.user.pk):
        return request.user
    people = Staff.objects.visible_to(request.user).select_related("store")
    return get_object_or_404(people, pk=key_in(chosen))


def _of(request: StaffRequest, chosen: str, person: Staff | None, here: datetime) -> tuple[Any, Any]:
    """Open steps and results of today of the person, of everybody one may see, or the steps that nobody owns."""
    steps = Step.objects.visible_to(request.user).open()
    events = StepEvent.objects.visible_to(request.user)
    if person is not None:
        return steps.owned_by(person), todays_events(events, person, here.date())
    if chosen == EVERYBODY:
        return steps, events.results().filter(on=here.date())
    return steps.unassigned(), events.none()


def _people(request: StaffRequest, now: datetime) -> list[dict[str, Any]]:
    """For a store manager: the whole store, each colleague and nobody, with the number of open steps due."""
    if request.user.role != Role.STORE_MANAGER:
        return []
    store = request.user.store
    assert store is not None  # a store manager has one: constraint staff_role_needs_store
    due = Step.objects.visible_to(request.user).open().due_by(now)
    by_owner = dict(due.values_list("owner").annotate(n=Count("pk")).order_by())
    colleagues = [
        {"key": str(one.pk), "name": one.name, "count": by_owner.get(one.pk, 0)}
        for one in access.colleagues_of(request, store)
    ]
    return [
        {"key": EVERYBODY, "name": _("Whole store"), "count": sum(by_owner.values())},
        *colleagues,
        {"key": NOBODY, "name": _("Nobody's"), "count": due.unassigned().count()},
    ]


def after_of(request: StaffRequest) -> DoneRow | None:
    """The result that was just entered (`?after=12`, a step), for the message with “Take back”."""
    key = key_in(request.GET.get("after", ""))
    if key is None:
        return None
    events = StepEvent.objects.visible_to(request.user).results().with_step()
    event = events.filter(step=key).order_by("-at").first()
    return DoneRow([event], None) if event else None
