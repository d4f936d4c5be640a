"""Receipts: one with its lines, a member's list of them, and voiding one that was keyed in wrongly."""

from django.contrib import messages
from django.db.models import Prefetch, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from members.access import member_for_read, receipt_for_read, receipt_for_write, sees_file
from members.forms.sale import VoidForm
from members.models import Receipt, ReceiptLine
from members.rules.points import points_of
from members.services import sales
from vipcrm.enums import Role
from vipcrm.paging import page_of
from vipcrm.requests import StaffRequest


@require_GET
def receipt_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One receipt: lines, what came back of them, what it counts."""
    return _receipt_page(request, receipt_for_read(request, pk), VoidForm())


def receipt_void(request: StaffRequest, pk: int) -> HttpResponse:
    """Takes a receipt that was keyed in wrongly out of everything."""
    receipt = receipt_for_write(request, pk)
    if request.method != "POST":  # the address of a refused void, loaded again
        return redirect("members:receipt", pk)
    form = VoidForm(request.POST)
    if form.is_valid():
        try:
            sales.void_receipt(receipt, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except sales.VoidNotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Receipt %(number)s is voided.") % {"number": receipt.number})
            return redirect("members:receipt", pk)
    return _receipt_page(request, receipt, form, status=422)


def _receipt_page(request: StaffRequest, receipt: Receipt, form: VoidForm, status: int = 200) -> HttpResponse:
    backs = ReceiptLine.objects.filter(voided=False).select_related("receipt").order_by("receipt__sold_at")
    lines = receipt.lines.select_related("product", "returns_line__receipt").prefetch_related(
        Prefetch("returned_by", backs)
    )
    context = {
        "receipt": receipt,
        "member": receipt.member,
        "lines": lines,
        "total": lines.aggregate(total=Sum("amount"))["total"],
        "points": points_of(receipt.counted_amount) if receipt.member else None,
        "note": receipt.member and receipt.member.visit_notes.filter(receipt=receipt).select_related("by").first(),
        "sees_file": sees_file(request, receipt.member),
        "form": form,
        "lock": void_lock(request, receipt),
        "may_write": request.user.role != Role.SERVICE_AGENT,
    }
    return render(request, "members/receipt_detail.html", context, status=status)


def void_lock(request: StaffRequest, receipt: Receipt) -> str:
    """Why the reader cannot void this receipt, "" if she can; the service has the last word."""
    if receipt.is_voided:
        return _("It is voided already.")
    now = timezone.now()
    today = receipt.recorded_at.astimezone(receipt.store.tz).date() == now.astimezone(receipt.store.tz).date()
    if not today and not request.user.is_supervisor:
        return _("It was keyed in on another day: ask your store manager.")
    return ""


@require_GET
def member_purchases(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything a member bought and brought back, newest first."""
    member = member_for_read(request, pk)
    receipts = member.receipts.select_related("store", "staff").prefetch_related("lines")
    page = page_of(receipts, request.GET, ("-sold_at", "-pk"))
    for receipt in page.rows:  # as in the timeline: what was paid or paid back that day
        receipt.paid = sum(line.amount for line in receipt.lines.all())
    return render(request, "members/member_purchases.html", {"member": member, "page": page})
