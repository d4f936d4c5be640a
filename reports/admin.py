from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from reports.models import MonthlyReport


@admin.register(MonthlyReport)
class MonthlyReportAdmin(ModelAdmin):
    """To be read: a report is computed, never written by hand."""

    list_display = ["month", "kind", "code", "revision", "definitions", "computed_at", "computed_by"]
    list_filter = ["kind", "definitions"]
    search_fields = ["code"]
    date_hierarchy = "month"
    list_select_related = ["computed_by"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
