"""What is bought in the demo: products, and each member's visits over the months."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from members.models import Product
from vipcrm.demo.people import Shop
from vipcrm.demo.words import COLOURS, GIFT_CARD, GOODS, SIZES
from vipcrm.models import Staff

# Their thank-you, care call or invitation is due today, or was on the last days.
DAYS_AGO = (3, 7, 15, 5, 4, 3, 7, 5, 15, 9)
FEWEST_DAYS = 6  # between two visits


@dataclass(frozen=True)
class Habit:
    """How one kind of member buys: her share of all, mean days between visits, chance that a visit was the last."""

    share: float
    gap: float
    last: float


# Once and never again, now and then, regularly, devoted.
HABITS = (Habit(0.1, 0, 1), Habit(0.62, 155, 0.045), Habit(0.21, 70, 0.03), Habit(0.07, 26, 0.015))
# Where more of them stay away for good, and where fewer do.
FICKLE = {"4001": 0.8, "4003": 1.6, "4004": 1.3}
# Longer between visits in the quiet months of the year, shorter before the feasts.
SEASON = (0.9, 1.2, 1.1, 1.0, 0.9, 1.0, 1.2, 1.3, 1.0, 0.9, 0.8, 0.8)


@dataclass(frozen=True)
class Sold:
    """One line of a visit; `back_after`: days after which it is returned, 0 = kept."""

    product: Product
    unit_price: Decimal
    quantity: int
    back_after: int


@dataclass(frozen=True)
class Visit:
    """One purchase: who (None = a walk-in), where, when, what."""

    member_id: int | None
    shop: Shop
    clerk: Staff
    at: datetime
    arrived_at: datetime | None
    lines: Sequence[Sold]


def make_products(today: date) -> list[Product]:
    """Every name of GOODS in some colours and sizes, launched season by season; and the gift card."""
    products = []
    for row, (category, style, names, prices, season) in enumerate(GOODS):
        for place, name in enumerate(names):
            for turn in range(3):
                number = row * 100 + place * 10 + turn
                products.append(
                    Product(
                        code=f"K{number:04d}",
                        name=name,
                        category=category,
                        style=style,
                        season=season,
                        colour=COLOURS[number % len(COLOURS)],
                        size=SIZES[(place + turn) % len(SIZES)],
                        list_price=prices[(place + turn) % len(prices)],
                        launched_on=today - timedelta(days=30 + 37 * (number % 19)),
                        role=("profit", "traffic", "potential", "marginal")[number % 4],
                    )
                )
    code, name, price = GIFT_CARD
    products.append(Product(code=code, name=name, category="礼品卡", list_price=price, excluded=True))
    return Product.objects.bulk_create(products)


def make_visits(
    member_id: int,
    shop: Shop,
    advisor: Staff | None,
    enrolled_on: date,
    *,
    now: datetime,
    goods: "Shelf",
    random: Random,
) -> Iterator[Visit]:
    """A member's purchases from the day she enrolled, each kind at its own pace."""
    keen = random.random()
    for day in visit_days(enrolled_on, now.date(), keen=keen, store=shop.store.code, random=random):
        clerk = advisor if advisor and random.random() < 0.8 else random.choice(shop.clerks)
        visit = _visit(member_id, shop, clerk, day, keen, goods, random)
        if visit.at < now:
            yield visit


def _habit(keen: float) -> Habit:
    """The kind of member that somebody is."""
    for habit in HABITS:
        if keen < habit.share:
            return habit
        keen -= habit.share
    return HABITS[-1]


def visit_days(first: date, last: date, *, keen: float, store: str, random: Random) -> Iterator[date]:
    """The days on which somebody buys, from 0 (never comes back) to 1 keen, until she stays away for good."""
    habit, day = _habit(keen), first
    while day <= last:
        yield day
        if random.random() < habit.last * FICKLE.get(store, 1.0):
            return
        gap = random.expovariate(1 / (habit.gap - FEWEST_DAYS)) * SEASON[day.month - 1]
        day += timedelta(days=FEWEST_DAYS + int(gap))


def make_recent(
    shop: Shop, advisor: Staff, regulars: Sequence[int], *, now: datetime, goods: "Shelf", random: Random
) -> Iterator[Visit]:
    """A purchase each of some of an advisor's members, on such days that she has something to do today."""
    for days_ago, member_id in zip(DAYS_AGO, regulars, strict=False):
        visit = _visit(member_id, shop, advisor, now.date() - timedelta(days=days_ago), 0.6, goods, random)
        if visit.at < now:
            yield visit


def make_walk_ins(
    shop: Shop, *, count: int, days: int, now: datetime, goods: "Shelf", random: Random
) -> Iterator[Visit]:
    """Purchases by people without a card."""
    for _ in range(count):
        day = now.date() - timedelta(days=int(days * random.random()))
        visit = _visit(None, shop, random.choice(shop.clerks), day, 0.3, goods, random)
        if visit.at < now:
            yield visit


class Shelf:
    """The products at hand, clothes apart from the gift card."""

    def __init__(self, products: Sequence[Product]) -> None:
        self.clothes = [product for product in products if not product.excluded]
        self.cards = [product for product in products if product.excluded]

    def pick(self, random: Random) -> Product:
        """Something to wear; the cheaper of two more often than not."""
        first, second = random.choice(self.clothes), random.choice(self.clothes)
        cheaper, dearer = sorted((first, second), key=lambda product: product.list_price or 0)
        return cheaper if random.random() < 0.9 else dearer


def _visit(
    member_id: int | None, shop: Shop, clerk: Staff, day: date, keen: float, goods: Shelf, random: Random
) -> Visit:
    minute = 10 * 60 + 10 + int(630 * random.betavariate(2.2, 1.6))
    at = datetime.combine(day, time(minute // 60, minute % 60), shop.store.tz)
    arrived = at - timedelta(minutes=6 + int(random.gammavariate(3, 8))) if random.random() < 0.7 else None
    count = 1 + (random.random() < 0.22) + (random.random() < keen * 0.2)
    lines = [_sold(goods.pick(random), random) for _ in range(count)]
    if random.random() < 0.02:
        lines.append(Sold(goods.cards[0], Decimal(500), 1, 0))
    return Visit(member_id, shop, clerk, at, arrived, lines)


def _sold(product: Product, random: Random) -> Sold:
    share = random.choices((Decimal(1), Decimal("0.8"), Decimal("0.5")), (62, 28, 10))[0]
    price = (Decimal(product.list_price or 0) * share).quantize(Decimal(1))
    back_after = 1 + int(8 * random.random()) if random.random() < 0.03 else 0
    return Sold(product, price, 2 if random.random() < 0.04 else 1, back_after)
