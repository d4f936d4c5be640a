"""The header of a notification, and the page that completes one."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member
from service_tickets.enums import KINDS_OF_TYPE, Kind, NotificationType, PaidState, Priority
from service_tickets.forms.choices import NONE, date_field, moment_field, people_choices, people_of
from service_tickets.rules.dates import usual_end
from service_tickets.services import Header
from vipcrm.models import Staff, Store

NOT_TYPED = {"type", "agent", "sold_to"}  # written as something else than they are


class HeaderForm(forms.Form):
    """All header fields that a person writes; `to_header()` gives them to the services."""

    description = forms.CharField(label=_("Short text"), max_length=40, help_text=_("In 40 characters."))
    kind = forms.ChoiceField(label=_("What about"), required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices)
    paid = forms.ChoiceField(label=_("Paid"), choices=PaidState.choices)
    required_start = date_field(_("Required start"))
    required_end = date_field(_("Required end"))
    agent = forms.ChoiceField(label=_("Person responsible"), required=False)
    work_centre = forms.CharField(label=_("Main work centre"), max_length=40, required=False)
    location = forms.CharField(
        label=_("Where the goods are"),
        max_length=200,
        required=False,
        help_text=_("The address that counts for this notification, also where it is not the customer's own."),
    )
    reporter = forms.CharField(label=_("Reporter"), max_length=60, required=False)
    sold_to = forms.CharField(
        label=_("Sold-to party"),
        max_length=60,
        required=False,
        help_text=_("Card number of who bought it, where it is not the member."),
    )
    po_number = forms.CharField(label=_("PO number"), max_length=40, required=False)
    po_date = date_field(_("PO date"), required=False)
    sales_group = forms.CharField(label=_("Liaison office"), max_length=10, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    field_groups = (
        ("", ("description", "kind", "priority", "paid")),
        (_("When and who"), ("required_start", "required_end", "agent", "work_centre")),
        (_("Where and what it belongs to"), ("location", "reporter", "sold_to", "po_number", "po_date", "sales_group")),
    )

    def __init__(
        self,
        *args: Any,
        type_: str,
        store: Store,
        reader: Staff,
        agent: Staff | None = None,
        sold_to: Member | None = None,
        is_new: bool = False,
        **kwargs: Any,
    ) -> None:
        """`agent`, `sold_to`: who it is now; kept although she left, or the reader does not see that member."""
        super().__init__(*args, **kwargs)
        self.type = NotificationType(type_)
        self.reader, self.present, self.is_new = reader, sold_to, is_new
        self.today = timezone.localdate(timezone=store.tz)
        self.people = {str(staff.pk): staff for staff in people_of(store, agent)}
        self.fields["agent"].choices = people_choices(self.people.values())
        kinds = [(kind.value, Kind(kind).label) for kind in KINDS_OF_TYPE[self.type]]
        self.fields["kind"].choices = [NONE, *kinds]
        self._explain()

    def _explain(self) -> None:
        """What dates and number mean for the type (service-notifications, "Types")."""
        is_service = self.type == NotificationType.Z1
        if is_service:
            self.fields["required_start"].help_text = _("When the customer wants it to begin.")
        else:
            self.fields["required_start"].help_text = _("The day the delivery was meant to be complete.")
            self.fields["po_number"].help_text = _("Head office's delivery number.")
        if self.is_new:
            self.fields["required_end"].required = False
            self.fields["required_end"].help_text = _(
                "Empty: urgent after 3 working days, a complaint after 15 days, everything else after 7."
            )

    @staticmethod
    def initial_of(header: Header) -> dict[str, Any]:
        """What the form shows for a header that is filled in already."""
        values = {name: getattr(header, name) for name in Header.__dataclass_fields__ if name not in NOT_TYPED}
        people = {
            "agent": str(header.agent.pk) if header.agent else "",
            "sold_to": header.sold_to.card_no if header.sold_to else "",
        }
        return {**values, **people}

    def clean_sold_to(self) -> Member | None:
        typed = self.cleaned_data["sold_to"].strip()
        if not typed or (self.present is not None and typed == self.present.card_no):
            return self.present if typed else None
        found = list(Member.objects.visible_to(self.reader).present().filter(card_no__iexact=typed)[:1])
        if not found:
            raise forms.ValidationError(_("Nobody has this card number."))
        return found[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("required_start"), cleaned.get("required_end")
        if start and not end and "required_end" not in self.errors and cleaned.get("priority"):
            begins = max(start, self.today)  # of a delivery the start may be long over
            cleaned["required_end"] = usual_end(begins, priority=cleaned["priority"], kind=cleaned.get("kind", ""))
        if start and end and end < start:
            self.add_error("required_end", _("The required end is not before the start."))
        return cleaned

    def to_header(self) -> Header:
        """The header as written. Only after is_valid()."""
        written = [name for name in Header.__dataclass_fields__ if name not in {"type", "agent"}]
        values = {name: self.cleaned_data[name] for name in written}
        return Header(type=self.type, agent=self.people.get(self.cleaned_data["agent"]), **values)

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Titles and fields, as the page sets them out."""
        return [(title, [self[name] for name in names]) for title, names in self.field_groups]


class FirstTextForm(forms.Form):
    """What the customer said, beside a new notification."""

    text = forms.CharField(
        label=_("What happened, what she wants"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Any length; it stands dated in the long text."),
    )


class CompleteForm(forms.Form):
    completed_at = moment_field(_("Completed at"), _("When the work was done."))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why: for putting in process again and for asking head office."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
