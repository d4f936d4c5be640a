"""How the doors answer: a refused move becomes a message or a form error, never a 500."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from service_tickets.models import Notification
from service_tickets.services import MoveNotAllowed
from service_tickets.views.actions import texts
from vipcrm.requests import StaffRequest

form_methods = require_http_methods(["GET", "POST"])


def who_and_when(request: StaffRequest) -> dict[str, Any]:
    """`by=` and `at=` of every service."""
    return {"by": request.user, "at": timezone.now()}


def version_of(request: StaffRequest) -> int | None:
    """The version that the page showed: an older page is told and changes nothing."""
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def do(request: StaffRequest, notification: Notification, call: Callable[[], Any], done: str) -> HttpResponse:
    """Runs one service call; says what was done or why it was not, and goes back to the notification."""
    try:
        call()
    except MoveNotAllowed as refused:
        for text in texts(refused.reasons):
            messages.error(request, text)
    else:
        messages.success(request, done)
    return redirect("service_tickets:detail", notification.pk)


def save(
    request: StaffRequest,
    form: forms.Form,
    notification: Notification,
    call: Callable[[], Any],
    done: str,
    template: str = "service_tickets/part_form.html",
    **page: Any,
) -> HttpResponse:
    """The door of a form: runs the call for a valid one; a refusal becomes errors of the form; 422 while it is wrong.

    `page`: `title`, `button` and `icon` of the page, perhaps `lead`.
    """
    if request.method == "POST" and form.is_valid() and _went_well(form, call):
        messages.success(request, done)
        return redirect("service_tickets:detail", notification.pk)
    context = {"form": form, "notification": notification, **page}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _went_well(form: forms.Form, call: Callable[[], Any]) -> bool:
    try:
        call()
    except MoveNotAllowed as refused:
        for text in texts(refused.reasons):
            form.add_error(None, text)
    return form.is_valid()


@contextmanager
def store_time(notification: Notification) -> Iterator[None]:
    """Times typed and shown in forms are the store's."""
    with timezone.override(notification.store.tz):
        yield
