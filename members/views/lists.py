"""The member list: search in one field, filters in the address, export of what is seen."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from members.forms.filters import BEST, MINE, ORDER_NAMES, ORDERS, MemberFilterForm
from members.overview import Programme, load_programme
from members.views.list_rows import list_rows
from vipcrm.models import Staff
from vipcrm.paging import Page, page_of
from vipcrm.panels import panels_for
from vipcrm.requests import StaffRequest


def today_of(staff: Staff) -> date:
    """Today in the staff member's store; somebody without one: in the system's time zone."""
    return timezone.localdate(timezone=staff.store.tz if staff.store else None)


@require_GET
def member_list(request: StaffRequest) -> HttpResponse:
    """Members that the reader may see; htmx asks for the rows alone while somebody types."""
    programme = load_programme(today_of(request.user))
    form = MemberFilterForm(request.GET, staff=request.user, programme=programme)
    page = page_of(form.page_rows(), request.GET, ORDERS[form.order])
    steps = next_steps(request, page.rows)
    context = {
        "form": form,
        "page": page,
        "rows": list_rows(page.rows, programme, next_steps=steps, with_store=form.shows_store),
        "has_next_steps": bool(steps),
        "count": count_words(page),
        "chips": chips(form, programme),
        "orders": _orders(form),
        "clear": "?" if request.GET else "",
    }
    template = "members/_member_rows.html" if request.htmx else "members/member_list.html"
    return render(request, template, context)


def next_steps(request: StaffRequest, members: list[Any]) -> dict[int, tuple[str, str]]:
    """What the apps above say is next: Panel of the slot `member.rows` with `context["cells"]`: member id →
    (state, text)."""
    cells: dict[int, tuple[str, str]] = {}
    for _key, panel in panels_for("member.rows", request, members):
        cells |= panel.context["cells"]
    return cells


def count_words(page: Page) -> str:
    """“20+” in place of counting a million rows."""
    if page.previous:
        return ""
    return f"{len(page.rows)}+" if page.next else str(len(page.rows))


def _orders(form: MemberFilterForm) -> list[tuple[str, Any, bool]]:
    best = [("", _("Best match"))] if form.typed else []
    shown = form.order if form.order != BEST else ""
    return [(key, label, key == shown) for key, label in [*best, *ORDER_NAMES]]


def _address(params: Any, key: str, values: list[str]) -> str:
    """The address with one filter changed, from the first page on."""
    changed = params.copy()
    for name in ("after", "before"):
        changed.pop(name, None)
    changed.setlist(key, values)
    if not values:
        changed.pop(key)
    return f"?{changed.urlencode()}"


def chips(form: MemberFilterForm, programme: Programme) -> list[dict[str, Any]]:
    """Quick filters, and every filter that is on, each with the address that turns it over."""
    params, given = form.data, form.cleaned_data
    mine = given.get("advisor") == MINE
    found = [_chip(_("My members"), mine, _address(params, "advisor", [] if mine else [MINE]))]
    chosen = given.get("tier") or []
    for tier in programme.current:
        on = tier.code in chosen
        codes = [code for code in chosen if code != tier.code] if on else [*chosen, tier.code]
        found.append(_chip(tier.name, on, _address(params, "tier", codes)))
    for name, field in form.fields.items():
        value = given.get(name)
        if name in ("q", "tier", "sort") or value in ("", None, []) or (name == "advisor" and mine):
            continue
        label = dict(getattr(field, "choices", None) or []).get(str(value), value)
        found.append(_chip(f"{field.label}: {label}", True, _address(params, name, [])))
    return found


def _chip(label: Any, on: bool, url: str) -> dict[str, Any]:
    return {"label": label, "on": on, "url": url}
