from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from vipcrm.admin_parts import AuditedExport, KeptAdmin, ReadOnlyAdmin, SafeResource
from vipcrm.models import AuditEvent, Region, Staff, Store
from vipcrm.signals import calendars_changed, staff_moved

admin.site.unregister(Group)  # what a person may do hangs on the role alone


class StoreResource(SafeResource):
    class Meta:
        model = Store
        fields = (
            "code", "name", "region__name", "time_zone", "sales_org", "business_area", "opens", "closes",
            "closed_weekdays",
        )  # fmt: skip


class StaffResource(SafeResource):
    class Meta:
        model = Staff
        fields = ("username", "name", "role", "store__code", "region__name", "phone", "is_active")


@admin.register(Region)
class RegionAdmin(ModelAdmin):
    list_display = ["name"]
    search_fields = ["name"]


@admin.register(Store)
class StoreAdmin(AuditedExport, KeptAdmin):
    """Code and time zone stay as they are: receipts are filed under them."""

    resource_classes = [StoreResource]
    list_display = ["code", "name", "region", "time_zone", "opens", "closes", "is_head_office"]
    list_filter = ["region", "is_head_office"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["region"]
    list_select_related = ["region"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code", "time_zone"] if obj else []

    def save_model(self, request: HttpRequest, obj: Store, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"closed_weekdays", "opens", "closes"} & set(form.changed_data):
            calendars_changed.send(sender=Store, store_ids=[obj.pk], at=timezone.now())


class StaffForm(UserChangeForm):
    class Meta:
        model = Staff
        fields = "__all__"


class NewStaffForm(UserCreationForm):
    class Meta:
        model = Staff
        fields = ("username", "name", "role", "store", "region", "phone")


@admin.register(Staff)
class StaffAdmin(AuditedExport, UserAdmin, KeptAdmin):
    """Logins. Somebody who leaves is made inactive, not deleted: her name stands on receipts."""

    form, add_form, change_password_form = StaffForm, NewStaffForm, AdminPasswordChangeForm
    resource_classes = [StaffResource]
    list_display = ["username", "name", "role", "store", "region", "is_active", "last_login"]
    list_filter = ["role", "store", "region", "is_active"]
    search_fields = ["username", "name", "phone"]
    autocomplete_fields = ["store", "region"]
    list_select_related = ["store", "region"]
    ordering = ["username"]
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "phone", "is_active")}),
        (_("role"), {"fields": ("role", "store", "region")}),
        (_("dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "name", "phone", "role", "store", "region", "password1", "password2")}),
    )

    def save_model(self, request: HttpRequest, obj: Staff, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change or not {"is_active", "store"} & set(form.changed_data):
            return
        told = staff_moved.send(sender=Staff, staff_ids=[obj.pk], by_id=request.user.pk, at=timezone.now())
        count = sum(int(answer or 0) for _receiver, answer in told)
        if count:
            words = ngettext(
                "%(count)s open follow-up went to a colleague.", "%(count)s open follow-ups went to colleagues.", count
            )
            self.message_user(request, words % {"count": count})


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "by", "action", "subject", "rows"]
    list_filter = ["action"]
    search_fields = ["subject", "by__username", "by__name"]
    date_hierarchy = "at"
    list_select_related = ["by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        return super().get_queryset(request).select_related("by")


# The words of django-axes and of the admin's theme, which have no Chinese: our catalogue answers for them.
THEIR_WORDS = (
    gettext_noop("access attempt"),
    gettext_noop("access attempts"),
    gettext_noop("User Agent"),
    gettext_noop("IP Address"),
    gettext_noop("Username"),
    gettext_noop("Path"),
    gettext_noop("Attempt Time"),
    gettext_noop("Failed Logins"),
    gettext_noop("Type to search"),
    gettext_noop("Search apps and models..."),
    gettext_noop("No results found"),
    gettext_noop("This page yielded into no results. Create a new item or reset your filters."),
    gettext_noop("Reset filters"),
    gettext_noop("Go back"),
    gettext_noop("Select value"),
    gettext_noop("Select format"),
    gettext_noop("Select action"),
    gettext_noop("Select action to run"),
    gettext_noop("Run"),
    gettext_noop("Dark"),
    gettext_noop("System"),
)


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin):
    """Wrong passwords of a quarter of an hour; deleting a row opens a locked login at once."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "path_info"]
    search_fields = ["username", "ip_address"]
    fields = ["attempt_time", "username", "ip_address", "failures_since_start", "path_info", "user_agent"]
    date_hierarchy = "attempt_time"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True
