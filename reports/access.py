"""Whose report somebody may read: a store manager the own store's, a region manager the region's and its stores', an
admin all. Clerks and service agents have no report (PermissionDenied); what one may not see does not exist (404)."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from reports.scopes import Scope, all_scope, region_scope, store_scope
from vipcrm.enums import Role
from vipcrm.models import Region, Staff, Store


def scopes_for(staff: Staff) -> list[Scope]:
    """The scopes `staff` may read, widest first. Raises PermissionDenied for clerks and service agents."""
    if not staff.is_supervisor:
        raise PermissionDenied(_("Reports are for store managers and above."))
    stores = list(Store.objects.visible_to(staff).select_related("region").order_by("code"))
    own = [store_scope(store) for store in stores]
    if staff.role == Role.STORE_MANAGER:
        return own
    regions = Region.objects.order_by("name")
    if staff.role == Role.REGION_MANAGER:
        return [*(region_scope(region, stores) for region in regions.filter(managers=staff)), *own]
    return [all_scope(stores), *(region_scope(region, stores) for region in regions), *own]


def scope_for(staff: Staff, params: Mapping[str, str]) -> tuple[Scope, list[Scope]]:
    """The scope named by `store=` or `region=` (none: the widest), and all she may choose from.

    Raises Http404 for one she may not read, PermissionDenied for clerks and service agents.
    """
    scopes = scopes_for(staff)
    wanted = {kind: params[kind] for kind in ("store", "region") if params.get(kind)}
    for scope in scopes:
        if not wanted or scope.query == wanted:
            return scope, scopes
    raise Http404
