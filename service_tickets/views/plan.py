"""The work plan of a store: what starts when, who does it; agents plan their surveys from it."""

from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from service_tickets.forms.filters import PlanForm
from service_tickets.models import Notification
from service_tickets.querysets import NotificationQuerySet
from service_tickets.views.back import remember
from vipcrm.audit import record_event
from vipcrm.enums import AuditAction
from vipcrm.pdf import render_pdf
from vipcrm.requests import StaffRequest

MOST_EARLIER = 50
MOST_PLANNED = 500


def _today(request: StaffRequest) -> date:
    store = request.user.store
    return timezone.localdate(timezone=store.tz if store else None)


def _planned(rows: NotificationQuerySet, most: int, **days: date) -> list[Notification]:
    """At most `most` and one more, by which one sees that there are more."""
    joined = rows.filter(**days).select_related("member", "agent", "user_status", "store", "passed_on_to")
    return list(joined.order_by("required_start", "agent__name", "priority", "pk")[: most + 1])


def plan_context(request: StaffRequest) -> dict[str, Any]:
    """Form, days with their agents and notifications, and what started earlier and is still open."""
    form = PlanForm(request.GET, staff=request.user, today=_today(request))
    visible = Notification.objects.visible_to(request.user).unfinished()
    rows = visible.filter(store=form.place) if form.place else visible.none()
    earlier = _planned(rows, MOST_EARLIER, required_start__lt=form.first)
    planned = _planned(rows, MOST_PLANNED, required_start__gte=form.first, required_start__lte=form.last)
    return {
        "form": form,
        "days": by_day(planned[:MOST_PLANNED]),
        "days_cut": MOST_PLANNED if len(planned) > MOST_PLANNED else 0,
        "earlier": by_agent(earlier[:MOST_EARLIER]),
        "earlier_count": len(earlier[:MOST_EARLIER]),
        "earlier_cut": MOST_EARLIER if len(earlier) > MOST_EARLIER else 0,
        "today": form.today,
    }


def by_day(rows: list[Notification]) -> list[tuple[date, int, list[tuple[Any, list[Notification]]]]]:
    """(day, how many, [(agent or None, notifications)]) in order."""
    days = [(day, list(group)) for day, group in groupby(rows, key=lambda row: row.required_start)]
    return [(day, len(group), by_agent(group)) for day, group in days]


def by_agent(rows: list[Notification]) -> list[tuple[Any, list[Notification]]]:
    """Grouped by agent, nobody last."""
    ordered = sorted(rows, key=lambda row: (row.agent is None, row.agent.name if row.agent else "", row.agent_id or 0))
    return [(agent, list(group)) for agent, group in groupby(ordered, key=lambda row: row.agent)]


@require_GET
def work_plan(request: StaffRequest) -> HttpResponse:
    """The plan as a page."""
    return remember(request, render(request, "service_tickets/work_plan.html", plan_context(request)))


@require_GET
def work_plan_pdf(request: StaffRequest) -> HttpResponse:
    """The same as a PDF to take along; printing it is recorded."""
    context = plan_context(request)
    content = render_pdf(
        "service_tickets/pdf/work_plan.html", context, get_language() or "zh-hans", styles=("css/pdf_service.css",)
    )
    store = context["form"].place
    record_event(AuditAction.PDF_PRINTED, by=request.user, subject=store or "service_tickets.plan", what="work plan")
    name = f"plan-{store.code if store else ''}-{context['form'].first:%Y%m%d}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
