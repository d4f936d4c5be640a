"""Pages of the monthly report: the month, its PDF, computing it, and the list behind a figure."""

from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from members.models import Member, Receipt
from reports import services
from reports.access import scope_for
from reports.charts import Paper
from reports.documents import pdf_of, shown
from reports.enums import ScopeKind
from reports.figures import lists
from reports.figures.query import Frame
from reports.models import MonthlyReport
from reports.rules.months import MonthMalformed, Period, add_months, last_month, month_text, parse_month
from reports.scopes import Scope
from reports.sections import names_for_list
from reports.sections.titles import list_title
from reports.sections.values import value_at
from vipcrm.audit import record_event
from vipcrm.enums import AuditAction
from vipcrm.formats import month as month_name
from vipcrm.formats import number
from vipcrm.models import Staff
from vipcrm.paging import page_of

CHOICES = 36


def month_for(scope: Scope, text: str) -> date:
    """The month in an address; none: the last one that is over. Raises Http404 for what is no month."""
    if not text:
        return last_month(timezone.now(), scope.zone)
    try:
        return parse_month(text)
    except MonthMalformed as error:
        raise Http404 from error


def address(name: str, scope: Scope, month: date, *args: str) -> str:
    """The address of a page of the report with month and scope in it."""
    return f"{reverse(name, args=args)}?{urlencode({'month': month_text(month)} | scope.query)}"


def _frame(request: HttpRequest, params: Any) -> dict[str, Any]:
    """Scope, month and the choices of both, for every page of the report."""
    scope, scopes = scope_for(cast(Staff, request.user), params)
    month = month_for(scope, params.get("month", ""))
    newest = last_month(timezone.now(), scope.zone)
    return {
        "scope": scope,
        "month": month,
        "month_text": month_text(month),
        "months": sorted({month} | {add_months(newest, -n) for n in range(CHOICES)}, reverse=True),
        "scope_stores": [store_id for other in scopes for store_id in other.store_ids],
        "scope_links": [(other, address("reports:month", other, month)) for other in _offered(scopes, scope)],
        "previous_url": address("reports:month", scope, add_months(month, -1)),
        "next_url": address("reports:month", scope, add_months(month, 1)) if month < newest else "",
        "before": add_months(month, -1),
        "after": add_months(month, 1),
        "scope_query": urlencode(scope.query),
        "current_url": address("reports:month", scope, month),
        "query": urlencode({"month": month_text(month)} | scope.query),
        "is_over": scope.month_is_over(month, timezone.now()),
    }


def _offered(scopes: list[Scope], current: Scope) -> list[Scope]:
    """Head office sells nothing: its empty report stays reachable, but is not offered."""
    return [s for s in scopes if s.kind != ScopeKind.STORE or not s.stores[0].is_head_office or s == current]


@require_GET
def month(request: HttpRequest) -> HttpResponse:
    """The report of a month and scope (`?month=2026-10&store=4002`, `&revision=1` for an older one)."""
    context = _frame(request, request.GET)
    report = _stored(context, request.GET.get("revision", ""))
    if report is None:
        return render(request, "reports/month_empty.html", context)
    return render(request, "reports/month.html", context | shown(report, context["scope"], Paper()))


def _stored(context: dict[str, Any], revision: str) -> MonthlyReport | None:
    """The newest revision of the month, or the one asked for. Raises Http404 for one that is not there."""
    revisions = list(MonthlyReport.objects.of(context["scope"]).filter(month=context["month"]).order_by("-revision"))
    context["revisions"] = revisions
    if not revision:
        return revisions[0] if revisions else None
    found = [report for report in revisions if str(report.revision) == revision]
    if not found:
        raise Http404
    return found[0]


@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Computes the month now; a new revision only where a figure differs."""
    by = cast(Staff, request.user)
    scope, _scopes = scope_for(by, request.POST)
    wanted = month_for(scope, request.POST.get("month", ""))
    known = MonthlyReport.objects.of(scope).newest(wanted).first()
    try:
        report = services.compute_with_comparisons(scope, wanted, at=timezone.now(), by=by)
    except services.MonthNotOver:
        messages.error(request, _("%(month)s is not over yet.") % {"month": month_name(wanted)})
    else:
        messages.success(request, _what_came_out(known, report))
    return redirect(address("reports:month", scope, wanted))


def _what_came_out(known: MonthlyReport | None, report: MonthlyReport) -> str:
    if known is None:
        return _("Computed.")
    if known.pk == report.pk:
        return _("Computed again: nothing has changed.")
    return _("Computed again: figures have changed, this is revision %(revision)s.") % {"revision": report.revision}


@require_GET
def pdf(request: HttpRequest) -> HttpResponse:
    """The stored report as PDF; recorded."""
    context = _frame(request, request.GET)
    report = _stored(context, request.GET.get("revision", ""))
    if report is None:
        raise Http404
    content = pdf_of(report, context["scope"])
    by = cast(Staff, request.user)
    record_event(AuditAction.PDF_PRINTED, by=by, subject=report, month=context["month_text"])
    name = f"vip-{context['month_text']}-{report.code or 'all'}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{urlencode({'': name})[1:]}"},
    )


@require_GET
def list_behind(request: HttpRequest, figure: str) -> HttpResponse:
    """The members or receipts that a figure counts, as far as the reader may see them."""
    context = _frame(request, request.GET)
    behind = lists.behind(figure)
    if behind is None or not context["is_over"]:
        raise Http404
    frame = Frame.of(context["scope"], Period(context["month"]))
    rows = _rows(request, behind, frame)
    order = ("pinyin", "pk") if behind.kind == lists.MEMBERS else ("-sold_at", "-pk")
    total, seen = behind.total(frame), rows.count()
    report = _stored(context, "")
    told = value_at(report.figures, figure) if report else None
    return render(
        request,
        "reports/list_behind.html",
        context
        | {
            "figure": figure,
            "kind": behind.kind,
            "title": list_title(figure, names_for_list(figure)),
            "page": page_of(rows, request.GET, order),
            "total": total,
            "total_text": ngettext("%(count)s in all", "%(count)s in all", total) % {"count": number(total)},
            "hidden": max(total - seen, 0),
            "own_stores": set(context["scope_stores"]),
            "told": told if told != total else None,
            "back_url": address("reports:month", context["scope"], context["month"]),
        },
    )


def _rows(request: HttpRequest, behind: lists.Behind, frame: Frame) -> Any:
    sql, params = behind.ids(frame)
    wanted = {"pk__in": RawSQL(sql, params)}  # noqa: S611  a statement of constants, values are parameters
    staff = cast(Staff, request.user)
    if behind.kind == lists.MEMBERS:
        return Member.objects.visible_to(staff).filter(**wanted).select_related("home_store", "standing")
    return Receipt.objects.visible_to(staff).filter(**wanted).select_related("store", "member")
