"""Sales of long ago, in the shape of the CDNOW data: imported in order, then tiers, steps and a month's report hold.

The data are made here (a few dozen customers), and every figure is worked out here from them in plain Python: WeChat in
place of phones, receipts of zero value, several receipts at one moment, purchases away from the home store.
"""

import csv
import gzip
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.management import call_command

from followups.models import Step
from members.models import Member, Receipt, ReceiptLine, TierChange

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
CUSTOMERS = 45
MONTH = (date(1997, 4, 1), date(1997, 5, 1))
STORES = {"4001": "East", "4002": "East", "4003": "West"}
KINDS = ("stores", "staff", "members", "purchases")


class Sale(NamedTuple):
    """One receipt of one or two lines."""

    at: datetime
    number: str
    store: str
    card: str
    lines: tuple[tuple[Decimal, int], ...]

    @property
    def day(self):
        return self.at.date()

    @property
    def amount(self):
        return sum((price * units for price, units in self.lines), Decimal())

    @property
    def units(self):
        return sum(units for _price, units in self.lines)


class Customer(NamedTuple):
    card: str
    store: str
    clerk: str
    enrolled: date
    sales: list[Sale]


def make_customers():
    draw = Random(1997)
    return [make_customer(n, draw) for n in range(1, CUSTOMERS + 1)]


def make_customer(n, draw):
    card, home = f"C{n:05d}", draw.choice(list(STORES))
    first = date(1997, 1, 1) + timedelta(days=draw.randrange(118))
    generous = draw.choice([1, 1, 1, 8, 30])
    days = sorted(first + timedelta(days=int(draw.expovariate(1 / 90))) for _ in range(draw.choice([1, 1, 2, 4, 9])))
    days = [day for day in [first, *days[1:]] if day < date(1998, 7, 1)]
    return Customer(
        card, home, f"clerk{home}{draw.randrange(1, 3)}", first, list(make_sales(n, card, home, days, generous, draw))
    )


def make_sales(n, card, home, days, generous, draw):
    for place, day in enumerate(days, start=1):
        at = datetime.combine(day, time(10 + n % 11, n % 60))  # all of a day at one moment, as in the original
        prices = [Decimal(draw.randrange(500, 9000) * generous) / 100 for _ in range(draw.choice([1, 1, 1, 2]))]
        if draw.random() < 0.08:
            prices = [Decimal("0.00")]
        store = home if draw.random() < 0.85 else draw.choice(list(STORES))
        lines = tuple((price, draw.choice([1, 1, 2, 3, 6])) for price in prices)
        yield Sale(at, f"{n:05d}-{day:%Y%m%d}-{place}", store, card, lines)


PEOPLE = make_customers()
SALES = [sale for customer in PEOPLE for sale in customer.sales]


# --- the files ----------------------------------------------------------------------------------------------------


def rows_of(kind):
    if kind == "stores":
        yield ("code", "name", "region", "time_zone", "sales_org", "business_area")
        yield from ((code, f"CDNOW {code}", region, "Asia/Shanghai", "F011", "1002") for code, region in STORES.items())
    elif kind == "staff":
        yield ("username", "name", "role", "store", "phone")
        yield from (
            (f"clerk{store}{n}", f"Clerk {store}-{n}", "clerk", store, "13800000011")
            for store in STORES
            for n in (1, 2)
        )
    elif kind == "members":
        yield ("卡号", "姓名", "微信", "门店", "顾问", "入会日期")
        yield from (
            (one.card, f"CDNOW {one.card}", f"cdnow-{one.card}", one.store, one.clerk, one.enrolled) for one in PEOPLE
        )
    else:
        yield ("小票号", "行号", "门店", "销售时间", "卡号", "款号", "品名", "品类", "成交价", "数量")
        for sale in SALES:
            for line, (price, units) in enumerate(sale.lines, start=1):
                head = (sale.number, line, sale.store, f"{sale.at:%Y-%m-%d %H:%M}", sale.card)
                yield (*head, "CD", "Compact disc", "CD", f"{price:.2f}", units)


@pytest.fixture
def files(tmp_path):
    paths = {}
    for kind in KINDS:
        text = StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows_of(kind))
        paths[kind] = tmp_path / f"{kind}.csv.gz"
        paths[kind].write_bytes(gzip.compress(text.getvalue().encode()))
    return paths


def command(name, *args):
    out = StringIO()
    call_command(name, *args, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def imported(db, files):
    for kind in KINDS:
        command("import_data", kind, str(files[kind]), "--json")


# --- the tiers, worked out here -----------------------------------------------------------------------------------

TIERS = [("regular", 0, 0, 0), ("senior", 1000, 2000, 1099), ("vip", 2500, 4000, 2499), ("supreme", 3500, 8000, 3499)]


def anniversary(day, years):
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def year_spend(sales, start, end):
    return sum((sale.amount for sale in sales if start <= sale.day < end), Decimal())


def history_of(customer, until):
    """(at, from, to, reason, spend) as handbook 3 says it, as slowly and plainly as it can be said."""
    rank, since, counting, years = None, None, customer.enrolled, 1
    rows = []

    def review_up_to(day):
        nonlocal rank, since, counting, years
        while rank and (due := anniversary(since, years)) <= day:
            spent = year_spend(customer.sales, anniversary(since, years - 1), due)
            at = datetime.combine(due, time(), SHANGHAI).isoformat()
            if spent >= TIERS[rank][3]:
                rows.append((at, TIERS[rank][0], TIERS[rank][0], "retained", float(spent)))
                years += 1
                continue
            lower = max(place for place in range(rank) if spent >= TIERS[place][3])
            rows.append((at, TIERS[rank][0], TIERS[lower][0], "downgraded", float(spent)))
            rank, since, counting, years = lower, due, due, 1

    seen = []
    for sale in sorted(customer.sales, key=lambda sale: (sale.at, sale.number, sale.store)):
        review_up_to(sale.day)
        seen.append(sale)
        total = sum((one.amount for one in seen if one.day >= counting), Decimal())
        reached = max(n for n, tier in enumerate(TIERS) if n == 0 or sale.amount >= tier[1] or total >= tier[2])
        if rank is not None and reached <= rank:
            continue
        single = sale.amount >= TIERS[reached][1]
        reason = "joined" if rank is None else "single" if single else "cumulative"
        spend = total if reason == "cumulative" else sale.amount
        before = None if rank is None else TIERS[rank][0]
        rows.append((sale.at.replace(tzinfo=SHANGHAI).isoformat(), before, TIERS[reached][0], reason, float(spend)))
        rank, since, years = reached, sale.day, 1
    review_up_to(until)
    return rows


def tier_at(customer, end):
    """The tier as of a day that has not begun."""
    moment = datetime.combine(end, time(), SHANGHAI).isoformat()
    rows = [row for row in history_of(customer, end - timedelta(days=1)) if row[0] < moment]
    return rows[-1][2] if rows else "none"


def test_the_made_data_hold_what_they_are_for():
    told = Counter(row[3] for customer in PEOPLE for row in history_of(customer, date(2026, 1, 1)))
    assert {"joined", "single", "cumulative", "retained", "downgraded"} <= set(told)
    assert any(sale.amount == 0 for sale in SALES)
    assert max(Counter((sale.card, sale.at) for sale in SALES).values()) > 1
    assert len({tier_at(customer, MONTH[1]) for customer in PEOPLE}) == 4


def test_tiers_are_as_worked_out_here(imported):
    today = datetime.now(SHANGHAI).date()
    for customer in PEOPLE:
        rows = command("tier_history", customer.card, "--json")
        told = [(row["at"], row["from"], row["to"], row["reason"], row["spend"]) for row in rows]
        assert told == history_of(customer, today), customer.card
        numbers = {sale.number for sale in customer.sales}
        assert all(set(row["receipts"]) <= numbers for row in rows)


def test_no_steps_for_what_is_long_over_and_nothing_derived_is_wrong(imported):
    assert not Step.objects.exists()
    out = StringIO()
    call_command("rebuild", "--check", stdout=out)
    assert out.getvalue() == "nothing differs\n"


def test_zero_value_receipts_are_purchases(imported):
    zero = [sale.number for sale in SALES if sale.amount == 0]
    assert Receipt.objects.purchases().filter(number__in=zero).count() == len(zero)
    assert Receipt.objects.count() == len(SALES)
    assert ReceiptLine.objects.count() == sum(len(sale.lines) for sale in SALES)


# --- the same again -----------------------------------------------------------------------------------------------


def everything():
    ours = [model for app in ("vipcrm", "members", "followups") for model in apps.get_app_config(app).get_models()]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in ours}


def test_the_same_import_again_changes_nothing(imported, files):
    before = everything()

    for kind in KINDS:
        counts = command("import_data", kind, str(files[kind]), "--json")
        assert counts["skipped"] == counts["read"] > 0, kind
        assert counts["created"] == counts["updated"] == counts["errors"] == 0

    assert everything() == before


# --- April 1997, worked out here ----------------------------------------------------------------------------------


def money(value):
    return float(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


def ratio(part, whole):
    return None if not whole else float((Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP))


class Month:
    """What one scope's month adds up to."""

    def __init__(self, stores):
        self.begin, self.end = MONTH
        self.members = [one for one in PEOPLE if one.store in stores and one.enrolled < self.end]
        self.sales = [one for one in SALES if one.store in stores and self.begin <= one.day < self.end]
        self.by_card = {one.card: one for one in PEOPLE}
        self.trailing = [one for one in SALES if one.store in stores and date(1996, 5, 1) <= one.day < self.end]
        self.buyers = Counter(sale.card for sale in self.sales)

    def base(self):
        start = sum(one.enrolled < self.begin for one in self.members)
        tiers = Counter(tier_at(one, self.end) for one in self.members)
        joined = len(self.members) - start
        return {"start": start, "joined": joined, "left": 0, "end": len(self.members)}, tiers

    def growth(self):
        new = [one for one in self.members if one.enrolled >= self.begin]
        firsts = {
            min(one.sales, key=lambda sale: (sale.at, sale.number)).number
            for one in PEOPLE
            if one.enrolled >= self.begin
        }
        captured = sum(sale.number in firsts for sale in self.sales)
        staff = Counter(one.clerk for one in new)
        return len(new), {"none": len(new)} if new else {}, dict(staff), ratio(captured, captured)

    def side(self, new):
        sales = [one for one in self.sales if (self.by_card[one.card].enrolled >= self.begin) == new]
        spend, units = sum((one.amount for one in sales), Decimal()), sum(one.units for one in sales)
        return {
            "buyers": len({one.card for one in sales}), "purchases": len(sales), "units": units, "spend": money(spend),
            "atv": money(spend / len(sales)) if sales else None, "upt": ratio(units, len(sales)),
            "unit_price": money(spend / units) if units else None,
        }  # fmt: skip

    def frequency(self):
        earlier = {one.card for one in SALES if one.day < self.begin}
        counts = Counter("4+" if count > 3 else str(count) for count in self.buyers.values())
        return {
            "month": ratio(len(self.sales), len(self.buyers)),
            "trailing_12": ratio(len(self.trailing), len({one.card for one in self.trailing})),
            "buyers_by_purchases": {key: counts[key] for key in ("1", "2", "3", "4+")},
            "repeat_rate": ratio(len(earlier & self.buyers.keys()), len(self.buyers)),
        }

    def basket(self):
        units = [one.units for one in self.sales]
        amounts = [one.amount for one in self.sales]
        counts = Counter("5+" if count > 4 else str(count) for count in units)
        return {
            "units_mean": round(mean(units), 4), "units_median": float(median(units)),
            "purchases_by_units": {key: counts[key] for key in ("1", "2", "3", "4", "5+")},
            "atv_mean": money(sum(amounts) / len(amounts)), "atv_median": money(median(amounts)),
        }  # fmt: skip

    def tier_before(self, sale):
        """The tier held just before the receipt."""
        customer = self.by_card[sale.card]
        earlier = [one for one in customer.sales if (one.at, one.number) < (sale.at, sale.number)]
        rows = history_of(customer._replace(sales=earlier), sale.day)
        return rows[-1][2] if rows else "none"

    def contribution(self):
        total = sum((one.amount for one in self.sales), Decimal())
        tiers = defaultdict(Decimal)
        for sale in self.sales:
            tiers[self.tier_before(sale)] += sale.amount
        spend = defaultdict(Decimal)
        for sale in self.trailing:
            spend[sale.card] += sale.amount
        best = sorted(spend.values(), reverse=True)[: -(-len(spend) // 5)]
        by_tier = {tier: ratio(amount, total) for tier, amount in tiers.items() if amount}
        return {
            "member_share": 1.0, "top20_share": ratio(sum(best), sum(spend.values())),
            "member_spend": money(total), "all_spend": money(total),
        }, by_tier  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "stores"), [((), set(STORES)), (("--store", "4002"), {"4002"}), (("--region", "East"), {"4001", "4002"})]
)
def test_april_1997_is_as_worked_out_here(imported, scope, stores):
    report, month = command("monthly_report", "1997-04", *scope), Month(stores)

    heads, tiers = month.base()
    assert {name: report["base"][name] for name in heads} == heads
    assert {tier: count for tier, count in report["base"]["by_tier"].items() if count} == tiers
    joined, sources, staff, captured = month.growth()
    growth = report["growth"]
    assert (growth["joined"], growth["by_source"], growth["by_staff"], growth["capture_rate"]) == (
        joined,
        sources,
        staff,
        captured,
    )
    assert report["new_vs_existing"]["new"] == month.side(True)
    assert report["new_vs_existing"]["existing"] == month.side(False)
    assert report["frequency"] == month.frequency()
    assert report["basket"] == month.basket()
    whole, by_tier = month.contribution()
    assert {name: report["contribution"][name] for name in whole} == whole
    assert {tier: share for tier, share in report["contribution"]["by_tier"].items() if share} == by_tier
    assert report["dead_cards"]["eligible"] == 0 and report["dead_cards"]["rate"] is None


def test_dead_cards_of_june_1998_are_as_worked_out_here(imported):
    end = date(1998, 7, 1)
    found = command("monthly_report", "1998-06")["dead_cards"]

    eligible = [one for one in PEOPLE if one.enrolled <= end - timedelta(days=365)]
    dead = [one for one in eligible if not any(end - timedelta(days=365) <= sale.day < end for sale in one.sales)]
    never = [one for one in dead if not any(one.enrolled < sale.day < end for sale in one.sales)]
    assert (found["eligible"], found["dead"], found["never_returned"]) == (len(eligible), len(dead), len(never))
    assert found["rate"] == ratio(len(dead), len(eligible)) > 0
    by_tier = Counter(tier_at(one, end) for one in eligible)
    assert {tier: values["eligible"] for tier, values in found["by_tier"].items() if values["eligible"]} == by_tier


# --- as another program would do it -------------------------------------------------------------------------------


@pytest.mark.processes
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_commands_as_programs_of_their_own(process_env, files):
    lines = sum(len(sale.lines) for sale in SALES)
    for kind, rows in zip(KINDS, (len(STORES), 2 * len(STORES), len(PEOPLE), lines), strict=True):
        call = [sys.executable, "manage.py", "import_data", kind, str(files[kind]), "--json"]
        done = subprocess.run(call, cwd=ROOT, env=process_env, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout) == {"read": rows, "created": rows, "updated": 0, "skipped": 0, "errors": 0}
    assert Member.objects.count() == len(PEOPLE)
    assert TierChange.objects.filter(withdrawn_at=None).count() == sum(
        len(history_of(one, datetime.now(SHANGHAI).date())) for one in PEOPLE
    )
