"""Which notifications a person sees; every list, page, export and address goes through `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from service_tickets.enums import OPEN_PHASES, OPEN_TASKS, SystemStatus
from vipcrm.enums import Role

if TYPE_CHECKING:
    from vipcrm.models import Staff

FLAGGED = Q(marks__contains=[SystemStatus.DLFL])


class NotificationQuerySet(models.QuerySet[Any]):
    def visible_to(self, staff: Staff) -> NotificationQuerySet:
        """Own store; agents of head office also what was passed on to it; region; all for an admin (handbook 1)."""
        if staff.role == Role.ADMIN:
            return self.all()
        if staff.role == Role.REGION_MANAGER:
            stores = apps.get_model("vipcrm", "Store").objects.visible_to(staff)
            return self.filter(store__in=stores)
        if staff.role == Role.SERVICE_AGENT and staff.store is not None and staff.store.is_head_office:
            return self.filter(Q(store_id=staff.store_id) | Q(passed_on_to_id=staff.store_id))
        return self.filter(store_id=staff.store_id)

    def unfinished(self) -> NotificationQuerySet:
        """Not completed and not flagged for deletion: what somebody still has to deal with."""
        return self.filter(phase__in=OPEN_PHASES).exclude(FLAGGED)

    def with_text(self, text: str) -> NotificationQuerySet:
        """Short text contains `text` (two characters or more to be fast; case does not count)."""
        plain = "".join(text.lower().split())
        grams = [plain[i : i + 2] for i in range(len(plain) - 1)]
        return self.filter(text_bigrams__contains=grams, description__icontains=text.strip())

    def with_user_status(self, status_id: int, numbered: bool) -> NotificationQuerySet:
        if numbered:
            return self.filter(user_status_id=status_id)
        return self.filter(extra_statuses__status_id=status_id)

    def for_rows(self) -> NotificationQuerySet:
        """With everything a list row shows, in the same number of queries whatever the number of rows."""
        return self.select_related("member", "agent", "user_status", "store").prefetch_related("extra_statuses__status")


def members_with_unfinished(staff: Staff) -> Q:
    """The members an agent sees (handbook 1): those with an unfinished notification that the agent sees."""
    notifications = apps.get_model("service_tickets", "Notification").objects.visible_to(staff).unfinished()
    return Q(pk__in=notifications.filter(member__isnull=False).values("member_id"))


class TaskQuerySet(models.QuerySet[Any]):
    def outstanding(self) -> TaskQuerySet:
        return self.filter(status__in=OPEN_TASKS)
