"""The one way from a request to a member or a receipt: what somebody may not see does not exist for her (404)."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from members.models import Member, Receipt
from vipcrm.enums import Role
from vipcrm.requests import StaffRequest


def member_for_read(request: StaffRequest, pk: int) -> Member:
    """The member with what every page of hers shows. Raises Http404."""
    members = Member.objects.visible_to(request.user).present()
    return get_object_or_404(members.select_related("home_store", "advisor", "standing", "referred_by"), pk=pk)


def member_for_write(request: StaffRequest, pk: int) -> Member:
    """The same to change her file. Raises Http404; PermissionDenied for service agents, who only read."""
    member = member_for_read(request, pk)
    require_store_staff(request)
    return member


def receipt_for_read(request: StaffRequest, pk: int) -> Receipt:
    """The receipt with its store, member and entry. Raises Http404."""
    receipts = Receipt.objects.visible_to(request.user)
    joined = receipts.select_related("store", "staff", "member__home_store", "member__standing", "voided_by", "entry")
    return get_object_or_404(joined, pk=pk)


def receipt_for_write(request: StaffRequest, pk: int) -> Receipt:
    """The same to void it. Raises Http404, PermissionDenied for service agents."""
    receipt = receipt_for_read(request, pk)
    require_store_staff(request)
    return receipt


def require_store_staff(request: StaffRequest) -> None:
    """Service agents neither sell nor keep member files. Raises PermissionDenied."""
    if request.user.role == Role.SERVICE_AGENT:
        raise PermissionDenied(_("Service staff do not change member files or sell."))


def sees_file(request: StaffRequest, member: Member | None) -> bool:
    """Whether the member's file may be opened: not that of a member of another store to whom one may sell."""
    return member is not None and Member.objects.visible_to(request.user).filter(pk=member.pk).exists()
