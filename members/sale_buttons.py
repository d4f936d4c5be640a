"""What the buttons of a sale do to its draft (members.sale_draft)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length

from members.forms.sale import MEMBER, NEW, WALK_IN
from members.models import Member, Product
from members.rules import phones
from members.sale_draft import Draft, Line, find_member, look_up_lines, returnable_lines, sell_token, whole
from members.services import people
from vipcrm.requests import key_in

MOST_HITS = 6


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
    if same and whole(same.quantity):
        same.quantity = str(whole(same.quantity) + 1)
        return
    product = Product.objects.filter(code=code).first()
    price = str(product.list_price) if product and product.list_price is not None else ""
    draft.lines.append(Line(code=code[:40], price=price, product=product))
    if product is None or not price:
        draft.focus = f"line-{len(draft.lines) - 1}-price" if product else f"line-{len(draft.lines) - 1}-name"


def drop_line(draft: Draft, place: str) -> None:
    if 0 < whole(place) <= len(draft.lines):
        del draft.lines[whole(place) - 1]
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
