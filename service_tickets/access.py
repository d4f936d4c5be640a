"""The one way from a request to a notification: what somebody may not see does not exist for her (404)."""

from django.shortcuts import get_object_or_404

from members.access import receipt_for_read
from members.models import Member, Receipt
from service_tickets.models import Item, Notification, Partner, Task
from vipcrm.requests import StaffRequest

JOINED = ("store", "member__home_store", "sold_to", "agent", "receipt", "user_status", "created_by", "passed_on_to")


def notification_for_read(request: StaffRequest, pk: int) -> Notification:
    """The notification with what its page shows. Raises Http404."""
    notifications = Notification.objects.visible_to(request.user)
    return get_object_or_404(notifications.select_related(*JOINED, "copied_from"), pk=pk)


def notification_for_write(request: StaffRequest, pk: int) -> Notification:
    """The same to act on it: whoever sees a notification works on it; the statuses say what is possible."""
    return notification_for_read(request, pk)


def item_for_write(request: StaffRequest, pk: int) -> Item:
    """An item of a notification that may be seen. Raises Http404."""
    visible = Notification.objects.visible_to(request.user)
    return get_object_or_404(Item.objects.select_related("notification__store"), pk=pk, notification__in=visible)


def task_for_write(request: StaffRequest, pk: int) -> Task:
    """A task of a notification that may be seen. Raises Http404."""
    visible = Notification.objects.visible_to(request.user)
    return get_object_or_404(Task.objects.select_related("notification__store"), pk=pk, notification__in=visible)


def partner_for_write(request: StaffRequest, pk: int) -> Partner:
    """A further partner of a notification that may be seen. Raises Http404."""
    visible = Notification.objects.visible_to(request.user)
    rows = Partner.objects.select_related("notification__store", "function", "staff")
    return get_object_or_404(rows, pk=pk, notification__in=visible)


def member_to_serve(request: StaffRequest, pk: int) -> Member:
    """The member for whom a notification is created. Raises Http404."""
    members = Member.objects.visible_to(request.user).present()
    return get_object_or_404(members.select_related("home_store"), pk=pk)


def receipt_to_serve(request: StaffRequest, pk: int) -> Receipt:
    """The receipt about which a notification is created. Raises Http404."""
    return receipt_for_read(request, pk)
