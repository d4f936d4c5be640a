from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import (
    AdvisorChange,
    Consent,
    ImportRun,
    ManualTier,
    Member,
    OpeningBalance,
    Product,
    ProgrammeVersion,
    Receipt,
    ReceiptLine,
    Standing,
    StatusChange,
    Tier,
    TierChange,
    VisitNote,
)
from members.resources import MemberResource, ProductResource, ReceiptResource
from members.services.goods import recount_product
from members.services.people import update_member
from vipcrm.admin_parts import AuditedExport, KeptAdmin, ReadOnlyAdmin, ReadOnlyInline


@admin.register(Product)
class ProductAdmin(AuditedExport, KeptAdmin):
    """The mark "not for points" recounts the tiers of everybody who bought the product."""

    resource_classes = [ProductResource]
    list_display = ["code", "name", "category", "style", "list_price", "role", "excluded"]
    list_filter = ["category", "role", "excluded"]
    search_fields = ["code", "name"]

    def save_model(self, request: HttpRequest, obj: Product, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "excluded" in form.changed_data:
            recount_product(obj, at=timezone.now())


class _ConsentInline(ReadOnlyInline):
    model = Consent


class _TierInline(ReadOnlyInline):
    model = TierChange
    fields = ["seq", "on", "from_tier", "to_tier", "reason", "spend", "withdrawn_at"]


@admin.register(Member)
class MemberAdmin(AuditedExport, KeptAdmin):
    """Files are opened on the enrolment page; here they are put right, through the same service as on the page."""

    resource_classes = [MemberResource]
    list_display = ["card_no", "name", "shown_phone", "home_store", "advisor", "enrolled_on", "status"]
    list_filter = ["home_store", "status", "source"]
    search_fields = ["card_no", "name", "pinyin", "initials", "phone_tail"]
    autocomplete_fields = ["home_store", "advisor", "referred_by"]
    list_select_related = ["home_store", "advisor"]
    readonly_fields = ["card_no", "enrolled_on", "status", "enrolled_by"]
    inlines = [_ConsentInline, _TierInline]
    show_full_result_count = False

    @admin.display(description=_("phone"))
    def shown_phone(self, member: Member) -> str:
        return member.masked_phone

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Member, form: ModelForm, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
        update_member(obj, changes=changes, by=request.user, at=timezone.now())  # type: ignore[arg-type]


class _LineInline(ReadOnlyInline):
    model = ReceiptLine
    fk_name = "receipt"
    fields = ["line_no", "product_name", "unit_price", "quantity", "returns_line", "returned_quantity"]


@admin.register(Receipt)
class ReceiptAdmin(AuditedExport, ReadOnlyAdmin):
    """To be read: a receipt is voided on its page, corrected by an import."""

    resource_classes = [ReceiptResource]
    list_display = ["number", "store", "sold_at", "member", "net_amount", "net_units", "voided_at"]
    list_filter = ["store"]
    search_fields = ["number", "member__card_no", "member__name"]
    list_select_related = ["store", "member"]
    date_hierarchy = "sold_on"
    inlines = [_LineInline]
    show_full_result_count = False


@admin.register(ReceiptLine)
class ReceiptLineAdmin(ReadOnlyAdmin):
    list_display = ["receipt", "line_no", "product_name", "category", "unit_price", "quantity", "returned_quantity"]
    search_fields = ["receipt__number", "product_name"]
    list_select_related = ["receipt"]
    show_full_result_count = False


class _TiersOfVersion(ReadOnlyInline):
    model = Tier


@admin.register(ProgrammeVersion)
class ProgrammeVersionAdmin(ReadOnlyAdmin):
    """To be read: publishing a new version needs its dry run first."""

    list_display = ["valid_from", "window", "year", "drop", "grace_days", "published_at"]
    search_fields = ["valid_from"]
    inlines = [_TiersOfVersion]


@admin.register(Tier)
class TierAdmin(ReadOnlyAdmin):
    list_display = ["code", "rank", "name_zh", "name_en", "single", "cumulative", "keep", "version"]
    search_fields = ["code", "name_zh", "name_en"]


class _OfMember(ReadOnlyAdmin):
    """Dated rows of a member, found by card or name."""

    search_fields = ["member__card_no", "member__name"]
    list_select_related = ["member"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("member")


@admin.register(TierChange)
class TierChangeAdmin(_OfMember):
    list_display = ["member", "on", "from_tier", "to_tier", "reason", "spend", "withdrawn_at"]
    list_filter = ["reason", "to_tier", ("withdrawn_at", admin.EmptyFieldListFilter)]
    date_hierarchy = "on"


@admin.register(Standing)
class StandingAdmin(_OfMember):
    list_display = ["member", "tier", "tier_since", "review_on", "counted_spend", "year_spend", "purchases", "spend"]
    list_filter = ["tier"]


@admin.register(ManualTier)
class ManualTierAdmin(_OfMember):
    list_display = ["member", "on", "tier", "until", "reason", "by"]


@admin.register(OpeningBalance)
class OpeningBalanceAdmin(_OfMember):
    list_display = ["member", "on", "tier", "tier_since", "year_spend", "counted_spend", "points"]


@admin.register(Consent)
class ConsentAdmin(_OfMember):
    list_display = ["member", "channel", "state", "given_on", "wording", "by"]
    list_filter = ["channel", "state"]


@admin.register(StatusChange)
class StatusChangeAdmin(_OfMember):
    list_display = ["member", "on", "status", "reason", "by"]
    list_filter = ["status"]


@admin.register(AdvisorChange)
class AdvisorChangeAdmin(_OfMember):
    list_display = ["member", "on", "store_before", "store_after", "advisor_before", "advisor_after", "by"]


@admin.register(VisitNote)
class VisitNoteAdmin(_OfMember):
    list_display = ["member", "visited_on", "text", "satisfaction", "by"]
    date_hierarchy = "visited_on"


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ["asked_at", "kind", "file_name", "state", "read", "created", "updated", "errors", "asked_by"]
    list_filter = ["kind", "state"]
    search_fields = ["file_name"]
