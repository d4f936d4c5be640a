"""Writing down a visit."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import member_for_write
from members.forms.visits import VisitNoteForm
from members.models import Member, Receipt
from members.services import visits
from members.views.people import small_pk
from vipcrm.requests import StaffRequest


def visit_note_new(request: StaffRequest, pk: int) -> HttpResponse:
    """A note on a visit; `?receipt=` makes it the note of that sale."""
    member = member_for_write(request, pk)
    receipt = _receipt(request, member)
    today = timezone.localdate(timezone=member.home_store.tz)
    initial = {"visited_on": receipt.sold_on} if receipt else {}
    form = VisitNoteForm(request.POST or None, initial=initial, today=today)
    context = {"member": member, "receipt": receipt, "form": form}
    if request.method != "POST":
        return render(request, "members/visit_note.html", context)
    if form.is_valid():
        try:
            visits.write_visit_note(member, **form.cleaned_data, receipt=receipt, by=request.user)
        except visits.VisitNoteExists as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Visit note saved."))
            return redirect("members:detail", pk)
    return render(request, "members/visit_note.html", context, status=422)


def _receipt(request: StaffRequest, member: Member) -> Receipt | None:
    wanted = small_pk(request.POST.get("receipt") or request.GET.get("receipt") or "")
    return member.receipts.select_related("store").filter(pk=wanted).first() if wanted else None
