"""The sale page's form: who is buying, the lines, and what is rarely filled in. Everything lives in the form itself, so
that each press of a button carries the whole draft and nothing has to be kept on the server."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.forms.people import PhoneField
from vipcrm.models import Staff, Store

MEMBER, WALK_IN, NEW = "member", "walk_in", "new"
WHO = [("", ""), (MEMBER, ""), (WALK_IN, ""), (NEW, "")]
MAX_LINES = 200


class SaleForm(forms.Form):
    """The head of a sale. `q`, `p` and `r` are search fields, never part of the sale."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    started = forms.FloatField(widget=forms.HiddenInput, required=False)
    who = forms.ChoiceField(choices=WHO, widget=forms.HiddenInput, required=False)
    member = forms.IntegerField(widget=forms.HiddenInput, required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    new_name = forms.CharField(label=_("Name"), max_length=80, required=False)
    new_phone = PhoneField(label=_("Mobile phone"), required=False)
    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), error_messages={"required": _("Choose the store.")}
    )
    number = forms.CharField(
        label=_("Receipt number"), max_length=40, required=False, help_text=_("Empty: the system gives one.")
    )
    arrived_at = forms.TimeField(
        label=_("Arrived at"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    sold_at = forms.DateTimeField(
        label=_("Sold at"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Only for a sale that is keyed in later."),
    )

    fields: dict[str, Any]  # the stores are set below

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff
        for name in ("new_name", "new_phone"):
            self.fields[name].required = (self.data or self.initial).get("who") == NEW
            self.fields[name].error_messages["required"] = _("Name and phone are needed for a card.")
        if staff.store_id:
            self.fields.pop("store")
        else:
            self.fields["store"].queryset = Store.objects.visible_to(staff)
            self.fields["store"].label_from_instance = lambda store: store.name

    @property
    def till(self) -> Store | None:
        """Where it is sold: the own store, or the chosen one."""
        return self.staff.store if self.staff.store_id else self.cleaned_data.get("store")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("who"):
            self.add_error(None, _("Who is buying? Choose a member, or “no member”."))
        return data

    def sold(self, now: datetime) -> datetime:
        """When it was sold: now, or as keyed in, by the store's clock."""
        given = self.cleaned_data.get("sold_at")
        return _in_store(given, self.till) if given else now

    def arrived(self, sold_at: datetime) -> datetime | None:
        """The time of arrival on the day of the sale; None when it was not noted."""
        given: time | None = self.cleaned_data.get("arrived_at")
        if given is None or self.till is None:
            return None
        day = sold_at.astimezone(self.till.tz).date()
        return datetime.combine(day, given, self.till.tz)


def _in_store(value: datetime, store: Store | None) -> datetime:
    zone = store.tz if store else ZoneInfo("Asia/Shanghai")
    return value.replace(tzinfo=zone)


class SaleLineForm(forms.Form):
    """One line; `quantity` is positive also for a return, which `returns` (the id of the sold line) makes it."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=40)
    returns = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Product name"), max_length=120, required=False)
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=9999, widget=forms.NumberInput({"inputmode": "numeric", "min": 1})
    )
    price = forms.DecimalField(
        label=_("Unit price ¥"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput({"inputmode": "decimal", "min": 0, "step": "0.01"}),
    )


class BaseLines(forms.BaseFormSet):
    def clean(self) -> None:
        if not any(self.errors) and not self.forms:
            raise ValidationError(_("Add at least one product."))


SaleLines = forms.formset_factory(
    SaleLineForm, formset=BaseLines, extra=0, max_num=MAX_LINES, validate_max=True, absolute_max=MAX_LINES
)


class VoidForm(forms.Form):
    """Why a receipt is voided."""

    reason = forms.CharField(label=_("Why"), max_length=200)
