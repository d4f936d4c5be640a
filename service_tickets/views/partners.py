"""Doors to further partners: who else plays a part."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from service_tickets import services
from service_tickets.access import notification_for_write, partner_for_write
from service_tickets.forms.parts import PartnerForm
from service_tickets.views.answers import do, form_methods, save, version_of, who_and_when
from vipcrm.requests import StaffRequest


@form_methods
def partner_add(request: StaffRequest, pk: int) -> HttpResponse:
    """One more who plays a part."""
    notification = notification_for_write(request, pk)
    initial = {"version": notification.version, "function": request.GET.get("function", "")}
    form = PartnerForm(request.POST or None, notification=notification, initial=initial)
    return save(
        request,
        form,
        notification,
        lambda: services.add_partner(
            notification,
            partner=form.to_partner(),
            expected=form.cleaned_data["version"],
            **who_and_when(request),
        ),
        _("Partner added."),
        title=_("Add a partner"),
        button=_("Save partner"),
        icon="check",
    )


@form_methods
def partner_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Who plays a part, and which."""
    partner = partner_for_write(request, pk)
    notification = partner.notification
    initial = {**PartnerForm.initial_of(partner), "version": notification.version}
    form = PartnerForm(request.POST or None, notification=notification, present=partner.staff, initial=initial)
    return save(
        request,
        form,
        notification,
        lambda: services.change_partner(
            partner, to=form.to_partner(), expected=form.cleaned_data["version"], **who_and_when(request)
        ),
        _("Partner saved."),
        title=_("Change the partner"),
        button=_("Save partner"),
        icon="check",
        remove_url=reverse("service_tickets:partner_remove", args=[partner.pk]),
        remove_label=_("Take away"),
    )


@require_POST
def partner_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Takes a partner away."""
    partner = partner_for_write(request, pk)
    seen, frame = version_of(request), who_and_when(request)
    return do(
        request,
        partner.notification,
        lambda: services.remove_partner(partner, expected=seen, **frame),
        _("Partner taken away."),
    )
