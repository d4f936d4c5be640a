"""Creating a notification and changing its header."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from members.models import Member, Receipt
from service_tickets import services
from service_tickets.access import (
    member_to_serve,
    notification_for_read,
    notification_for_write,
    receipt_to_serve,
)
from service_tickets.enums import NotificationType
from service_tickets.forms.items import ItemForm, asks_more
from service_tickets.forms.notifications import FirstTextForm, HeaderForm
from service_tickets.forms.parts import RequiredPartnersForm
from service_tickets.models import Notification
from service_tickets.services import Header, ItemInput, MoveNotAllowed
from service_tickets.views.actions import texts
from service_tickets.views.answers import form_methods, save, who_and_when
from vipcrm.models import Staff, Store
from vipcrm.requests import StaffRequest

MOST_FOUND = 20


@dataclass(frozen=True)
class Origin:
    """What a new notification starts from: a member, a receipt, another notification; and who creates it."""

    by: Staff
    member: Member | None
    receipt: Receipt | None
    copy_of: Notification | None
    type: NotificationType

    @cached_property
    def partners(self) -> list[services.PartnerInput]:
        """Further partners that are copied with a reference."""
        return services.partners_of(self.copy_of) if self.copy_of else []

    @property
    def store(self) -> Store:
        """Where it will be worked on: the clerk's own store, so that she sees what she created."""
        if self.copy_of is not None:
            return self.copy_of.store
        if self.by.store is not None and not self.by.store.is_head_office:
            return self.by.store
        if self.member is not None:
            return self.member.home_store
        assert self.receipt is not None
        return self.receipt.store


def _key(request: StaffRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 19 else None


def origin_of(request: StaffRequest) -> Origin | None:
    """From `?member=`, `?receipt=`, `?copy=` and `?type=`; None while nobody is chosen. Raises Http404."""
    copy_pk, receipt_pk, member_pk = (_key(request, name) for name in ("copy", "receipt", "member"))
    copy_of = notification_for_read(request, copy_pk) if copy_pk else None
    receipt = receipt_to_serve(request, receipt_pk) if receipt_pk else copy_of.receipt if copy_of else None
    member = member_to_serve(request, member_pk) if member_pk else copy_of.member if copy_of else None
    member = member or (receipt.member if receipt else None)
    if member is None and receipt is None:
        return None
    asked = request.GET.get("type")
    type_ = NotificationType(copy_of.type) if copy_of else NotificationType.Z1
    type_ = NotificationType(asked) if asked in NotificationType.values else type_
    return Origin(
        request.user, member, receipt, copy_of, NotificationType(asked) if asked in NotificationType.values else type_
    )


@form_methods
def create(request: StaffRequest) -> HttpResponse:
    """First for whom, then everything on one page with what is known filled in."""
    origin = origin_of(request)
    if origin is None:
        return choose_member(request)
    today = timezone.localdate(timezone=origin.store.tz)
    forms = _forms(request, origin, today)
    if request.method == "POST" and not asks_more(request.POST) and _all_valid(forms):
        made = _create(request, origin, forms)
        if made is not None:
            messages.success(request, _("Notification %s is created.") % made.number)
            return redirect("service_tickets:detail", made.pk)
    context = {"origin": origin, "types": _types(request, origin), **forms}
    status = 422 if forms["form"].is_bound else 200
    return render(request, "service_tickets/notification_create.html", context, status=status)


def _all_valid(forms: dict[str, Any]) -> bool:
    """Every form is checked, so that every error is shown at once."""
    return sum(not form.is_valid() for form in forms.values()) == 0


def choose_member(request: StaffRequest) -> HttpResponse:
    """Who it is about: a search that works without a script."""
    typed = request.GET.get("q", "").strip()
    visible = Member.objects.visible_to(request.user).present()
    matches = visible.best_matches(typed).select_related("home_store").order_by("match_rank", "pk")
    context = {
        "typed": typed,
        "found": list(matches[:MOST_FOUND]) if typed else [],
        "kept": request.GET.get("type", ""),
    }
    return render(request, "service_tickets/choose_member.html", context)


def _forms(request: StaffRequest, origin: Origin, today: date) -> dict[str, Any]:
    draft = services.draft_header(
        store=origin.store,
        today=today,
        by=request.user,
        type_=origin.type,
        receipt=origin.receipt,
        copy_of=origin.copy_of,
    )
    draft = replace(draft, type=origin.type)
    return {
        **_header_forms(request, origin, draft),
        "item_form": ItemForm.opened(request.POST or None, optional=True, initial=_first_item(origin)),
    }


def _header_forms(request: StaffRequest, origin: Origin, draft: Header) -> dict[str, Any]:
    """Bound to what was sent; where only one more cause was asked for, not bound, with what was typed."""
    more = asks_more(request.POST)
    data = None if more else request.POST or None
    typed = request.POST.dict() if more else {}
    initial = {**HeaderForm.initial_of(draft), "required_end": None, **typed}
    played = {partner.function.code for partner in origin.partners} | set(services.IN_HEADER)
    functions = [each for each in services.required_functions(origin.type) if each.code not in played]
    return {
        "form": HeaderForm(
            data, type_=origin.type, store=origin.store, reader=request.user, sold_to=draft.sold_to, is_new=True,
            initial=initial,
        ),
        "text_form": FirstTextForm(data, initial=typed),
        "partner_form": RequiredPartnersForm(data, functions=functions, initial=typed),
    }  # fmt: skip


def _first_item(origin: Origin) -> dict[str, Any]:
    """A receipt of one sold line is most likely about that line."""
    if origin.receipt is None or origin.copy_of is not None:
        return {}
    lines = list(origin.receipt.lines.filter(quantity__gt=0).select_related("product")[:2])
    return {"name": lines[0].product_name, "material": lines[0].product.code} if len(lines) == 1 else {}


def _types(request: StaffRequest, origin: Origin) -> list[dict[str, Any]]:
    """Both types with the address that chooses each."""
    found = []
    for kind in NotificationType:
        address = request.GET.copy()
        address["type"] = kind.value
        found.append({"type": kind, "url": f"?{address.urlencode()}", "on": kind == origin.type})
    return found


def _create(request: StaffRequest, origin: Origin, forms: dict[str, Any]) -> Notification | None:
    items: list[ItemInput] = services.items_of(origin.copy_of) if origin.copy_of else []
    if forms["item_form"].is_given():
        items.append(forms["item_form"].to_item())
    try:
        return services.create_notification(
            store=origin.store,
            header=forms["form"].to_header(),
            member=origin.member,
            receipt=origin.receipt,
            copied_from=origin.copy_of,
            text=forms["text_form"].cleaned_data["text"],
            items=items,
            partners=[*origin.partners, *forms["partner_form"].to_partners()],
            **who_and_when(request),
        )
    except MoveNotAllowed as refused:
        for text in texts(refused.reasons):
            forms["form"].add_error(None, text)
        return None


@form_methods
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """The header fields; the statuses have their own actions."""
    notification = notification_for_write(request, pk)
    values = {name: getattr(notification, name) for name in Header.__dataclass_fields__}
    initial = {**HeaderForm.initial_of(Header(**values)), "version": notification.version}
    form = HeaderForm(
        request.POST or None, type_=notification.type, store=notification.store, reader=request.user,
        agent=notification.agent, sold_to=notification.sold_to, initial=initial,
    )  # fmt: skip
    return save(
        request,
        form,
        notification,
        lambda: services.change_header(
            notification, header=form.to_header(), expected=form.cleaned_data["version"], **who_and_when(request)
        ),
        _("Saved."),
        title=_("Change the notification"),
        button=_("Save"),
        icon="check",
    )
