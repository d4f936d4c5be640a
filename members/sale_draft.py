"""A sale that is being keyed in: the draft travels in the form; each button changes it and it is drawn again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core import signing
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length
from django.utils import timezone

from members.forms.sale import MAX_LINES, MEMBER, NEW, WALK_IN, SaleForm, SaleLines
from members.models import Member, Product, Receipt, ReceiptLine
from members.rules import phones
from members.rules.search import tidy
from members.services import people
from vipcrm.models import Staff
from vipcrm.requests import key_in

DEAREST = Decimal(10**10)  # the form refuses what its column cannot hold
MOST_HITS = 6
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
        count = _whole(self.quantity)
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
    count = min(_whole(total), MAX_LINES)
    found = []
    for place in range(count):
        values: dict[str, Any] = {
            name: str(data.get(f"line-{place}-{name}", "")).replace("\0", "")
            for name in ("code", "quantity", "price", "name", "returns")
        }
        if values["code"]:
            found.append(Line(**values))
    return found


def _whole(text: str) -> int:
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


# ---- what the buttons do ----


def act(draft: Draft, data: Mapping[str, Any]) -> Draft:
    """Applies the pressed button; Enter presses the first one, `do=next`, which does what is next."""
    for name, action in BUTTONS.items():
        if data.get(name):
            action(draft, str(data[name]).replace("\0", ""))
            break
    else:
        DOINGS.get(data.get("do", "next"), next_thing)(draft)
    look_up_lines(draft)
    return draft


def next_thing(draft: Draft) -> None:
    """Looks for what was typed; with nothing typed the way leads on to the button that finishes."""
    if draft.typed.get("p"):
        add_typed(draft)
    elif draft.typed.get("q"):
        search_people(draft, deep=True)
    elif draft.typed.get("r"):
        search_returns(draft)
    elif draft.head.get("who") and draft.lines:
        draft.focus = "finish"
    else:
        draft.focus = "p" if draft.head.get("who") else "q"


def search_people(draft: Draft, deep: bool = False) -> None:
    """Members by what was typed. `deep`: one single hit is taken; a full phone or card number is looked for in other
    stores, too, which is recorded."""
    typed = draft.typed["q"]
    phone = phones.try_normalise(typed)
    draft.searched_people = True
    seen = Member.objects.visible_to(draft.staff).present().with_standing()
    found: Any = (
        seen.best_matches(typed, phone).select_related("advisor").order_by("match_rank", "-last_on", "pk")
        if typed
        else []
    )
    draft.people = list(found[:MOST_HITS])
    if deep and len(draft.people) == 1:
        choose(draft, draft.people[0])
    elif deep and not draft.people:
        draft.elsewhere = people.look_up_elsewhere(typed, by=draft.staff)
        draft.elsewhere_token = sell_token(draft.staff, draft.elsewhere) if draft.elsewhere else ""
        draft.focus = "hit" if draft.elsewhere else "q"
    elif deep:
        draft.focus = "hit"


def choose(draft: Draft, member: Member) -> None:
    draft.head |= {"who": MEMBER, "member": str(member.pk)}
    find_member(draft)
    draft.people, draft.typed["q"], draft.focus = (), "", "p"


def pick(draft: Draft, value: str) -> None:
    """`pk` or `pk:token`, the token for a member of another store."""
    pk, _colon, token = value.partition(":")
    draft.head |= {"who": MEMBER, "member": pk, "token": token}
    find_member(draft)
    draft.typed["q"], draft.focus = "", "p" if draft.member else "q"


def change_buyer(draft: Draft) -> None:
    """Back to the search; lines that are returns of the former buyer go."""
    draft.head |= {"who": "", "member": "", "token": ""}
    draft.member, draft.focus = None, "q"
    draft.lines = [line for line in draft.lines if not line.returns]


def walk_in(draft: Draft) -> None:
    change_buyer(draft)
    draft.head["who"], draft.typed["q"], draft.focus = WALK_IN, "", "p"


def new_member(draft: Draft) -> None:
    """A card is opened together with the sale; what was searched for is its beginning."""
    change_buyer(draft)
    typed = draft.typed["q"]
    draft.head["who"], draft.typed["q"] = NEW, ""
    is_phone = bool(phones.try_normalise(typed))
    if typed:
        draft.head["new_phone" if is_phone else "new_name"] = typed
    draft.focus = "new_name" if is_phone or not typed else "new_phone"


def add_typed(draft: Draft) -> None:
    """An exact code is added at once, as after a scan; else the products that fit are offered."""
    typed = draft.typed["p"]
    draft.focus = "p"
    hits = product_hits(typed)
    exact = [product for product in hits if product.code.lower() == typed.lower()]
    if exact or len(hits) == 1:
        add_product(draft, (exact or hits)[0].code)
    else:
        draft.products, draft.unknown = hits, "" if hits else typed
        draft.focus = "product"


def product_hits(typed: str) -> list[Product]:
    """Products by code or by a part of the name, the same code first."""
    if not typed:
        return []
    rank = Case(When(code__iexact=typed, then=Value(0)), When(code__istartswith=typed, then=Value(1)), default=Value(2))
    fits = Product.objects.filter(Q(code__istartswith=typed) | Q(name__icontains=typed))
    return list(fits.order_by(rank, Length("name"), "code")[:MOST_HITS])


def add_product(draft: Draft, code: str) -> None:
    """One more of a product: a line that is there already counts up."""
    draft.typed["p"], draft.focus = "", "p"
    same = next((line for line in draft.lines if line.code == code and not line.returns), None)
    if same and _whole(same.quantity):
        same.quantity = str(_whole(same.quantity) + 1)
        return
    product = Product.objects.filter(code=code).first()
    price = str(product.list_price) if product and product.list_price is not None else ""
    draft.lines.append(Line(code=code[:40], price=price, product=product))
    if product is None or not price:
        draft.focus = f"line-{len(draft.lines) - 1}-price" if product else f"line-{len(draft.lines) - 1}-name"


def drop_line(draft: Draft, place: str) -> None:
    if 0 < _whole(place) <= len(draft.lines):
        del draft.lines[_whole(place) - 1]
    draft.focus = "p"


def search_returns(draft: Draft) -> None:
    """Sold lines with units left: of the receipt number that was typed, else the member's newest."""
    draft.searched_returns, draft.focus = True, "r"
    lines = returnable_lines(draft).order_by("-receipt__sold_at", "line_no")
    number = draft.typed.get("r")
    if number:
        lines = lines.filter(receipt__number__iexact=number)
    elif not draft.member:
        return
    taken = {line.returns for line in draft.lines}
    left = [line for line in lines[:60] if line.left_units and str(line.pk) not in taken]
    draft.returnable = left[:12]


def take_back(draft: Draft, line_id: str) -> None:
    """A line of a return: one unit at the price that was paid."""
    sold = returnable_lines(draft).filter(pk=key_in(line_id)).first()
    if sold is not None and sold.left_units:
        line = Line(code=sold.product.code, price=str(sold.unit_price), returns=str(sold.pk))
        draft.lines.append(line)
    draft.focus = "p"


def update(draft: Draft) -> None:
    draft.focus = ""


# No button may be called like a method of a form (`remove`): the script would meet the button in its place.
BUTTONS = {"pick": pick, "add": add_product, "drop": drop_line, "back": take_back}
DOINGS = {
    "next": next_thing,
    "change": change_buyer,
    "walk_in": walk_in,
    "new": new_member,
    "returns": search_returns,
    "update": update,
}


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
