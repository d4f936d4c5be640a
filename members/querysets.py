"""Which members and receipts a person sees; every list, page, export and address goes through `visible_to`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from members.enums import MemberStatus
from vipcrm.enums import Role

if TYPE_CHECKING:
    from vipcrm.models import Staff

# A service agent sees the members with an unfinished notification (handbook 1). Which those are, service_tickets knows
# and says here when it starts: functions from the agent to a condition on members.
agent_scopes: list[Callable[[Staff], Q]] = []


def _visible_stores(staff: Staff) -> models.QuerySet[Any]:
    return apps.get_model("vipcrm", "Store").objects.visible_to(staff)


class MemberQuerySet(models.QuerySet[Any]):
    def visible_to(self, staff: Staff) -> MemberQuerySet:
        """Members whose file `staff` may open: own store, region, all; a service agent: open notifications only."""
        if staff.role == Role.ADMIN:
            return self.all()
        if staff.role == Role.SERVICE_AGENT:
            scope = Q(pk__in=[])
            for condition in agent_scopes:
                scope |= condition(staff)
            return self.filter(scope)
        if staff.role == Role.REGION_MANAGER:
            return self.filter(home_store__in=_visible_stores(staff))
        return self.filter(home_store_id=staff.store_id)

    def present(self) -> MemberQuerySet:
        """Files that are somebody's: not merged into another, not erased."""
        return self.exclude(status__in=[MemberStatus.MERGED, MemberStatus.ERASED])


class ReceiptQuerySet(models.QuerySet[Any]):
    def visible_to(self, staff: Staff) -> ReceiptQuerySet:
        """Receipts of the stores `staff` sees, and those of the members whose file she may open."""
        if staff.role == Role.ADMIN:
            return self.all()
        members = apps.get_model("members", "Member").objects.visible_to(staff)
        if staff.role == Role.SERVICE_AGENT:
            return self.filter(member__in=members)
        if staff.role == Role.REGION_MANAGER:
            return self.filter(Q(store__in=_visible_stores(staff)) | Q(member__in=members))
        return self.filter(Q(store_id=staff.store_id) | Q(member__in=members))

    def purchases(self) -> ReceiptQuerySet:
        """Receipts that are purchases: not voided, net amount or net units not zero (report-definitions)."""
        return self.filter(voided_at__isnull=True).exclude(net_amount=0, net_units=0)
