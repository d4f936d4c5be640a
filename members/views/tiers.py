"""A tier set by hand, by a supervisor, with a reason."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import member_for_write
from members.forms.tiers import ManualTierForm
from members.models import ProgrammeVersion
from members.services.manual_tiers import TierNotSet, set_tier
from vipcrm.requests import StaffRequest


def tier_by_hand(request: StaffRequest, pk: int) -> HttpResponse:
    """The form; what it changed then stands in the timeline."""
    member = member_for_write(request, pk)
    if not request.user.is_supervisor:
        raise PermissionDenied(_("Only a store manager or above sets a tier by hand."))
    today = timezone.localdate(timezone=member.home_store.tz)
    version = ProgrammeVersion.objects.filter(valid_from__lte=today).order_by("-valid_from").first()
    form = ManualTierForm(request.POST or None, tiers=list(version.tiers.all()) if version else [])
    if request.method == "POST" and form.is_valid():
        try:
            set_tier(member, **form.cleaned_data, by=request.user, at=timezone.now())
        except TierNotSet as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Tier set."))
            return redirect("members:detail", pk)
    return render(
        request, "members/tier_by_hand.html", {"member": member, "form": form}, status=422 if form.is_bound else 200
    )
