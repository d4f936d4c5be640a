"""The page of one notification, and the same as a sheet of paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from members.access import sees_file
from service_tickets.access import notification_for_read
from service_tickets.enums import Action, HistoryKind, Light, SystemStatus, TaskStatus
from service_tickets.models import HistoryEntry, Notification
from service_tickets.rules.actions import why_not, why_not_task
from service_tickets.rules.dates import bar_for
from service_tickets.rules.values import ProfileSpec, State
from service_tickets.services import load_state
from service_tickets.views.actions import acts_for, path_for
from service_tickets.views.back import back_to
from vipcrm.audit import record_event
from vipcrm.enums import AuditAction
from vipcrm.formats import day
from vipcrm.pdf import render_pdf
from vipcrm.requests import StaffRequest

MOST_ENTRIES = 60
TASK_STEPS = {
    TaskStatus.CREATED: ("later", "circle", Action.RELEASE_TASK, "release"),
    TaskStatus.RELEASED: ("now", "circle-dot", Action.COMPLETE_TASK, "complete"),
    TaskStatus.COMPLETED: ("done", "circle-check", Action.CONFIRM_TASK, "confirm"),
    TaskStatus.SUCCESSFUL: ("done", "circle-check-big", None, ""),
}
PHASE_LOOK = {
    SystemStatus.OSNO: "later",
    SystemStatus.NOPO: "warn",
    SystemStatus.NOPR: "now",
    SystemStatus.NOCO: "done",
}
MARK_LOOK = {SystemStatus.TSOS: "warn", SystemStatus.ATCO: "done", SystemStatus.DLFL: "overdue"}


# Changes of what belongs to a notification, by the subject that the history keeps.
PARTS = {"item": pgettext_lazy("history", "Item"), "partner": pgettext_lazy("history", "Partner")}


@dataclass(frozen=True)
class Happened:
    """One entry of the course of events."""

    at: datetime
    by: Any
    icon: str
    text: str
    detail: str = ""


@require_GET
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Statuses, dates, next actions with reasons, items, tasks, texts, history."""
    notification = notification_for_read(request, pk)
    state = load_state(notification)
    history = list(notification.history.select_related("by").order_by("id"))
    tasks = task_rows(notification, state)
    context = {
        "notification": notification,
        "back": back_to(request),
        "opens_member": sees_file(request, notification.member),
        "acts": acts_for(notification, state, request.user),
        "can_add": {a.value: not why_not(a, state) for a in (Action.ADD_ITEM, Action.ADD_TASK, Action.ADD_TEXT)},
        "can_change": not why_not(Action.CHANGE, state),
        "path": path_for(state, history),
        "extras": sorted(state.extras, key=lambda status: status.code),
        "tasks": tasks,
        "open_tasks": len(state.open_tasks),
        "happened": course_of(notification, history, state.profile),
        **header_context(notification),
    }
    return render(request, "service_tickets/notification_detail.html", context)


def header_context(notification: Notification) -> dict[str, Any]:
    """What page and sheet both show."""
    return {
        "items": notification.items.select_related("product_type", "colour", "damage").prefetch_related("causes__code"),
        "partners": notification.partners.select_related("function", "staff"),
        "texts": notification.texts.select_related("by"),
        "flags": [
            (PHASE_LOOK.get(status) or MARK_LOOK.get(status) or "plain", status.value, status.label)
            for status in notification.system_statuses
        ],
        "when": when_of(notification),
    }


def when_of(notification: Notification) -> dict[str, Any]:
    """Light, its words and the bar of the required dates."""
    today, start, end = notification.today, notification.required_start, notification.required_end
    light = notification.light
    days = (end - today).days
    words = {
        Light.GREEN: _("Days to the start: %d") % (start - today).days,
        Light.YELLOW: _("Days to the required end: %d") % days,
        Light.RED: _("Days past the required end: %d") % -days,
        Light.DONE: "",
    }
    bar = bar_for(notification.created_on, start, end, today)
    stretches = [("before", 0.0, min(bar.start, bar.today)), ("between", bar.start, min(bar.end, bar.today))]
    stretches.append(("after", bar.end, bar.today))
    drawn = [(css, f"{x}%", f"{round(to - x, 1)}%") for css, x, to in stretches if to > x]
    return {
        "light": light,
        "words": words[light],
        "start": f"{bar.start}%",
        "end": f"{bar.end}%",
        "today": f"{bar.today}%",
        "today_on": today,
        "drawn": drawn,
        "anchor": "start" if bar.today < 8 else "end" if bar.today > 92 else "middle",
    }


def task_rows(notification: Notification, state: State | None = None) -> list[dict[str, Any]]:
    """Tasks with sign and the one thing that can be done to each next; without `state` (on paper) nothing."""
    return [
        {
            "task": task,
            "look": look,
            "icon": icon,
            "verb": verb,
            "action": action if action and state and not why_not_task(action, task.status, state) else None,
            "planned": _("by %(day)s") % {"day": day(task.planned_end, weekday=False)} if task.planned_end else "",
        }
        for task in notification.tasks.select_related("responsible", "item__product_type")
        for look, icon, action, verb in [TASK_STEPS[TaskStatus(task.status)]]
    ]


def course_of(notification: Notification, history: list[HistoryEntry], profile: ProfileSpec) -> list[Happened]:
    """What happened, newest first: activities, and every change of a status with its reason."""
    labels = {status.code: str(status.label) for status in profile.statuses}
    labels |= {status.value: str(status.label) for status in SystemStatus}
    found = [Happened(notification.created_at, notification.created_by, "plus", _("Notification created"))]
    found += [
        Happened(done.done_at, done.by, "notebook-pen", done.text, done.code.name if done.code else "")
        for done in notification.activities.select_related("code", "by")
    ]
    found += [Happened(e.at, e.by, _icon(e), _words(e, labels), e.reason) for e in history if e.action != Action.CREATE]
    return sorted(found, key=lambda entry: entry.at)[::-1][:MOST_ENTRIES]


def _icon(entry: HistoryEntry) -> str:
    return {HistoryKind.TASK: "list-checks", HistoryKind.CHANGE: "pencil"}.get(HistoryKind(entry.kind), "arrow-right")


def _words(entry: HistoryEntry, labels: dict[str, str]) -> str:
    if entry.kind == HistoryKind.TASK:
        return _("Task “%(text)s”: %(status)s") % {"text": entry.subject, "status": TaskStatus(entry.new).label}
    if entry.kind == HistoryKind.CHANGE:
        return _change_words(entry)
    old, new = labels.get(entry.old, entry.old), labels.get(entry.new, entry.new)
    if old and new:
        return f"{old} {entry.old} → {new} {entry.new}"
    return f"{new} {entry.new}" if new else _("%s no longer holds") % f"{old} {entry.old}"


def _change_words(entry: HistoryEntry) -> str:
    if entry.action == Action.ASK_HEAD_OFFICE:
        return str(Action.ASK_HEAD_OFFICE.label)
    if entry.subject in PARTS:
        return f"{PARTS[entry.subject]}: {entry.old or '–'} → {entry.new or '–'}"
    field = Notification._meta.get_field(entry.subject)
    words = {str(value): str(label) for value, label in getattr(field, "flatchoices", [])}
    old, new = words.get(entry.old, entry.old) or "–", words.get(entry.new, entry.new) or "–"
    return f"{getattr(field, 'verbose_name', entry.subject)}: {old} → {new}"


@require_GET
def sheet_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """The notification on paper, with its paid state; printing it is recorded."""
    notification = notification_for_read(request, pk)
    context = {
        "notification": notification,
        "tasks": task_rows(notification),
        "activities": notification.activities.select_related("code", "by").order_by("done_at", "id"),
        **header_context(notification),
    }
    content = render_pdf("service_tickets/pdf/notification.html", context, get_language() or "zh-hans")
    record_event(AuditAction.PDF_PRINTED, by=request.user, subject=notification)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{notification.number}.pdf"'},
    )
