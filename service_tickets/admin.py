"""Service in Django admin: profiles and catalogues are kept here; notifications are looked at, not changed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportMixin
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.import_export.forms import ImportForm

from service_tickets.enums import Action
from service_tickets.models import (
    Activity,
    CatalogueCode,
    CatalogueGroup,
    Cause,
    ExtraStatus,
    HistoryEntry,
    Item,
    LongText,
    Notification,
    NumberRange,
    Partner,
    PartnerFunction,
    StatusProfile,
    Task,
    UserStatus,
)
from service_tickets.resources import CatalogueCodeResource
from service_tickets.rules.profiles import profile_faults
from service_tickets.rules.values import ProfileSpec
from vipcrm.admin_parts import AuditedExport, KeptAdmin, ReadOnlyAdmin, ReadOnlyInline
from vipcrm.enums import Role


def _many(label: Any, choices: Any, help_text: Any = "") -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        coerce=str,
        empty_value=[],
        help_text=help_text,
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )


class UserStatusForm(forms.ModelForm):
    """A user status with its actions and roles as lists to choose from."""

    roles = _many(_("who may set it"), Role.choices, _("None chosen: anybody."))
    allows = _many(_("allows"), Action.choices)
    forbids = _many(_("forbids"), Action.choices)
    set_by = _many(_("set by"), Action.choices)
    deleted_by = _many(_("taken away by"), Action.choices)

    class Meta:
        model = UserStatus
        fields = [
            "code", "aliases", "name_zh", "name_en", "number", "lowest", "highest", "initial", "roles", "approval",
            "allows", "forbids", "set_by", "deleted_by",
        ]  # fmt: skip


class ProfileFormSet(BaseInlineFormSet):
    """All statuses of a profile at once: one with a gap is refused with the reasons."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        specs = [form.instance.spec() for form in kept if not form.cleaned_data.get("DELETE")]
        faults = profile_faults(ProfileSpec(tuple(specs)))
        if faults:
            raise forms.ValidationError([str(fault) for fault in faults])


class UserStatusInline(TabularInline):
    model = UserStatus
    form = UserStatusForm
    formset = ProfileFormSet
    extra = 1


@admin.register(StatusProfile)
class StatusProfileAdmin(KeptAdmin):
    list_display = ("type", "name_zh", "name_en")
    search_fields = ("type", "name_zh", "name_en", "statuses__code")
    inlines = (UserStatusInline,)


@admin.register(UserStatus)
class UserStatusAdmin(ReadOnlyAdmin):
    """To look at; changed inside its profile, which is checked as a whole."""

    list_display = ("profile", "code", "name_zh", "name_en", "number", "lowest", "highest", "initial")
    list_filter = ("profile",)
    search_fields = ("code", "name_zh", "name_en")
    list_select_related = ("profile",)


@admin.register(CatalogueGroup)
class CatalogueGroupAdmin(ModelAdmin):
    list_display = ("catalogue", "code", "name_zh", "name_en")
    list_filter = ("catalogue",)
    search_fields = ("code", "name_zh", "name_en")


@admin.register(CatalogueCode)
class CatalogueCodeAdmin(AuditedExport, ImportMixin, ModelAdmin):
    """A code in use cannot be deleted (the database refuses); close it instead."""

    resource_classes = (CatalogueCodeResource,)
    import_form_class = ImportForm
    list_display = ("group", "code", "name_zh", "name_en", "closed")
    list_filter = ("group__catalogue", "closed")
    search_fields = ("code", "name_zh", "name_en", "group__code", "group__name_zh", "group__name_en")
    list_select_related = ("group",)


@admin.register(PartnerFunction)
class PartnerFunctionAdmin(ModelAdmin):
    list_display = ("code", "name_zh", "name_en", "required_z1", "required_z2")
    search_fields = ("code", "name_zh", "name_en")


class ItemInline(ReadOnlyInline):
    model = Item
    fields = ("position", "name", "material", "quantity", "damage")


class TaskInline(ReadOnlyInline):
    model = Task
    fields = ("position", "text", "status", "planned_end")


class LongTextInline(ReadOnlyInline):
    model = LongText
    fields = ("at", "by", "text")


class ActivityInline(ReadOnlyInline):
    model = Activity
    fields = ("done_at", "by", "text")


class PartnerInline(ReadOnlyInline):
    model = Partner
    fields = ("function", "staff", "name")


class ExtraStatusInline(ReadOnlyInline):
    model = ExtraStatus
    fields = ("status",)


class CauseInline(ReadOnlyInline):
    model = Cause
    fields = ("code", "text", "maker")


class HistoryInline(ReadOnlyInline):
    model = HistoryEntry
    fields = ("at", "by", "action", "kind", "old", "new", "subject", "reason")


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """To look at and to find; work is done on the notification's own page, by actions."""

    list_display = ("number", "type", "description", "phase", "user_status", "store", "required_end")
    list_filter = ("type", "phase", "store")
    search_fields = ("number", "description", "member__name", "member__card_no", "po_number")
    list_select_related = ("user_status", "store")
    show_full_result_count = False
    inlines = (
        ItemInline,
        TaskInline,
        LongTextInline,
        ActivityInline,
        PartnerInline,
        ExtraStatusInline,
        HistoryInline,
    )


@admin.register(HistoryEntry)
class HistoryEntryAdmin(ReadOnlyAdmin):
    list_display = ("notification", "at", "by", "action", "kind", "old", "new")
    list_filter = ("kind", "action")
    search_fields = ("notification__number",)
    list_select_related = ("notification", "by")
    show_full_result_count = False


@admin.register(Item)
class ItemAdmin(ReadOnlyAdmin):
    list_display = ("notification", "position", "name", "material", "quantity", "damage")
    search_fields = ("notification__number", "name", "material")
    list_select_related = ("notification", "damage")
    show_full_result_count = False
    inlines = (CauseInline,)


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ("notification", "position", "text", "status", "planned_end")
    list_filter = ("status",)
    search_fields = ("notification__number", "text")
    list_select_related = ("notification",)
    show_full_result_count = False


@admin.register(NumberRange)
class NumberRangeAdmin(ReadOnlyAdmin):
    list_display = ("name", "last")
    search_fields = ("name",)
