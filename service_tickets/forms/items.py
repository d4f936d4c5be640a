"""An item with any number of causes. One more cause is one more press of a button: it works without a script."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from service_tickets.enums import Catalogue
from service_tickets.forms.choices import Catalogues, CodesMixin, code_field
from service_tickets.models import Item
from service_tickets.services import CauseInput, ItemInput

MORE = "more_causes"  # the name of the button
MOST_CAUSES = 20
CAUSE_FIELD = re.compile(r"(?:cause|cause_text|maker)_([1-9]\d?)")


def asks_more(data: Mapping[str, Any]) -> bool:
    """Whether “one more cause” was pressed: nothing is to be checked or saved yet."""
    return MORE in data


def rows_in(data: Mapping[str, Any]) -> int:
    """How many causes a form's data have room for."""
    numbers = [int(found[1]) for name in data if (found := CAUSE_FIELD.fullmatch(name))]
    return min(max(numbers, default=1), MOST_CAUSES)


class ItemForm(CodesMixin, forms.Form):
    """One item. On the page of a new notification it may stay empty."""

    name = forms.CharField(label=_("What it is"), max_length=120, required=False)
    material = forms.CharField(label=_("Material number"), max_length=40, required=False)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=100_000, initial=1, required=False)
    product_type = code_field(_("Product type"))
    colour = code_field(_("Colour"))
    damage = code_field(_("Damage"))
    item_text = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea({"rows": 2}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    main = ("name", "material", "product_type", "colour", "quantity", "damage")

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, Any], optional: bool = False, also: Any = ()
    ) -> None:
        super().__init__(data, initial=initial)
        self.optional = optional
        self.rows = rows_in(data if data is not None else initial)
        for row in range(1, self.rows + 1):
            self._add_cause(row)
        causes = {f"cause_{row}": Catalogue.CAUSE for row in range(1, self.rows + 1)}
        self.fill_codes(Catalogues(also), **causes)

    @classmethod
    def opened(cls, data: QueryDict | None, *, initial: dict[str, Any] | None = None, **kwargs: Any) -> "ItemForm":
        """Bound to what was sent; where one more cause was asked for, not bound, with what was typed and a row more."""
        if data and asks_more(data):
            row = min(rows_in(data) + 1, MOST_CAUSES)
            return cls(initial={**data.dict(), f"cause_{row}": data.get(f"cause_{row}", "")}, **kwargs)
        return cls(data, initial=initial or {}, **kwargs)

    def _add_cause(self, row: int) -> None:
        self.fields[f"cause_{row}"] = code_field(_("Cause"))
        self.fields[f"cause_text_{row}"] = forms.CharField(label=_("Cause in words"), max_length=200, required=False)
        self.fields[f"maker_{row}"] = forms.CharField(
            label=_("Maker"), max_length=80, required=False, help_text=_("For goods that were made for us.")
        )

    def causes(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """Number and fields of each cause, as the page sets them out."""
        for row in range(1, self.rows + 1):
            yield row, [self[f"cause_{row}"], self[f"cause_text_{row}"], self[f"maker_{row}"]]

    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.main]

    @property
    def can_have_more(self) -> bool:
        return self.rows < MOST_CAUSES

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for row in range(1, self.rows + 1):
            if cleaned.get(f"maker_{row}") and not self._cause(row):
                self.add_error(f"cause_{row}", _("Choose a cause or write it."))
        says_more = any(cleaned.get(name) for name in ("damage", "colour")) or bool(self._causes())
        if not self.is_given() and (says_more or not self.optional):
            self.add_error("name", _("Choose a product type or write what it is."))
        return cleaned

    def is_given(self) -> bool:
        """Whether it says what the thing is."""
        return any(self.cleaned_data.get(name) for name in ("name", "material", "product_type"))

    def _cause(self, row: int) -> CauseInput | None:
        data = self.cleaned_data
        code, text = self.catalogues.pick(data.get(f"cause_{row}", "")), data.get(f"cause_text_{row}", "").strip()
        return CauseInput(code, text, data.get(f"maker_{row}", "")) if code or text else None

    def _causes(self) -> list[CauseInput]:
        return [cause for row in range(1, self.rows + 1) if (cause := self._cause(row))]

    def to_item(self) -> ItemInput:
        """The item as written. Only after is_valid()."""
        data = self.cleaned_data
        return ItemInput(
            product_type=self.catalogues.pick(data["product_type"]),
            colour=self.catalogues.pick(data["colour"]),
            damage=self.catalogues.pick(data["damage"]),
            material=data["material"],
            name=data["name"],
            quantity=data["quantity"] or 1,
            text=data["item_text"],
            causes=self._causes(),
        )

    @staticmethod
    def initial_of(item: Item) -> dict[str, Any]:
        """What the form shows for an item that exists."""
        causes = {
            f"{name}_{row}": value
            for row, cause in enumerate(item.causes.all(), start=1)
            for name, value in {"cause": cause.code_id, "cause_text": cause.text, "maker": cause.maker}.items()
        }
        return {
            "name": item.name,
            "material": item.material,
            "quantity": item.quantity,
            "product_type": item.product_type_id,
            "colour": item.colour_id,
            "damage": item.damage_id,
            "item_text": item.text,
            "version": item.notification.version,
            **causes,
        }
