"""Plans are edited here; steps, their events and reminders are a ledger and only read."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, StackedInline

from followups.models import Plan, PlanStep, Reminder, Step, StepEvent
from followups.resources import StepResource
from followups.services.plans import copy_from
from vipcrm.admin_parts import AuditedExport, ReadOnlyAdmin

# What steps already made were counted by; words may change at any time.
FIXED_PLAN = ("tiers", "min_amount", "valid_from")
FIXED_STEP = ("day", "code")


def _is_used(plan: Plan | None) -> bool:
    return plan is not None and Step.objects.filter(plan_step__plan=plan).exists()


class PlanStepInline(StackedInline):
    model = PlanStep
    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return FIXED_STEP if _is_used(obj) else ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_used(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_used(obj)


@admin.register(Plan)
class PlanAdmin(ModelAdmin):
    list_display = ("__str__", "position", "tiers", "min_amount", "valid_from", "valid_until")
    search_fields = ("name_zh", "name_en", "steps__name_zh", "steps__code")
    inlines = (PlanStepInline,)
    actions = ("new_version",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return FIXED_PLAN if _is_used(obj) else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_used(obj)

    @admin.action(description=gettext_lazy("Copy to change: a new version from tomorrow"))
    def new_version(self, request: HttpRequest, queryset: QuerySet[Plan]) -> None:
        tomorrow = timezone.localdate() + timedelta(days=1)
        for plan in queryset:
            copy_from(plan, day=tomorrow)
        text = _("The copy holds for sales from tomorrow on. Change its days, steps and limits today.")
        self.message_user(request, text, messages.SUCCESS)


@admin.register(Step)
class StepAdmin(AuditedExport, ReadOnlyAdmin):
    resource_classes = (StepResource,)
    list_display = ("member", "plan_step", "receipt", "owner", "due_on", "state", "result", "satisfaction")
    list_filter = ("state", "result", "plan_step")
    list_select_related = ("member", "plan_step", "receipt", "owner")
    search_fields = ("member__card_no", "member__name", "receipt__number", "owner__username")
    show_full_result_count = False
    date_hierarchy = "due_on"


@admin.register(StepEvent)
class StepEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "step", "result", "by", "due_on", "taken_back_at")
    list_filter = ("kind", "result")
    list_select_related = ("step", "by")
    search_fields = ("step__member__card_no", "step__member__name", "by__username", "note")
    show_full_result_count = False


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    list_display = ("at", "step", "due_on", "owner")
    list_select_related = ("step", "owner")
    search_fields = ("step__member__card_no", "step__member__name", "owner__username")
    show_full_result_count = False
