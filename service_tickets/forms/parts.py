"""Items, tasks, activities and texts of a notification."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_tickets.enums import Catalogue
from service_tickets.forms.choices import (
    NONE,
    Catalogues,
    code_field,
    date_field,
    moment_field,
    people_choices,
    people_of,
)
from service_tickets.models import Item, Notification
from service_tickets.services import CauseInput, ItemInput, TaskInput

FIELD_CATALOGUES = {
    "product_type": Catalogue.PRODUCT,
    "colour": Catalogue.COLOUR,
    "damage": Catalogue.DAMAGE,
    "cause": Catalogue.CAUSE,
    "second_cause": Catalogue.CAUSE,
    "code": Catalogue.TASK,
}


class CodesMixin:
    """Fills the selects of catalogue codes from one query."""

    fields: dict[str, Any]
    catalogues: Catalogues

    def fill_codes(self, catalogues: Catalogues, **special: Catalogue) -> None:
        self.catalogues = catalogues
        for name, catalogue in {**FIELD_CATALOGUES, **special}.items():
            if name in self.fields:
                self.fields[name].choices = catalogues.choices(catalogue)


class ItemForm(CodesMixin, forms.Form):
    """One item. On the page of a new notification it may stay empty."""

    name = forms.CharField(label=_("What it is"), max_length=120, required=False)
    material = forms.CharField(label=_("Material number"), max_length=40, required=False)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=100_000, initial=1, required=False)
    product_type = code_field(_("Product type"))
    colour = code_field(_("Colour"))
    damage = code_field(_("Damage"))
    cause = code_field(_("Cause"))
    cause_text = forms.CharField(label=_("Cause in words"), max_length=200, required=False)
    maker = forms.CharField(
        label=_("Maker"), max_length=80, required=False, help_text=_("For goods that were made for us.")
    )
    second_cause = code_field(_("Second cause"))
    item_text = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, optional: bool = False, also: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.optional = optional
        self.fill_codes(Catalogues(also))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.optional and not self.is_given():
            self.add_error("name", _("Choose a product type or write what it is."))
        if self.optional and not self.is_given() and any(cleaned.get(name) for name in ("damage", "colour", "cause")):
            self.add_error("name", _("Choose a product type or write what it is."))
        return cleaned

    def is_given(self) -> bool:
        """Whether it says what the thing is."""
        return any(self.cleaned_data.get(name) for name in ("name", "material", "product_type"))

    def to_item(self) -> ItemInput:
        """The item as written. Only after is_valid()."""
        data = self.cleaned_data
        first = CauseInput(self.catalogues.pick(data["cause"]), data["cause_text"], data["maker"])
        second = CauseInput(self.catalogues.pick(data["second_cause"]))
        return ItemInput(
            product_type=self.catalogues.pick(data["product_type"]),
            colour=self.catalogues.pick(data["colour"]),
            damage=self.catalogues.pick(data["damage"]),
            material=data["material"],
            name=data["name"],
            quantity=data["quantity"] or 1,
            text=data["item_text"],
            causes=[cause for cause in (first, second) if cause.code or cause.text],
        )

    @staticmethod
    def initial_of(item: Item) -> dict[str, Any]:
        """What the form shows for an item that exists."""
        causes = list(item.causes.all())
        first, second = [*causes, None, None][:2]
        return {
            "name": item.name,
            "material": item.material,
            "quantity": item.quantity,
            "product_type": item.product_type_id,
            "colour": item.colour_id,
            "damage": item.damage_id,
            "item_text": item.text,
            "cause": first.code_id if first else None,
            "cause_text": first.text if first else "",
            "maker": first.maker if first else "",
            "second_cause": second.code_id if second else None,
        }


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
