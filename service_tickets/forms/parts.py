"""Tasks, activities, texts and partners of a notification. Items: forms.items."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_tickets.enums import Catalogue
from service_tickets.forms.choices import (
    NONE,
    Catalogues,
    CodesMixin,
    code_field,
    date_field,
    moment_field,
    people_choices,
    people_of,
)
from service_tickets.models import Notification, Partner, PartnerFunction
from service_tickets.services import IN_HEADER, PartnerInput, TaskInput
from vipcrm.models import Staff


class TaskForm(CodesMixin, forms.Form):
    code = code_field(_("Task"))
    text = forms.CharField(
        label=_("What is to be done"), max_length=120, required=False, help_text=_("Empty: the task's own name.")
    )
    item = forms.ChoiceField(label=_("For the item"), required=False)
    responsible = forms.ChoiceField(label=_("Responsible"), required=False)
    responsible_name = forms.CharField(
        label=_("Responsible, outside"), max_length=60, required=False, help_text=_("Somebody without a login.")
    )
    planned_start = date_field(_("Planned start"), required=False)
    planned_end = date_field(_("Planned end"), required=False)

    def __init__(self, *args: Any, notification: Notification, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fill_codes(Catalogues())
        self.people = {str(staff.pk): staff for staff in people_of(notification.store)}
        self.items = {str(item.pk): item for item in notification.items.select_related("product_type")}
        self.fields["responsible"].choices = people_choices(self.people.values())
        items = [(key, str(item)) for key, item in self.items.items()]
        self.fields["item"].choices = [NONE, *items]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("text", "").strip() and not cleaned.get("code"):
            self.add_error("text", _("Choose a task or write what is to be done."))
        start, end = cleaned.get("planned_start"), cleaned.get("planned_end")
        if start and end and end < start:
            self.add_error("planned_end", _("The planned end is not before the start."))
        return cleaned

    def to_task(self) -> TaskInput:
        """The task as written. Only after is_valid()."""
        data = self.cleaned_data
        return TaskInput(
            text=data["text"],
            code=self.catalogues.pick(data["code"]),
            item=self.items.get(data["item"]),
            responsible=self.people.get(data["responsible"]),
            responsible_name=data["responsible_name"],
            planned_start=data["planned_start"],
            planned_end=data["planned_end"],
        )


class ActivityForm(CodesMixin, forms.Form):
    """What was done: the result of a survey, a call, a repair."""

    activity = code_field(_("Activity"))
    text = forms.CharField(label=_("What was done, what was found"), widget=forms.Textarea({"rows": 4}))
    done_at = moment_field(_("When"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fill_codes(Catalogues(), activity=Catalogue.ACTIVITY)
        self.fields["done_at"].initial = timezone.now


class TextForm(forms.Form):
    text = forms.CharField(label=pgettext_lazy("notification", "Text"), widget=forms.Textarea({"rows": 5}))


class PartnerForm(forms.Form):
    """Who plays a further part: a colleague, or somebody without a login by name."""

    function = forms.ChoiceField(label=_("Function"))
    staff = forms.ChoiceField(label=_("Colleague"), required=False)
    name = forms.CharField(
        label=pgettext_lazy("partner", "Name"),
        max_length=80,
        required=False,
        help_text=_("Somebody without a login: a firm, a department."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, notification: Notification, present: Staff | None = None, **kwargs: Any) -> None:
        """`present`: the colleague it is now, who stays choosable after she left."""
        super().__init__(*args, **kwargs)
        functions = PartnerFunction.objects.exclude(code__in=IN_HEADER).order_by("code")
        self.functions = {function.code: function for function in functions}
        self.people = {str(staff.pk): staff for staff in people_of(notification.store, present)}
        self.fields["function"].choices = [(code, str(function)) for code, function in self.functions.items()]
        self.fields["staff"].choices = people_choices(self.people.values())

    @staticmethod
    def initial_of(partner: Partner) -> dict[str, Any]:
        """What the form shows for a partner that exists."""
        staff = str(partner.staff_id) if partner.staff_id else ""
        return {"function": partner.function.code, "staff": staff, "name": partner.name}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("staff") and not cleaned.get("name", "").strip():
            self.add_error("name", _("Choose a colleague or write a name."))
        return cleaned

    def to_partner(self) -> PartnerInput:
        """The partner as written. Only after is_valid()."""
        data = self.cleaned_data
        return PartnerInput(self.functions[data["function"]], self.people.get(data["staff"]), data["name"])


class RequiredPartnersForm(forms.Form):
    """On a new notification: a field for each further function that its type requires."""

    def __init__(self, *args: Any, functions: list[PartnerFunction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.functions = functions
        for function in functions:
            self.fields[f"partner_{function.code}"] = forms.CharField(label=function.name, max_length=80)

    def to_partners(self) -> list[PartnerInput]:
        """The partners as written. Only after is_valid()."""
        return [PartnerInput(each, name=self.cleaned_data[f"partner_{each.code}"]) for each in self.functions]
