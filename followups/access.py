"""The one way from a request to a step: what somebody may not see does not exist for her (404)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from followups.models import Step
from vipcrm.enums import Role
from vipcrm.models import Staff, Store
from vipcrm.requests import StaffRequest


def step_for_read(request: StaffRequest, pk: int) -> Step:
    """The step with what its sheet shows. Raises Http404."""
    return get_object_or_404(Step.objects.visible_to(request.user).with_all(), pk=pk)


def step_for_write(request: StaffRequest, pk: int) -> Step:
    """The same to enter something for it: anybody of the store may cover (handbook 1). Raises Http404."""
    return step_for_read(request, pk)


def step_to_manage(request: StaffRequest, pk: int) -> Step:
    """The same to put it on top or give it away. Raises Http404; PermissionDenied below store manager."""
    step = step_for_read(request, pk)
    require_supervisor(request)
    return step


def require_supervisor(request: StaffRequest) -> None:
    """Raises PermissionDenied for clerks and service agents."""
    if not request.user.is_supervisor:
        raise PermissionDenied(_("Only the store manager sees everybody's follow-ups."))


def colleagues_of(request: StaffRequest, store: Store) -> QuerySet[Staff]:
    """Who can look after steps of a store, as far as the person sees them."""
    people = Staff.objects.visible_to(request.user).working_in(store.pk)
    return people.filter(role__in=[Role.CLERK, Role.STORE_MANAGER]).order_by("role", "name", "pk")


def stores_of(request: StaffRequest) -> QuerySet[Store]:
    """The stores whose overdue steps a supervisor may see."""
    return Store.objects.visible_to(request.user).order_by("code")
