"""What a store manager sees and does: each clerk's open, overdue and done steps; on top; to somebody else."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from followups import access, services
from followups.day import rows_of, step_title
from followups.enums import StepState
from followups.forms import ReassignForm
from followups.models import Step
from members.overview import load_programme
from vipcrm.models import Store
from vipcrm.paging import page_of
from vipcrm.requests import StaffRequest, key_in

DONE_WITHIN = timedelta(days=30)
ORDER = ("due_on", "pk")


@require_safe
def overdue(request: StaffRequest) -> HttpResponse:
    """Per clerk what is open, overdue and done; below the overdue steps, `?staff=` those of one clerk."""
    access.require_supervisor(request)
    now = timezone.now()
    stores = list(access.stores_of(request))
    store = next((one for one in stores if one.code == request.GET.get("store")), next(iter(stores), None))
    steps = Step.objects.visible_to(request.user)
    steps = steps.of_store(store.pk) if store else steps.none()
    page = page_of(_chosen(request, steps.overdue(now)).with_all().with_contacts(now), request.GET, ORDER)
    programme = load_programme(timezone.localdate(now, store.tz if store else None))
    context = {
        "stores": stores,
        "store": store,
        "people": _people(request, store, steps, now) if store else [],
        "page": page,
        "rows": [row for step in page.rows for row in rows_of([step], at=now, programme=programme)],
        "chosen": request.GET.get("staff", ""),
    }
    return render(request, "followups/overdue.html", context)


def _chosen(request: StaffRequest, steps: Any) -> Any:
    chosen = request.GET.get("staff", "")
    if chosen == "none":
        return steps.unassigned()
    key = key_in(chosen)
    return steps if key is None else steps.filter(owner=key)


def _people(request: StaffRequest, store: Store, steps: Any, now: Any) -> list[dict[str, Any]]:
    """Open, overdue, done in 30 days of each colleague, and of the steps nobody owns."""
    since = now - DONE_WITHIN
    done = steps.filter(state=StepState.DONE, closed_at__gte=since)
    counts = {"open": steps.open(), "overdue": steps.overdue(now), "done": done}
    by_owner = {key: dict(_per_owner(rows)) for key, rows in counts.items()}
    people = [
        {"key": str(one.pk), "name": one.name, **{key: by_owner[key].pop(one.pk, 0) for key in counts}}
        for one in access.colleagues_of(request, store)
    ]
    nobody = {key: sum(by_owner[key].values()) for key in counts}
    return [*people, {"key": "none", "name": "", **nobody}] if any(nobody.values()) else people


def _per_owner(steps: Any) -> Any:
    return steps.values_list("owner").annotate(n=Count("pk")).order_by()


@require_POST
def nudge(request: StaffRequest, pk: int) -> HttpResponse:
    """Puts a step on top of its owner's day."""
    step = access.step_to_manage(request, pk)
    try:
        services.nudge(step, by=request.user, at=timezone.now())
    except services.StepClosed:
        messages.warning(request, _("This follow-up is closed already."))
    else:
        messages.success(request, _("%(name)s stands on top now.") % {"name": step.member.name})
    return redirect("followups:overdue")


@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: StaffRequest, pk: int) -> HttpResponse:
    """Gives a step to a colleague of the member's home store."""
    step = access.step_to_manage(request, pk)
    colleagues = access.colleagues_of(request, step.member.home_store)
    form = ReassignForm(request.POST or None, colleagues=colleagues, initial={"to": step.owner_id})
    if request.method == "POST" and form.is_valid():
        return _reassign(request, step, form.cleaned_data["to"])
    context = {"step": step, "member": step.member, "title": step_title(step), "form": form}
    return render(request, "followups/reassign.html", context, status=422 if request.method == "POST" else 200)


def _reassign(request: StaffRequest, step: Step, to: Any) -> HttpResponse:
    try:
        services.reassign(step, to=to, by=request.user, at=timezone.now())
    except services.StepClosed:
        messages.warning(request, _("This follow-up is closed already."))
    else:
        text = _("%(member)s is now with %(name)s.") % {"member": step.member.name, "name": to.name}
        messages.success(request, text)
    return redirect("followups:overdue")
