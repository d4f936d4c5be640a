"""Selects that stand in several forms: catalogue codes by group, people, days."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q

from service_tickets.enums import Catalogue
from service_tickets.models import CatalogueCode
from vipcrm.enums import Role
from vipcrm.models import Staff, Store

NONE = ("", "–")


class Catalogues:
    """All open codes, read in one query, as grouped choices per catalogue."""

    def __init__(self, also: Iterable[int | None] = ()) -> None:
        """`also`: codes in use that stay choosable although they are closed."""
        rows = CatalogueCode.objects.filter(Q(closed=False) | Q(pk__in=[pk for pk in also if pk]))
        ordered = rows.select_related("group").order_by("group__catalogue", "group__code", "code")
        self.codes: dict[str, CatalogueCode] = {str(code.pk): code for code in ordered}

    def choices(self, catalogue: Catalogue) -> list[tuple[Any, Any]]:
        """`–`, then one group of choices for each catalogue group."""
        own = [code for code in self.codes.values() if code.group.catalogue == catalogue]
        groups = groupby(own, key=lambda code: code.group)
        return [NONE, *((group.name, [(str(c.pk), c.name) for c in codes]) for group, codes in groups)]

    def pick(self, value: str) -> CatalogueCode | None:
        return self.codes.get(value)


def code_field(label: Any) -> forms.ChoiceField:
    """A select of catalogue codes; the form fills in the choices."""
    return forms.ChoiceField(label=label, required=False)


def date_field(label: Any, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day chosen with the browser's own calendar."""
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def moment_field(label: Any, help_text: Any = "") -> forms.DateTimeField:
    """A day and time; in the time zone that the view has switched to (the store's)."""
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, help_text=help_text, widget=widget)


def people_of(store: Store, present: Staff | None = None) -> list[Staff]:
    """Who can be responsible in a store: its active staff and head office's agents, agents first.

    `present`: who it is now, who stays choosable after she left, so that saving something else does not drop her.
    """
    agents_elsewhere = Q(role=Role.SERVICE_AGENT, store__is_head_office=True)
    found = set(Staff.objects.active().filter(Q(store=store) | agents_elsewhere).select_related("store"))
    if present is not None:
        found.add(present)
    return sorted(found, key=lambda staff: (staff.role != Role.SERVICE_AGENT, staff.name, staff.pk))


def people_choices(people: Iterable[Staff]) -> list[tuple[str, str]]:
    return [NONE, *((str(staff.pk), f"{staff.name} · {staff.get_role_display()}") for staff in people)]


FIELD_CATALOGUES = {
    "product_type": Catalogue.PRODUCT,
    "colour": Catalogue.COLOUR,
    "damage": Catalogue.DAMAGE,
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
