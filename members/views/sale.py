"""New sale: find or enrol the member, scan the products, done. And what the sale changed."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRedirect

from members import sale_buttons, sale_draft
from members.access import receipt_for_read, require_store_staff, sees_file
from members.enums import TierReason
from members.forms.sale import NEW, WALK_IN, SaleForm, SaleLines
from members.models import Member, Receipt, SaleEntry, TierChange
from members.overview import Programme, load_programme, put_tier, tier_progress
from members.rules.points import points_of
from members.sale_draft import Draft
from members.services import people, sales
from members.views.lists import today_of
from vipcrm.models import Store
from vipcrm.requests import StaffRequest


def sale_new(request: StaffRequest) -> HttpResponse:
    """The page of a sale; every button posts the whole draft, `do=finish` records it."""
    require_store_staff(request)
    if request.method != "POST":
        draft = sale_draft.blank(request.user)
        sale_buttons.pick(draft, request.GET.get("member", ""))
        return _page(request, draft)
    draft = sale_draft.read(request.user, request.POST)
    if request.POST.get("do") == "finish":
        return _finish(request, draft)
    return _page(request, sale_buttons.act(draft, request.POST))


def sale_people(request: StaffRequest) -> HttpResponse:
    """Fragment: members that fit what is being typed."""
    require_store_staff(request)
    if request.method != "POST":
        return redirect("members:sale_new")
    draft = sale_draft.read(request.user, request.POST)
    sale_buttons.search_people(draft)
    return render(request, "members/_sale_people.html", _context(request, draft))


def sale_products(request: StaffRequest) -> HttpResponse:
    """Fragment: products that fit what is being typed."""
    require_store_staff(request)
    if request.method != "POST":
        return redirect("members:sale_new")
    typed = request.POST.get("p", "").strip()
    products = sale_buttons.product_hits(typed) if len(typed) > 1 else []
    return render(request, "members/_sale_products.html", {"draft": Draft(request.user, {}, products=products)})


def _page(request: StaffRequest, draft: Draft, form: Any = None, lines: Any = None, status: int = 200) -> HttpResponse:
    formset = sale_draft.dress_lines(draft, lines)
    context = {**_context(request, draft), "form": form or draft.form(), "formset": formset, "invalid": status == 422}
    template = "members/_sale_form.html" if request.htmx else "members/sale_new.html"
    return render(request, template, context, status=status)


def _context(request: StaffRequest, draft: Draft) -> dict[str, Any]:
    """The draft with the tiers of everybody on the page."""
    programme = load_programme(today_of(request.user))
    shown = [draft.member, draft.elsewhere, *draft.people, *draft.twins]
    for member in filter(None, shown):
        put_tier(member, programme)
    now = timezone.localtime(timezone=request.user.store.tz if request.user.store else None)
    return {"draft": draft, "now": now, "WALK_IN": WALK_IN, "NEW": NEW}


def _finish(request: StaffRequest, draft: Draft) -> HttpResponse:
    form = draft.form(draft.head)
    lines = SaleLines(sale_draft.lines_data(draft), prefix="line")
    if not (form.is_valid() & lines.is_valid()):
        return _page(request, draft, form, lines, status=422)
    draft.twins = _twins(request, form)
    if draft.twins:
        return _page(request, draft, form, lines, status=422)
    try:
        receipt = _record(request, draft, form, lines.cleaned_data)
    except sales.ReceiptNumberTaken as error:
        form.add_error("number", str(error))
    except (sales.SaleNotAllowed, people.MemberNotSaved) as error:
        form.add_error(None, str(error))
    else:
        done = reverse("members:sale_done", args=[receipt.pk])
        return HttpResponseClientRedirect(done) if request.htmx else redirect(done)
    return _page(request, draft, form, lines, status=422)


def _twins(request: StaffRequest, form: SaleForm) -> list[Member]:
    """Members who have the phone number of the card that is about to be opened."""
    if form.cleaned_data["who"] != NEW or "confirm" in request.POST:
        return []
    return people.find_duplicates(visible_to=request.user, phone=form.cleaned_data["new_phone"])


@transaction.atomic
def _record(request: StaffRequest, draft: Draft, form: SaleForm, lines: list[dict[str, Any]]) -> Receipt:
    """Records the sale once for its key: a second press, also at the same moment, gives the receipt of the first."""
    key, now = form.cleaned_data["key"], timezone.now()
    entry = _claim(key, form.cleaned_data.get("started"), now)
    if entry is None:
        return Receipt.objects.get(entry__key=key)
    store = form.till
    assert store is not None  # the form asks for it
    sold_at = form.sold(now)
    outcome = sales.record_receipt(
        store=store,
        number=form.cleaned_data["number"].strip() or None,
        sold_at=sold_at,
        lines=[_line_input(line, values) for line, values in zip(draft.lines, lines, strict=True)],
        member=_buyer(request, draft, form, store, now),
        staff=request.user,
        arrived_at=form.arrived(sold_at),
        by=request.user,
        at=now,
    )
    entry.receipt = outcome.receipt
    entry.save(update_fields=["receipt"])
    return outcome.receipt


def _claim(key: uuid.UUID, started: float | None, now: datetime) -> SaleEntry | None:
    """The entry of this key; None when it is taken: a second press waits here until the first is through."""
    began = datetime.fromtimestamp(started, UTC) if started and 0 < now.timestamp() - started < 86_400 else None
    try:
        with transaction.atomic():
            return SaleEntry.objects.create(key=key, started_at=began)
    except IntegrityError:
        return None


def _buyer(request: StaffRequest, draft: Draft, form: SaleForm, store: Store, now: datetime) -> Member | None:
    if form.cleaned_data["who"] == NEW:
        return people.enrol_member(
            name=form.cleaned_data["new_name"],
            phone=form.cleaned_data["new_phone"],
            home_store=store,
            advisor=request.user if request.user.store_id else None,
            by=request.user,
            at=now,
        )
    return draft.member


def _line_input(line: sale_draft.Line, values: dict[str, Any]) -> sales.LineInput:
    return sales.LineInput(
        product_code=values["code"],
        quantity=-values["quantity"] if line.sold else values["quantity"],
        unit_price=values["price"],
        product_name="" if line.product or line.sold else values["name"],
        returns_line=line.sold,
    )


@require_GET
def sale_done(request: StaffRequest, pk: int) -> HttpResponse:
    """The hang tag: what this receipt changed."""
    receipt = receipt_for_read(request, pk)
    context: dict[str, Any] = {"receipt": receipt, "member": receipt.member, "seconds": _seconds(receipt)}
    context["total"] = receipt.lines.aggregate(total=Sum("amount"))["total"]
    if receipt.member:
        programme = load_programme(timezone.localdate(timezone=receipt.member.home_store.tz))
        context |= {
            "progress": tier_progress(receipt.member.standing, programme),
            "points": points_of(receipt.counted_amount),
            "change": _tier_change(receipt, programme),
            "fallen": _fallen(receipt, programme),
            "sees_file": sees_file(request, receipt.member),
        }
    return render(request, "members/sale_done.html", context)


def _seconds(receipt: Receipt) -> int | None:
    entry = getattr(receipt, "entry", None)
    return int((receipt.recorded_at - entry.started_at).total_seconds()) if entry and entry.started_at else None


def _tier_change(receipt: Receipt, programme: Programme) -> dict[str, Any] | None:
    """The change of tier that this receipt earned, as it stands now."""
    earned = (TierReason.JOINED, TierReason.SINGLE, TierReason.CUMULATIVE)
    changes = TierChange.objects.filter(member=receipt.member, withdrawn_at=None, reason__in=earned, at=receipt.sold_at)
    change = changes.filter(receipt_ids__contains=[receipt.pk]).order_by("-seq").first()
    if change is None:
        return None
    before, after = programme.tier(change.from_tier), programme.tier(change.to_tier)
    return {"before": before, "after": after, "reason": _reason(change, after)}


def _reason(change: TierChange, tier: Any) -> str:
    if tier is not None and change.reason == TierReason.SINGLE:
        return _("This sale reaches ¥%(amount)s") % {"amount": f"{tier.single:,.0f}"}
    if tier is not None and change.reason == TierReason.CUMULATIVE:
        return _("Her purchases reach ¥%(amount)s in total") % {"amount": f"{tier.cumulative:,.0f}"}
    return _("First purchase")


def _fallen(receipt: Receipt, programme: Programme) -> dict[str, Any] | None:
    """A higher tier that a return of this receipt took the ground from."""
    withdrawn = (
        TierChange.objects.filter(member=receipt.member, withdrawn_at=receipt.recorded_at).order_by("-seq").first()
    )
    assert receipt.member is not None
    standing = receipt.member.standing
    before = programme.tier(withdrawn.to_tier) if withdrawn else None
    if before is None or before.rank <= standing.rank:
        return None
    return {"before": before, "after": programme.tier(standing.tier)}
