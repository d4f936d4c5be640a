"""Recording and voiding receipts: what a clerk does at the till. The import does the same set-based."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.models import Member, Product, Receipt, ReceiptLine, Standing
from members.rules.points import points_of
from members.services.refresh import lock_members, lock_receipts, refresh_receipts
from vipcrm.audit import record_event
from vipcrm.deadlocks import again_after_deadlock
from vipcrm.enums import AuditAction
from vipcrm.models import Staff, Store


class SaleNotAllowed(Exception):
    """The sale cannot be recorded as given; the message says why and what to do."""


class ReceiptNumberTaken(SaleNotAllowed):
    """Somebody recorded this receipt number in this store already."""


class ReturnTooMuch(SaleNotAllowed):
    """More would be taken back than was sold."""


class VoidNotAllowed(Exception):
    """The receipt cannot be voided; the message says why."""


@dataclass(frozen=True)
class LineInput:
    """One line as keyed in: `quantity` < 0 is a return and then names the sold line in `returns_line`."""

    product_code: str
    quantity: int
    unit_price: Decimal
    product_name: str = ""
    category: str = ""
    style: str = ""
    list_price: Decimal | None = None
    returns_line: ReceiptLine | None = None


@dataclass(frozen=True)
class SaleOutcome:
    """What a sale changed; tiers are codes, "" before the first purchase; points of this receipt alone."""

    receipt: Receipt
    tier_before: str
    tier_after: str
    points: int


def _tier_of(member: Member | None) -> str:
    return (member and Standing.objects.filter(member=member).values_list("tier", flat=True).first()) or ""


def _products_for(lines: Sequence[LineInput]) -> dict[str, Product]:
    """The products by code; an unknown one is made from the line's own columns (import-formats, purchases).

    In the order of the codes: two sales of the same new products wait for each other and never in a circle.
    """
    found = {}
    for line in sorted((line for line in lines if line.returns_line is None), key=lambda line: line.product_code):
        found[line.product_code], _made = Product.objects.get_or_create(
            code=line.product_code,
            defaults={
                "name": line.product_name or line.product_code,
                "category": line.category,
                "style": line.style,
                "list_price": line.list_price,
            },
        )
    return found


def _check_return(line: LineInput, member: Member | None) -> None:
    sold = line.returns_line
    if sold is None:
        raise SaleNotAllowed(_("A return names the line that it undoes: choose the earlier receipt."))
    left = sold.quantity - sold.returned_quantity
    if sold.voided or -line.quantity > left:
        raise ReturnTooMuch(
            _("%(product)s: %(left)s left to return, not %(asked)s.")
            % {"product": sold.product_name, "left": 0 if sold.voided else left, "asked": -line.quantity}
        )
    if -line.quantity * line.unit_price > sold.amount - sold.returned_amount:
        raise ReturnTooMuch(
            _("%(product)s: at most ¥%(left)s can be paid back.")
            % {"product": sold.product_name, "left": sold.amount - sold.returned_amount}
        )
    if (sold.receipt.member_id or None) != (member.pk if member else None):
        raise SaleNotAllowed(_("A return belongs to the member of the original receipt."))


def _new_line(receipt: Receipt, position: int, line: LineInput, products: Mapping[str, Product]) -> ReceiptLine:
    sold = line.returns_line
    if sold is not None:
        product, name = sold.product, sold.product_name
        category, style, list_price = sold.category, sold.style, sold.list_price
    else:
        product = products[line.product_code]
        name, category = line.product_name or product.name, line.category or product.category
        style, list_price = line.style or product.style, line.list_price or product.list_price
    return ReceiptLine(
        receipt=receipt,
        line_no=position,
        product=product,
        product_name=name,
        category=category,
        style=style,
        list_price=list_price,
        unit_price=line.unit_price,
        quantity=line.quantity,
        returns_line=sold,
    )


def _lock_sold_lines(lines: Sequence[LineInput]) -> list[LineInput]:
    """The lines with their sold lines read again under a lock, so that two returns of one unit cannot both pass.

    Their receipts first: who holds a receipt holds its lines.
    """
    ids = sorted({line.returns_line.pk for line in lines if line.returns_line})
    lock_receipts(line.returns_line.receipt_id for line in lines if line.returns_line)
    locked = {
        sold.pk: sold
        for sold in ReceiptLine.objects.select_for_update(of=("self",), no_key=True)
        .select_related("receipt", "product")
        .filter(pk__in=ids)
        .order_by("pk")
    }
    return [
        LineInput(**{**line.__dict__, "returns_line": locked[line.returns_line.pk]}) if line.returns_line else line
        for line in lines
    ]


def next_receipt_number(store: Store, at: datetime) -> str:
    """A number of our own for a sale keyed in without one: `M` + day + position, e.g. M20261121-0007."""
    prefix = f"M{at.astimezone(store.tz):%Y%m%d}-"
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)  # does not wait for receipts that name the store
    last = Receipt.objects.filter(store=store, number__startswith=prefix).order_by("-number").values_list("number")
    position = int(last[0][0].rpartition("-")[2]) + 1 if last else 1
    return f"{prefix}{position:04d}"


def _create_receipt(store: Store, number: str, at: datetime, **fields: object) -> Receipt:
    try:
        with transaction.atomic():
            return Receipt.objects.create(store=store, number=number, recorded_at=at, **fields)
    except IntegrityError as error:
        if "receipt_number_once_per_store" in str(error):
            raise ReceiptNumberTaken(
                _("Receipt %(number)s is already recorded in %(store)s.") % {"number": number, "store": store.name}
            ) from error
        raise


@again_after_deadlock
@transaction.atomic
def record_receipt(
    *,
    store: Store,
    number: str | None,
    sold_at: datetime,
    lines: Sequence[LineInput],
    member: Member | None = None,
    staff: Staff | None = None,
    arrived_at: datetime | None = None,
    by: Staff | None,
    at: datetime,
) -> SaleOutcome:
    """Records one receipt with its lines and brings everything derived up to date in the same transaction.

    Locks are taken in the order in which the import takes them (store, products, known receipts, the new number,
    member), so that the two wait for each other and never in a circle.
    Raises ReceiptNumberTaken, ReturnTooMuch or SaleNotAllowed with a message for the clerk; then nothing is stored.
    """
    if not lines:
        raise SaleNotAllowed(_("Add at least one line."))
    if sold_at > at:
        raise SaleNotAllowed(_("The time of sale lies in the future."))
    if arrived_at is not None and arrived_at > sold_at:
        raise SaleNotAllowed(_("She arrived before she paid: correct the time of arrival."))
    number = number or next_receipt_number(store, at)
    products = _products_for(lines)
    locked = _lock_sold_lines(lines)
    receipt = _create_receipt(
        store,
        number,
        at,
        sold_at=sold_at,
        sold_on=sold_at.astimezone(store.tz).date(),
        arrived_at=arrived_at,
        staff=staff,
        member=member,
        recorded_by=by,
    )
    for line in locked:
        if line.quantity < 0:
            _check_return(line, member)
    lock_members([member.pk] if member else [])
    before = _tier_of(member)
    ReceiptLine.objects.bulk_create(
        _new_line(receipt, place, line, products) for place, line in enumerate(locked, start=1)
    )
    refresh_receipts([receipt.pk], at=at)
    receipt.refresh_from_db()
    return SaleOutcome(receipt, before, _tier_of(member), points_of(receipt.counted_amount))


def _check_void(receipt: Receipt, reason: str, by: Staff, at: datetime) -> None:
    if receipt.is_voided:
        raise VoidNotAllowed(_("This receipt is already voided."))
    if not reason.strip():
        raise VoidNotAllowed(_("Say why the receipt is voided."))
    same_day = receipt.recorded_at.astimezone(receipt.store.tz).date() == at.astimezone(receipt.store.tz).date()
    if not same_day and not by.is_supervisor:
        raise VoidNotAllowed(_("After the day only a store manager can void a receipt."))
    if ReceiptLine.objects.filter(returns_line__receipt=receipt, voided=False).exclude(receipt=receipt).exists():
        raise VoidNotAllowed(_("Goods of this receipt were returned: void that return first."))


@again_after_deadlock
@transaction.atomic
def void_receipt(receipt: Receipt, *, reason: str, by: Staff, at: datetime) -> Receipt:
    """Takes a wrongly keyed receipt out of everything; it stays readable. Raises VoidNotAllowed."""
    undone = receipt.lines.filter(returns_line__isnull=False).values_list("returns_line__receipt", flat=True)
    lock_receipts([receipt.pk, *undone])
    receipt = Receipt.objects.select_related("store").get(pk=receipt.pk)
    _check_void(receipt, reason, by, at)
    Receipt.objects.filter(pk=receipt.pk).update(voided_at=at, voided_by=by, void_reason=reason.strip())
    receipt.lines.update(voided=True)
    refresh_receipts([receipt.pk], at=at)
    record_event(AuditAction.RECEIPT_VOIDED, by=by, subject=receipt, number=receipt.number, reason=reason.strip())
    receipt.refresh_from_db()
    return receipt
