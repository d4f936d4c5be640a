"""Which rows of the organisation a person sees. The only place that knows what a role's reach is (handbook 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from vipcrm.enums import Role

if TYPE_CHECKING:
    from vipcrm.models import Staff


class StoreQuerySet(models.QuerySet[Any]):
    def visible_to(self, staff: Staff) -> StoreQuerySet:
        """Stores whose data `staff` may read: all for an admin, the region's, else the own one."""
        if staff.role == Role.ADMIN:
            return self.all()
        if staff.role == Role.REGION_MANAGER:
            return self.filter(region_id=staff.region_id)
        return self.filter(pk=staff.store_id)


class StaffQuerySet(models.QuerySet[Any]):
    def active(self) -> StaffQuerySet:
        return self.filter(is_active=True)

    def working_in(self, store_id: int) -> StaffQuerySet:
        """Active clerks and managers of a store: those a member or a step can be given to."""
        return self.filter(is_active=True, store_id=store_id)

    def visible_to(self, staff: Staff) -> StaffQuerySet:
        """Colleagues whose names and figures `staff` may see (figures: supervisors only, checked by the page)."""
        if staff.role == Role.ADMIN:
            return self.all()
        if staff.role == Role.REGION_MANAGER:
            return self.filter(models.Q(store__region_id=staff.region_id) | models.Q(pk=staff.pk))
        return self.filter(store_id=staff.store_id)
