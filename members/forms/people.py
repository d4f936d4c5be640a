"""Enrol and edit: the same fields; labels above, what is optional is marked."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from members.enums import Calendar, Channel, ConsentState, Source
from members.models import Member
from members.rules import phones
from members.rules.birthdays import Birthday, BirthdayError, check_birthday
from vipcrm.models import Staff, Store

NOT_ASKED = ("", _("Not asked"))
TIME = forms.TimeInput({"type": "time"}, format="%H:%M")
PROFILE = (
    "gender",
    "birth_calendar",
    "birth_year",
    "birth_month",
    "birth_day",
    "occupation",
    "family",
    "likes",
    "other_brands",
    "preferred_channel",
    "contact_from",
    "contact_until",
    "do_not_contact",
    "source",
    "note",
)
BIRTHDAY_FAULTS = {
    "no_such_day": ("birth_day", _("There is no such day.")),
    "year": ("birth_year", _("The year cannot be right.")),
}


class PhoneField(forms.CharField):
    """A phone number in whatever form; becomes E.164 (handbook 2)."""

    default_error_messages = {"phone": _("Check the number: a Chinese mobile number has 11 digits.")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "off"}
        super().__init__(**{"max_length": 30, "widget": forms.TextInput(attrs), **kwargs})

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        phone = phones.try_normalise(typed)
        if not phone:
            raise ValidationError(self.error_messages["phone"], code="phone")
        return phone


class MemberForm(forms.ModelForm):
    """A member's file. `staff` is who fills it in, `today` the store's date."""

    phone = PhoneField(label=_("Mobile phone"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False, choices=[("", "–"), *Source.choices])
    referred_by = forms.CharField(label=_("Referred by, card number"), required=False, max_length=40)
    birth_calendar = forms.ChoiceField(
        label=_("Birthday by"),
        choices=Calendar.choices,
        initial=Calendar.SOLAR,
        required=False,
        widget=forms.RadioSelect,
    )
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Member
        fields = ["name", "phone", "wechat", "home_store", "advisor", "referred_by", *PROFILE]
        widgets = {
            "name": forms.TextInput({"autocomplete": "off"}),
            "contact_from": TIME,
            "contact_until": TIME,
            "note": forms.Textarea({"rows": 3}),
            "gender": forms.RadioSelect,
            "birth_year": forms.NumberInput({"min": 1900}),
            "birth_month": forms.NumberInput({"min": 1, "max": 12}),
            "birth_day": forms.NumberInput({"min": 1, "max": 31}),
        }
        labels = {"name": _("Name"), "do_not_contact": _("Do not contact her at all")}

    fields: dict[str, Any]  # choices and querysets are set below

    def __init__(self, *args: Any, staff: Staff, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.today = staff, today
        self.fields["gender"].choices = [("", _("Not known")), *self.fields["gender"].choices[1:]]
        self.fields["preferred_channel"].choices = [("", "–"), *Channel.choices]
        self._choose_store()
        self._choose_advisor()
        self._add_consents()
        self._phone_before = self.instance.phone
        if not self._phone_before:
            self._ask_one_of_two()
        if self.instance.pk:
            self._hide_phone()
            self.initial["seen_at"] = self.instance.updated_at.isoformat()
            self.initial["referred_by"] = self.instance.referred_by.card_no if self.instance.referred_by else ""

    def _ask_one_of_two(self) -> None:
        """Neither is a must, but not both may stay empty: so neither is called optional."""
        self.fields["phone"].help_text = _("Or her WeChat: one of the two.")
        for name in ("phone", "wechat"):
            self.fields[name].one_of_several = True

    def _hide_phone(self) -> None:
        """Opening a number is recorded, so the form of an existing file does not show it: empty keeps it."""
        self.initial["phone"] = ""
        if self._phone_before:
            masked = self.instance.masked_phone
            self.fields["phone"].label = _("New phone number")
            self.fields["phone"].help_text = _("Now %(phone)s; leave empty to keep it.") % {"phone": masked}

    def _choose_store(self) -> None:
        """Only somebody who sees several stores chooses one; else it is the own store, or stays as it is."""
        stores = Store.objects.visible_to(self.staff)
        if self.staff.store_id:
            self.fields.pop("home_store")
        else:
            self.fields["home_store"].queryset = stores
            self.fields["home_store"].label_from_instance = lambda store: store.name

    def _choose_advisor(self) -> None:
        seen = Staff.objects.visible_to(self.staff).exclude(store=None).select_related("store")
        advisors = seen.filter(Q(is_active=True) | Q(pk=self.instance.advisor_id))
        self.fields["advisor"].queryset = advisors.order_by("store__code", "name")
        several = not self.staff.store_id
        self.fields["advisor"].label_from_instance = lambda who: f"{who.name}·{who.store.name}" if several else who.name
        self.fields["advisor"].empty_label = str(_("Nobody yet"))
        if not self.instance.pk and self.staff.store_id:
            self.initial.setdefault("advisor", self.staff.pk)

    def _add_consents(self) -> None:
        choices = [NOT_ASKED, *ConsentState.choices]
        for channel, label in Channel.choices:
            self.fields[f"consent_{channel}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, widget=forms.RadioSelect
            )

    @property
    def consent_fields(self) -> list[forms.BoundField]:
        return [self[f"consent_{channel}"] for channel in Channel.values]

    def clean_referred_by(self) -> Member | None:
        card = self.cleaned_data["referred_by"].strip()
        if not card:
            return None
        found = Member.objects.visible_to(self.staff).present().filter(card_no=card).first()
        if found is None:
            raise ValidationError(_("No member with this card number."))
        return found

    def clean_birth_calendar(self) -> str:
        return self.cleaned_data["birth_calendar"] or Calendar.SOLAR.value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "phone" not in self.errors:
            data["phone"] = data.get("phone") or self._phone_before
            if not data["phone"] and not data.get("wechat"):
                self.add_error("phone", _("Give a phone number or a WeChat name."))
        self._check_birthday(data)
        store, advisor = self.home, data.get("advisor")
        if advisor and store and advisor.store_id != store.pk:
            self.add_error("advisor", _("She does not work in this store: choose somebody who does."))
        start, end = data.get("contact_from"), data.get("contact_until")
        if start and end and end <= start:
            self.add_error("contact_until", _("This is earlier than the beginning."))
        return data

    def _check_birthday(self, data: dict[str, Any]) -> None:
        year, month, day = (data.get(f"birth_{part}") for part in ("year", "month", "day"))
        if not month or not day:
            if year or month or day:
                self.add_error("birth_day", _("A birthday needs month and day; the year may be unknown."))
            return
        try:
            check_birthday(Birthday(data.get("birth_calendar") or "solar", year, month, day), today=self.today)
        except BirthdayError as error:
            self.add_error(*BIRTHDAY_FAULTS[error.fault])

    @property
    def home(self) -> Store | None:
        """The member's home store after saving."""
        if "home_store" in self.fields:
            return self.cleaned_data.get("home_store")
        return self.instance.home_store if self.instance.pk else self.staff.store

    @property
    def more_open(self) -> bool:
        """Whether the rarely used fields are shown at once: when one of them is wrong, or in an existing file."""
        return bool(self.instance.pk) or bool(set(self.errors) & {*PROFILE, "referred_by"})

    @property
    def consents(self) -> dict[str, str]:
        """What she said per channel; channels she was not asked about are left out."""
        words = {channel: self.cleaned_data.get(f"consent_{channel}", "") for channel in Channel.values}
        return {channel: state for channel, state in words.items() if state}

    @property
    def profile(self) -> dict[str, Any]:
        """The fields beyond name, phone, WeChat, store and advisor."""
        return {name: self.cleaned_data[name] for name in (*PROFILE, "referred_by")}

    @property
    def changes(self) -> dict[str, Any]:
        """Every field for `update_member`."""
        own = ["name", "phone", "wechat", "advisor", *(["home_store"] if "home_store" in self.fields else [])]
        return {**{name: self.cleaned_data[name] for name in own}, **self.profile}

    @property
    def opened_at(self) -> Any:
        """The file's `updated_at` when this form was opened, None if that is missing."""
        return parse_datetime(self.cleaned_data.get("seen_at") or "")


class EnrolForm(MemberForm):
    """A new card."""

    card_no = forms.CharField(
        label=_("Card number"), required=False, max_length=40, help_text=_("Empty: the system gives one.")
    )
    enrolled_on = forms.DateField(
        label=_("Enrolled on"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("enrolled_on", self.today)

    def clean_card_no(self) -> str:
        card = self.cleaned_data["card_no"].strip()
        if card and Member.objects.filter(card_no=card).exists():
            raise ValidationError(_("This card number is already in use."))
        return card

    def clean_enrolled_on(self) -> date:
        day = self.cleaned_data["enrolled_on"] or self.today
        if day > self.today:
            raise ValidationError(_("This day is still to come."))
        return day


class StatusForm(forms.Form):
    """Why she leaves or comes back."""

    reason = forms.CharField(label=_("Why"), max_length=200)
