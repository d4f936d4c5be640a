"""A sale that is being keyed in: the draft travels in the form; each button changes it and it is drawn again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core import signing
from django.utils import timezone

from members.forms.sale import MAX_LINES, MEMBER, SaleForm, SaleLines
from members.models import Member, Product, Receipt, ReceiptLine
from members.rules.search import tidy
from vipcrm.models import Staff
from vipcrm.requests import key_in

DEAREST = Decimal(10**10)  # the form refuses what its column cannot hold
MAY_SELL_FOR = 12 * 3600
TOKEN_SALT = "members.sale.elsewhere"  # noqa: S105
HEAD = ("key", "started", "who", "member", "token", "new_name", "new_phone", "store", "number", "arrived_at", "sold_at")


@dataclass
class Line:
    """One line as typed; `product` and `sold` are what code and `returns` stand for."""

    code: str
    quantity: str = "1"
    price: str = ""
    name: str = ""
    returns: str = ""
    product: Product | None = None
    sold: ReceiptLine | None = None
    form: Any = None

    @property
    def title(self) -> str:
        if self.sold:
            return self.sold.product_name
        return self.product.name if self.product else self.name or self.code

    @property
    def details(self) -> str:
        parts = [self.product.colour, self.product.size] if self.product else []
        return "·".join(part for part in [*parts, self.code] if part)

    @property
    def units(self) -> int:
        count = whole(self.quantity)
        return -count if self.returns else count

    @property
    def amount(self) -> Decimal:
        try:
            price = Decimal(self.price or 0)
        except InvalidOperation:
            return Decimal(0)
        return self.units * price if price.is_finite() and abs(price) < DEAREST else Decimal(0)

    @property
    def excluded(self) -> bool:
        product = self.sold.product if self.sold else self.product
        return bool(product and product.excluded)

    @property
    def left(self) -> int:
        """Units of the sold line that can still be returned."""
        return self.sold.left_units if self.sold else 0


@dataclass
class Draft:
    """Head and lines as typed, and what the search fields found."""

    staff: Staff
    head: dict[str, Any]
    lines: list[Line] = field(default_factory=list)
    member: Member | None = None
    at_home: bool = True
    typed: dict[str, str] = field(default_factory=lambda: {"q": "", "p": "", "r": ""})
    people: Sequence[Member] = ()
    elsewhere: Member | None = None
    elsewhere_token: str = ""
    products: Sequence[Product] = ()
    unknown: str = ""
    returnable: Sequence[ReceiptLine] = ()
    searched_returns: bool = False
    searched_people: bool = False
    focus: str = "q"
    twins: Sequence[Member] = ()

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def counted(self) -> Decimal:
        """What counts for points, tiers and follow-ups: without products marked “not for points”."""
        return sum((line.amount for line in self.lines if not line.excluded), Decimal(0))

    @property
    def units(self) -> int:
        return sum(line.units for line in self.lines)

    def form(self, data: Mapping[str, Any] | None = None) -> SaleForm:
        form = SaleForm(data, initial=self.head, staff=self.staff)
        _put_focus(form, self.focus)
        return form


def blank(staff: Staff) -> Draft:
    """An empty sale with a key of its own, which makes a second press of the button the same sale."""
    return Draft(staff, {"key": str(uuid.uuid4()), "started": f"{timezone.now().timestamp():.0f}", "who": ""})


def read(staff: Staff, data: Mapping[str, Any]) -> Draft:
    """The draft as a form carried it, with member, products and sold lines looked up."""
    head = {name: data.get(name, "") for name in HEAD}
    typed = {name: tidy(data.get(name, "")) for name in ("q", "p", "r")}
    draft = Draft(staff, head, _lines(data), typed=typed)
    find_member(draft)
    look_up_lines(draft)
    return draft


def _lines(data: Mapping[str, Any]) -> list[Line]:
    total = data.get("line-TOTAL_FORMS", "0")
    count = min(whole(total), MAX_LINES)
    found = []
    for place in range(count):
        values: dict[str, Any] = {
            name: str(data.get(f"line-{place}-{name}", "")).replace("\0", "")
            for name in ("code", "quantity", "price", "name", "returns")
        }
        if values["code"]:
            found.append(Line(**values))
    return found


def whole(text: str) -> int:
    """A count as it was typed; 0 for anything else, also for more digits than a count has."""
    digits = text.strip()
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0


def find_member(draft: Draft) -> None:
    """Fills `member` if her file may be opened, or if she was looked up by phone or card a short while ago."""
    draft.member = _chosen(draft) if draft.head.get("who") == MEMBER else None
    if draft.member is None and draft.head.get("who") == MEMBER:
        draft.head |= {"who": "", "member": "", "token": ""}


def _chosen(draft: Draft) -> Member | None:
    pk = key_in(str(draft.head.get("member") or ""))
    if pk is None:
        return None
    joined = Member.objects.present().select_related("standing", "advisor", "home_store")
    member = joined.visible_to(draft.staff).filter(pk=pk).first()
    draft.at_home = member is not None
    if member is None and may_sell_to(draft.staff, pk, str(draft.head.get("token") or "")):
        member = joined.filter(pk=pk).first()
    return member


def sell_token(staff: Staff, member: Member) -> str:
    """Shows later that this person looked this member up."""
    return signing.dumps([staff.pk, member.pk], salt=TOKEN_SALT)


def may_sell_to(staff: Staff, member_id: int, token: str) -> bool:
    """Whether `token` was given to this person for this member within the last twelve hours."""
    try:
        return bool(signing.loads(token, salt=TOKEN_SALT, max_age=MAY_SELL_FOR) == [staff.pk, member_id])
    except signing.BadSignature:
        return False


def look_up_lines(draft: Draft) -> None:
    """Products and sold lines of all lines: two queries whatever their number."""
    codes = {line.code for line in draft.lines if not line.returns}
    products = {product.code: product for product in Product.objects.filter(code__in=codes)} if codes else {}
    ids = {key_in(line.returns) for line in draft.lines} - {None}
    sold = {line.pk: line for line in returnable_lines(draft).filter(pk__in=ids)} if ids else {}
    for line in draft.lines:
        line.product = products.get(line.code)
        line.sold = sold.get(key_in(line.returns))
    draft.lines = [line for line in draft.lines if line.sold or not line.returns]


def returnable_lines(draft: Draft) -> Any:
    """Sold lines that this buyer may bring back: the member's, or those of a walk-in of a store one sees."""
    lines = ReceiptLine.objects.filter(quantity__gt=0, voided=False).select_related("receipt__store", "product")
    if draft.member:
        return lines.filter(receipt__member=draft.member)
    return lines.filter(receipt__in=Receipt.objects.visible_to(draft.staff), receipt__member=None)


def lines_data(draft: Draft) -> dict[str, str]:
    """The lines as a formset reads them."""
    data = {"line-TOTAL_FORMS": str(len(draft.lines)), "line-INITIAL_FORMS": "0"}
    for place, line in enumerate(draft.lines):
        for name in ("code", "quantity", "price", "name", "returns"):
            data[f"line-{place}-{name}"] = getattr(line, name)
    return data


def dress_lines(draft: Draft, bound: Any = None) -> Any:
    """The formset to draw; each line gets its form. `bound`: one that was validated and shows its errors."""
    formset = bound
    if formset is None:
        initial = [
            {n: getattr(line, n) for n in ("code", "quantity", "price", "name", "returns")} for line in draft.lines
        ]
        formset = SaleLines(initial=initial, prefix="line")
    for line, form in zip(draft.lines, formset.forms, strict=False):
        line.form = form
        _put_focus(form, draft.focus)
    return formset


def _put_focus(form: Any, name: str) -> None:
    """The field in which the clerk goes on typing (static/js/app.js)."""
    for bound in form:
        if bound.html_name == name:
            bound.field.widget.attrs |= {"data-barcode": "1", "autofocus": True}
