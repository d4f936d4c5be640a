"""Doors to the status changes."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from service_tickets import services
from service_tickets.access import notification_for_write
from service_tickets.enums import Action
from service_tickets.forms.notifications import CompleteForm, ReasonForm
from service_tickets.models import UserStatus
from service_tickets.services.moves import SIMPLE
from service_tickets.views.answers import do, form_methods, save, store_time, version_of, who_and_when
from vipcrm.requests import StaffRequest

# A service order is created on its own page, which is not there yet.
BY_BUTTON = SIMPLE - {Action.CREATE_ORDER}


@require_POST
def perform(request: StaffRequest, pk: int, action: str) -> HttpResponse:
    """Put in process, postpone, take up, flag for deletion and back."""
    notification = notification_for_write(request, pk)
    if action not in BY_BUTTON:
        raise Http404
    wanted, seen, frame = Action(action), version_of(request), who_and_when(request)
    return do(
        request,
        notification,
        lambda: services.perform(notification, action=wanted, expected=seen, **frame),
        _("Done: %s.") % wanted.label,
    )


@require_POST
def set_status(request: StaffRequest, pk: int, code: str) -> HttpResponse:
    """Sets a user status; who may is decided by the profile."""
    notification = notification_for_write(request, pk)
    seen, frame = version_of(request), who_and_when(request)
    return do(
        request,
        notification,
        lambda: services.set_user_status(notification, code=code, expected=seen, **frame),
        _("Set: %s.") % _label(notification.type, code),
    )


@require_POST
def delete_status(request: StaffRequest, pk: int, code: str) -> HttpResponse:
    """Takes an unnumbered user status away."""
    notification = notification_for_write(request, pk)
    seen, frame = version_of(request), who_and_when(request)
    return do(
        request,
        notification,
        lambda: services.delete_user_status(notification, code=code, expected=seen, **frame),
        _("Taken away: %s.") % _label(notification.type, code),
    )


def _label(type_: str, code: str) -> str:
    status = UserStatus.objects.filter(profile__type=type_, code=code).first()
    return status.name if status else code


@form_methods
def complete(request: StaffRequest, pk: int) -> HttpResponse:
    """Asks when the work was done, then completes."""
    notification = notification_for_write(request, pk)
    with store_time(notification):
        start = {"completed_at": timezone.localtime(), "version": notification.version}
        form = CompleteForm(request.POST or None, initial=start)
        return save(
            request,
            form,
            notification,
            lambda: services.complete(
                notification,
                completed_at=form.cleaned_data["completed_at"],
                expected=form.cleaned_data["version"],
                **who_and_when(request),
            ),
            _("Completed."),
            title=_("Complete the notification"),
            button=_("Complete"),
            icon="circle-check",
        )


@form_methods
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Asks for the reason, then puts a completed notification in process again."""
    notification = notification_for_write(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": notification.version})
    return save(
        request,
        form,
        notification,
        lambda: services.reopen(
            notification,
            reason=form.cleaned_data["reason"],
            expected=form.cleaned_data["version"],
            **who_and_when(request),
        ),
        _("In process again."),
        title=Action.REOPEN.label,
        button=_("Put in process"),
        icon="rotate-ccw",
    )


@form_methods
def ask_head_office(request: StaffRequest, pk: int) -> HttpResponse:
    """Asks what head office is asked for; a supervisor approves it before it is passed on."""
    notification = notification_for_write(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": notification.version})
    form.fields["reason"].label = _("What head office is asked")
    return save(
        request,
        form,
        notification,
        lambda: services.ask_head_office(
            notification,
            reason=form.cleaned_data["reason"],
            expected=form.cleaned_data["version"],
            **who_and_when(request),
        ),
        _("Head office is asked."),
        title=Action.ASK_HEAD_OFFICE.label,
        button=_("Ask"),
        icon="send",
        lead=_("A quotation or a complaint. A store manager approves it, then head office gets it."),
    )
