"""Which steps: whose, of which day, and who must not be contacted. Days are those of the step's store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Count, DateField, DateTimeField, Exists, F, Func, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from followups.enums import EventKind, Result, StepState
from vipcrm.enums import Role

if TYPE_CHECKING:
    from vipcrm.models import Staff

CONTACTS_WITHIN = timedelta(days=14)
# What counts as having been in contact with her: she heard or saw us.
CONTACTS = [Result.REACHED, Result.DECLINED, Result.CAME_TO_STORE]


class MayContact(Func):
    """Handbook 6.8, one place: not "do not contact", active, not refused (database function of migration 0002)."""

    function = "followups_may_contact"
    output_field = models.BooleanField()


class LocalDay(Cast):
    """The date of a moment in the time zone of the step's store."""

    def __init__(self, at: datetime) -> None:
        arguments = F("store__time_zone"), Value(at, output_field=DateTimeField())
        super().__init__(Func(*arguments, function="timezone", output_field=DateTimeField()), DateField())


class PlanQuerySet(models.QuerySet[Any]):
    def with_uses(self) -> PlanQuerySet:
        """Adds `uses`: whether steps were made from it; what it counts by is fixed from then on."""
        steps = apps.get_model("followups", "Step").objects.filter(plan_step__plan=OuterRef("pk"))
        return self.annotate(uses=Exists(steps))


class StepQuerySet(models.QuerySet[Any]):
    def visible_to(self, staff: Staff) -> StepQuerySet:
        """Steps of the members whose files `staff` may open; service agents do none."""
        if staff.role == Role.SERVICE_AGENT:
            return self.none()
        return self.filter(member__in=apps.get_model("members", "Member").objects.visible_to(staff))

    def open(self) -> StepQuerySet:
        """Still to be done, and she may be contacted: what lists, counts and reminders are made of."""
        return self.filter(MayContact(F("member_id")), state=StepState.OPEN)

    def due_by(self, at: datetime) -> StepQuerySet:
        """Due on the store's day of `at` or before."""
        return self.filter(due_on__lte=LocalDay(at))

    def overdue(self, at: datetime) -> StepQuerySet:
        """Open and not done by the end of the day after the due day (handbook 6.5)."""
        yesterday = Func(LocalDay(at), template="(%(expressions)s - 1)", output_field=DateField())
        return self.open().filter(due_on__lt=yesterday)

    def unassigned(self) -> StepQuerySet:
        """Nobody of the member's home store owns them: none, one who left, or one of another store."""
        return self.filter(
            Q(owner__isnull=True) | Q(owner__is_active=False) | ~Q(owner__store_id=F("member__home_store_id"))
        )

    def owned_by(self, staff: Staff) -> StepQuerySet:
        return self.filter(owner=staff)

    def of_store(self, store_id: int) -> StepQuerySet:
        """Steps of the members who now belong to a store."""
        return self.filter(member__home_store_id=store_id)

    def with_contacts(self, at: datetime) -> StepQuerySet:
        """Adds `contacts`: how often she was in contact in the 14 days before `at` (handbook 6.8), and `asked`:
        whether she was ever asked for consent."""
        consent = apps.get_model("members", "Consent").objects.filter(member=OuterRef("member"))
        return self.annotate(contacts=_contacts_since(at - CONTACTS_WITHIN), asked=Exists(consent))

    def with_all(self) -> StepQuerySet:
        """With what a row or a sheet shows: member, standing, step, plan, store, owner, receipt and what was bought."""
        joined = self.select_related("member__standing", "plan_step__plan", "store", "owner", "receipt__store")
        lines = apps.get_model("members", "ReceiptLine").objects.filter(quantity__gt=0).order_by("line_no")
        return joined.prefetch_related(Prefetch("receipt__lines", lines))


def _contacts_since(start: datetime) -> Coalesce:
    events = apps.get_model("followups", "StepEvent").objects.filter(
        step__member=OuterRef("member"), kind=EventKind.RESULT, result__in=CONTACTS, at__gte=start,
        taken_back_at__isnull=True,
    )  # fmt: skip
    counted = events.order_by().values("step__member").annotate(n=Count("at", distinct=True)).values("n")
    return Coalesce(Subquery(counted), 0)


class EventQuerySet(models.QuerySet[Any]):
    def visible_to(self, staff: Staff) -> EventQuerySet:
        return self.filter(step__in=apps.get_model("followups", "Step").objects.visible_to(staff))

    def results(self) -> EventQuerySet:
        """Results that stand: not taken back."""
        return self.filter(kind=EventKind.RESULT, taken_back_at__isnull=True)

    def with_step(self) -> EventQuerySet:
        return self.select_related("step__member__standing", "step__plan_step", "step__store", "by")
