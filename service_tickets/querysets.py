"""Which notifications a person sees; every list, page, export and address goes through `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Func, Prefetch, Q, Value, When
from django.db.models.functions import Lower, StrIndex
from django.db.models.lookups import GreaterThan

from service_tickets.enums import OPEN_PHASES, OPEN_TASKS, SystemStatus
from vipcrm.enums import Role

if TYPE_CHECKING:
    from vipcrm.models import Staff

ROW = (
    *("number", "type", "kind", "description", "reporter", "priority", "paid", "work_centre", "location", "phase"),
    *("marks", "required_start", "required_end", "created_on", "completed_at", "version"),
    *("member__name", "member__card_no", "agent__name", "store__code", "store__name", "store__time_zone"),
    *("user_status__code", "user_status__name_zh", "user_status__name_en"),
)
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
        """Short text contains `text` (two characters or more; case and spaces do not count).

        The index finds pairs of characters. Whether a longer text stands there in this order is looked up row by row,
        in a CASE: of LIKE the planner thinks that it leaves next to nothing, and then sorts fifty thousand rows.
        """
        plain = "".join(text.lower().split())
        found = self.filter(text_bigrams__contains=[plain[i : i + 2] for i in range(len(plain) - 1)])
        if len(plain) == 2:
            return found
        bare = Func(Lower("description"), Value(r"\s"), Value(""), Value("g"), function="regexp_replace")
        there = StrIndex(bare, Value(plain))
        return found.alias(there=Case(When(GreaterThan(there, 0), then=True), default=False)).filter(there=True)

    def with_user_status(self, status_id: int, numbered: bool) -> NotificationQuerySet:
        if numbered:
            return self.filter(user_status_id=status_id)
        return self.filter(extra_statuses__status_id=status_id)

    def for_rows(self, *, extras: bool) -> NotificationQuerySet:
        """With what a list row and the export show, and no more: a member alone has thirty columns.

        With `extras` (a profile knows unnumbered user statuses) they are in the rows' `extras`, by one query more. The
        same number of queries whatever the number of rows.
        """
        extra = apps.get_model("service_tickets", "ExtraStatus").objects.select_related("status")
        joined = self.select_related("member", "agent", "user_status", "store").only(*ROW)
        if not extras:
            return joined
        return joined.prefetch_related(Prefetch("extra_statuses", queryset=extra, to_attr="extras"))


def members_with_unfinished(staff: Staff) -> Q:
    """The members an agent sees (handbook 1): those with an unfinished notification that the agent sees."""
    notifications = apps.get_model("service_tickets", "Notification").objects.visible_to(staff).unfinished()
    return Q(pk__in=notifications.filter(member__isnull=False).values("member_id"))


class TaskQuerySet(models.QuerySet[Any]):
    def outstanding(self) -> TaskQuerySet:
        return self.filter(status__in=OPEN_TASKS)
