"""The list of notifications: four boxes, filters in the address, lights, export of what is seen."""

import tempfile
from collections.abc import Iterator
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from service_tickets.enums import PHASES, NotificationType
from service_tickets.forms.filters import ME, ORDER_NAMES, ORDERS, FilterForm
from service_tickets.models import Notification
from service_tickets.views.back import remember
from service_tickets.views.list_rows import list_rows
from vipcrm.audit import record_event
from vipcrm.enums import AuditAction
from vipcrm.paging import page_of
from vipcrm.requests import StaffRequest
from vipcrm.tabular.writing import csv_chunks, write_xlsx

MOST_EXPORTED = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def notification_list(request: StaffRequest) -> HttpResponse:
    """What the reader may see and asked for, the most urgent first."""
    form = FilterForm(request.GET, staff=request.user)
    page = page_of(form.rows().for_rows(extras=form.has_extras), request.GET, ORDERS[form.order])
    several_stores = request.user.store_id is None
    context = {
        "form": form,
        "page": page,
        "rows": list_rows(page.rows, with_store=several_stores),
        "boxes": boxes(form),
        "chips": chips(form),
        "selects": [(name, form[name].label, form.choices_of(name), form.value(name)) for name in form.shown],
        "orders": [(key, label, key == form.order) for key, label in ORDER_NAMES],
        "exports": [(kind, f"{kind.upper()}") for kind in ("xlsx", "csv")],
        "several_stores": several_stores,
    }
    return remember(request, render(request, "service_tickets/notification_list.html", context))


def _address(params: QueryDict, key: str, values: list[str]) -> str:
    """The address with one filter changed, from the first page on."""
    changed = params.copy()
    for name in ("after", "before", key):
        changed.pop(name, None)
    changed.setlist(key, values)
    return f"?{changed.urlencode()}"


def boxes(form: FilterForm) -> list[dict[str, Any]]:
    """The four status boxes: each with the address that ticks or unticks it."""
    on = form.phases
    toggled = {p: [q.value for q in PHASES if (q.value in on) != (q == p)] for p in PHASES}
    return [
        {
            "code": phase.value,
            "label": phase.label,
            "on": phase.value in on,
            "url": _address(form.params, "phase", toggled[phase]),
            "last": not toggled[phase],
        }
        for phase in PHASES
    ]


def chips(form: FilterForm) -> list[dict[str, Any]]:
    """Type and “mine” as chips."""
    chosen = form.value("type")
    types = [
        {
            "label": f"{t.value} {t.label}",
            "on": chosen == t,
            "url": _address(form.params, "type", [] if chosen == t else [t]),
        }
        for t in NotificationType
    ]
    mine = form.value("agent") == ME
    address = _address(form.params, "agent", [] if mine else [ME])
    return [*types, {"label": pgettext("notifications", "Mine"), "on": mine, "url": address}]


def export_headers() -> list[str]:
    """Column heads of the export, in the reader's language."""
    return [
        _("Number"), _("Type"), _("What about"), _("Short text"), _("System status"), _("User status"), _("Priority"),
        _("Paid"), _("Card number"), _("Member"), _("Person responsible"), _("Main work centre"),
        _("Functional location"), _("Store"), _("Required start"), _("Required end"), _("Created on"),
        _("Completed at"),
    ]  # fmt: skip


def export_row(row: Notification) -> list[Any]:
    """One notification as the export writes it; no phone number."""
    numbered = [row.user_status.code] if row.user_status else []
    return [
        row.number, row.type, row.get_kind_display(), row.description, " ".join(row.system_statuses),
        " ".join(numbered + [extra.status.code for extra in getattr(row, "extras", [])]), row.get_priority_display(),
        row.get_paid_display(), row.member.card_no if row.member else "", row.member.name if row.member else "",
        row.agent.name if row.agent else "", row.work_centre, row.location, row.store.code, row.required_start,
        row.required_end, row.created_on,
        timezone.localtime(row.completed_at, row.store.tz) if row.completed_at else None,
    ]  # fmt: skip


def _exported(form: FilterForm) -> Iterator[list[Any]]:
    rows = form.rows().for_rows(extras=form.has_extras).order_by(*ORDERS[form.order])[:MOST_EXPORTED]
    return (export_row(row) for row in rows.iterator(chunk_size=2000))


@require_GET
def export(request: StaffRequest, kind: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """The list as it is filtered, CSV or XLSX; who exported how many rows is recorded."""
    if kind not in {"csv", "xlsx"}:
        raise Http404
    form = FilterForm(request.GET, staff=request.user)
    count = min(form.rows().count(), MOST_EXPORTED)
    record_event(
        AuditAction.EXPORTED, by=request.user, subject="service_tickets.notification", rows=count,
        filter=request.GET.urlencode()[:500],
    )  # fmt: skip
    name = f"{_('notifications')}-{timezone.localdate():%Y%m%d}.{kind}"
    if kind == "csv":
        chunks = csv_chunks(export_headers(), _exported(form))
        answer = StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return answer
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    write_xlsx(file, export_headers(), _exported(form))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
