"""What the admin pages of all apps are made of: read-only rows, and tables that leave without live formulas."""

from typing import Any

from django.http import HttpRequest
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.import_export.forms import ExportForm

from vipcrm.audit import record_event
from vipcrm.enums import AuditAction
from vipcrm.tabular.escapes import escape


class ReadOnly:
    """Rows that are derived, or that only an action of the product may write: to be read."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    """A page of such rows."""


class ReadOnlyInline(ReadOnly, TabularInline):
    """Such rows on the page of what they belong to."""

    extra = 0


class KeptAdmin(ModelAdmin):
    """Rows that may be changed, never deleted: others rest on them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SafeResource(ModelResource):
    """Each text cell is escaped, so that no spreadsheet runs it (the library only strips a leading =)."""

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        value = super().export_field(field, instance, **kwargs)
        return escape(value) if isinstance(value, str) else value


class AuditedExport(ExportMixin):
    """Export as CSV or XLSX; who took how many rows is recorded."""

    formats = [CSV, XLSX]
    export_form_class = ExportForm

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        model = self.model._meta.label_lower
        record_event(AuditAction.EXPORTED, by=request.user, subject=model, rows=queryset.count(), door="admin")  # type: ignore[arg-type]
        return super().get_export_data(file_format, request, queryset, **kwargs)
