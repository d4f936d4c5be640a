"""What service adds to pages of members: a panel on the member file and on a receipt, entries of the timeline."""

from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member, Receipt
from service_tickets.enums import OPEN_PHASES, Light, Priority, SystemStatus
from service_tickets.models import Notification
from vipcrm.enums import Role
from vipcrm.models import Staff
from vipcrm.panels import Panel
from vipcrm.timeline import Entry

MOST_SHOWN = 5
LIGHT_STATES = {Light.GREEN: "later", Light.YELLOW: "now", Light.RED: "overdue", Light.DONE: "done"}


def member_panel(request: HttpRequest, member: Member) -> Panel:
    """Her open notifications, and the way to a new one with her data filled in."""
    rows = Notification.objects.visible_to(cast(Staff, request.user)).filter(member=member, phase__in=OPEN_PHASES)
    return _panel(list(rows.select_related("store", "user_status").order_by("-id")[:MOST_SHOWN]), member=member.pk)


def receipt_panel(request: HttpRequest, receipt: Receipt) -> Panel:
    """Notifications about a receipt, and the way to a new one."""
    rows = Notification.objects.visible_to(cast(Staff, request.user)).filter(receipt=receipt)
    return _panel(list(rows.select_related("store", "user_status").order_by("-id")[:MOST_SHOWN]), receipt=receipt.pk)


def _panel(rows: list[Notification], **origin: int) -> Panel:
    [(key, pk)] = origin.items()
    shown = [(row, LIGHT_STATES[row.light]) for row in rows]
    return Panel(
        template="service_tickets/_member_panel.html",
        title=_("Service"),
        context={"rows": shown},
        note=str(len(rows)) if rows else "",
        more_url=f"{reverse('service_tickets:create')}?{key}={pk}",
        more_label=_("New notification"),
    )


def timeline_of(member: Member, limit: int) -> list[Entry]:
    """Her notifications as entries of the timeline, newest first. Times aware."""
    rows = Notification.objects.filter(member=member).select_related("store", "agent", "created_by").order_by("-id")
    return [_entry(row) for row in rows[:limit]]


def _entry(row: Notification) -> Entry:
    done = row.phase == SystemStatus.NOCO
    state = "done" if done else "now" if row.phase == SystemStatus.NOPR else "later"
    return Entry(
        at=row.created_at,
        icon="wrench",
        title=f"{row.get_type_display()} {row.number}",
        text=row.description,
        url=row.get_absolute_url(),
        state=state,
        state_text=str(SystemStatus(row.phase).label),
        by=row.created_by.name,
    )


def agents_pressing(staff: Any) -> int:
    """The number on “Service”: what an agent is told at once. Nothing for others.

    Her own past the required end, and what is urgent and not taken up: her own, and in her store nobody's.
    """
    if not isinstance(staff, Staff) or staff.role != Role.SERVICE_AGENT:
        return 0
    today = timezone.localdate(timezone=staff.store.tz if staff.store else None)
    urgent = Q(priority=Priority.URGENT, phase=SystemStatus.OSNO)
    # Each side names the agent first, so that both walk the index of what is open by agent.
    pressing = Q(agent=staff) & (urgent | Q(required_end__lt=today)) | Q(agent=None) & urgent
    return Notification.objects.visible_to(staff).unfinished().filter(pressing).count()
