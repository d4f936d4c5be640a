from django.contrib import admin

from reports.models import MonthlyReport
from vipcrm.admin_parts import ReadOnlyAdmin


@admin.register(MonthlyReport)
class MonthlyReportAdmin(ReadOnlyAdmin):
    """To be read: a report is computed, never written by hand."""

    list_display = ["month", "kind", "code", "revision", "definitions", "computed_at", "computed_by"]
    list_filter = ["kind", "definitions"]
    search_fields = ["code"]
    date_hierarchy = "month"
    list_select_related = ["computed_by"]
