"""The report in plain Python over the same rows: loops and dicts, none of the project's SQL, none of its helpers.

Tiers come from the pure replay, receipt by receipt: the tier before a receipt is that of the history without it.
"""

import statistics
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from members.models import AdvisorChange, Member, Receipt, ReceiptLine, StatusChange
from members.rules.tiers import Purchase, history
from members.services.tier_history import load_programmes

TIERS = ["none", "regular", "senior", "vip", "supreme"]


def half_up(value, places):
    scaled = Fraction(value) * 10**places
    return float(Decimal(int(scaled + Fraction(1, 2))) / 10**places)


def div(part, whole, places=4):
    return None if whole == 0 else half_up(Fraction(part) / Fraction(whole), places)


class Oracle:
    def __init__(self, month, store_ids):
        self.begin = month
        self.end = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        self.year_ago = date(self.end.year - 1, self.end.month, 1)
        self.line = self.end - timedelta(days=365)
        self.stores = set(store_ids)
        self._load()

    def _load(self):
        net = defaultdict(lambda: [Decimal(0), 0])
        for line in ReceiptLine.objects.select_related("receipt"):
            sold = line.returns_line.receipt_id if line.returns_line_id else line.receipt_id
            if line.receipt.voided_at is None:
                net[sold][0] += line.unit_price * line.quantity
                net[sold][1] += line.quantity
        counted = defaultdict(Decimal)
        for line in ReceiptLine.objects.select_related("receipt", "product", "returns_line"):
            sold = line.returns_line.receipt_id if line.returns_line_id else line.receipt_id
            if line.receipt.voided_at is None and not line.product.excluded:
                counted[sold] += line.unit_price * line.quantity
        self.standing_receipts = [r for r in Receipt.objects.select_related("store") if r.voided_at is None]
        self.purchases = []
        for receipt in self.standing_receipts:
            receipt.amount, receipt.units = net[receipt.pk]
            receipt.counted = counted[receipt.pk]
            if receipt.amount or receipt.units:
                self.purchases.append(receipt)
        self.of_member = defaultdict(list)
        for receipt in self.purchases:
            self.of_member[receipt.member_id].append(receipt)
        self.members = {m.pk: m for m in Member.objects.select_related("enrolled_by") if m.status != "merged"}
        self.status = defaultdict(list)
        for change in StatusChange.objects.exclude(status="merged").order_by("at", "pk"):
            self.status[change.member_id].append(change)
        self.moves = defaultdict(list)
        for change in AdvisorChange.objects.order_by("on", "at", "pk"):
            self.moves[change.member_id].append(change)
        self.programmes = load_programmes()

    # -- people

    def home(self, member):
        for change in self.moves[member.pk]:
            if change.on >= self.end:
                return change.store_before_id
        return member.home_store_id

    def present(self, member, day):
        """Before `day`: enrolled, and not gone by the last change of status."""
        if member.enrolled_on >= day:
            return False
        status = "active"
        for change in self.status[member.pk]:
            if change.on < day:
                status = change.status
        return status not in ("left", "erased")

    def comings(self, member):
        """How often she came and went within the month."""
        here, came, went = self.present(member, self.begin), 0, 0
        if self.begin <= member.enrolled_on < self.end:
            here, came = True, 1
        for change in self.status[member.pk]:
            if self.begin <= change.on < self.end:
                gone = change.status in ("left", "erased")
                came, went = came + (not here and not gone), went + (here and gone)
                here = not gone
        return came, went

    def ordered(self, member_id):
        return sorted(
            Purchase(r.sold_at, r.number, r.store.code, r.sold_on, int(r.counted * 100), r.pk)
            for r in self.of_member[member_id]
        )

    def tier_at_end(self, member):
        found = history(self.programmes, self.ordered(member.pk), until=self.end - timedelta(days=1)).changes
        return (found[-1].to_code if found else None) or "none"

    def tier_before(self, receipt):
        """The history of the purchases before it, up to the start of its day."""
        mine = (receipt.sold_at, receipt.number, receipt.store.code)
        earlier = [p for p in self.ordered(receipt.member_id) if p[:3] < mine]
        found = history(self.programmes, earlier, until=receipt.sold_on).changes
        return (found[-1].to_code if found else None) or "none"

    # -- sections

    def report(self):
        people = [m for m in self.members.values() if m.enrolled_on < self.end and self.home(m) in self.stores]
        at_end = [m for m in people if self.present(m, self.end)]
        came = Counter({m.pk: self.comings(m)[0] for m in people})
        month = [r for r in self.purchases if r.store_id in self.stores and self.begin <= r.sold_on < self.end]
        return {
            "base": self.base(people, at_end, came),
            "growth": self.growth(people, came, month),
            "new_vs_existing": self.new_vs_existing(month),
            "frequency": self.frequency(month),
            "basket": self.basket(month),
            "contribution": self.contribution(month),
            "dead_cards": self.dead_cards(at_end),
        }

    def base(self, people, at_end, came):
        tiers = Counter(self.tier_at_end(m) for m in at_end)
        return {
            "start": sum(self.present(m, self.begin) for m in people),
            "joined": sum(came.values()),
            "left": sum(self.comings(m)[1] for m in people),
            "end": len(at_end),
            "by_tier": {code: tiers[code] for code in TIERS},
        }

    def growth(self, people, came, month):
        sources, staff = Counter(), Counter()
        for member in people:
            if came[member.pk]:
                sources[member.source or "none"] += came[member.pk]
                staff[member.enrolled_by.username if member.enrolled_by else "none"] += came[member.pk]
        first = {}
        for receipt in sorted(self.standing_receipts, key=lambda r: (r.sold_at, r.number, r.store.code)):
            first.setdefault(receipt.member_id, receipt.pk)
        captured = sum(1 for r in month if r.member_id and self.is_new(r) and first[r.member_id] == r.pk)
        walk_ins = sum(1 for r in month if r.member_id is None)
        return {
            "joined": sum(came.values()),
            "by_source": dict(sources),
            "by_staff": dict(staff),
            "capture_rate": div(captured, captured + walk_ins),
        }

    def is_new(self, receipt):
        return self.members[receipt.member_id].enrolled_on >= self.begin

    def new_vs_existing(self, month):
        new = [r for r in month if r.member_id and self.is_new(r)]
        existing = [r for r in month if r.member_id and not self.is_new(r)]
        return {"new": self.consumption(new), "existing": self.consumption(existing)}

    def consumption(self, some):
        spend, units = sum((r.amount for r in some), Decimal(0)), sum(r.units for r in some)
        return {
            "buyers": len({r.member_id for r in some}),
            "purchases": len(some),
            "units": units,
            "spend": float(spend),
            "atv": div(spend, len(some), 2),
            "upt": div(units, len(some)),
            "unit_price": div(spend, units, 2),
        }

    def frequency(self, month):
        times = Counter(r.member_id for r in month if r.member_id)
        twelve = [
            r
            for r in self.purchases
            if r.member_id and r.store_id in self.stores and self.year_ago <= r.sold_on < self.end
        ]
        back = [m for m in times if any(r.sold_on < self.begin for r in self.of_member[m])]
        return {
            "month": div(sum(times.values()), len(times)),
            "trailing_12": div(len(twelve), len({r.member_id for r in twelve})),
            "buyers_by_purchases": {
                **{str(n): sum(1 for count in times.values() if count == n) for n in (1, 2, 3)},
                "4+": sum(1 for count in times.values() if count >= 4),
            },
            "repeat_rate": div(len(back), len(times)),
        }

    def basket(self, month):
        mine = [r for r in month if r.member_id]
        units, amounts = [r.units for r in mine], [r.amount for r in mine]
        sizes = Counter("5+" if n >= 5 else str(max(n, 1)) for n in units)
        return {
            "units_mean": div(sum(units), len(mine)),
            "units_median": half_up(statistics.median(map(Fraction, units)), 4) if mine else None,
            "purchases_by_units": {key: sizes[key] for key in ("1", "2", "3", "4", "5+")},
            "atv_mean": div(sum(amounts, Decimal(0)), len(mine), 2),
            "atv_median": half_up(statistics.median(map(Fraction, amounts)), 2) if mine else None,
        }

    def contribution(self, month):
        whole = sum((r.amount for r in month), Decimal(0))
        mine = [r for r in month if r.member_id]
        tiers = defaultdict(Decimal)
        for receipt in mine:
            tiers[self.tier_before(receipt)] += receipt.amount
        spent = defaultdict(Decimal)
        for r in self.purchases:
            if r.member_id and r.store_id in self.stores and self.year_ago <= r.sold_on < self.end:
                spent[r.member_id] += r.amount
        best = sorted(spent.values(), reverse=True)[: -(-len(spent) // 5)]
        return {
            "member_share": div(sum((r.amount for r in mine), Decimal(0)), whole),
            "by_tier": {code: div(tiers[code], whole) for code in TIERS},
            "top20_share": div(sum(best, Decimal(0)), sum(spent.values(), Decimal(0))),
            "member_spend": float(sum((r.amount for r in mine), Decimal(0))),
            "all_spend": float(whole),
        }

    def dead_cards(self, at_end):
        old = [m for m in at_end if m.enrolled_on <= self.line]
        dead = [m for m in old if not any(self.line <= r.sold_on < self.end for r in self.of_member[m.pk])]
        never = [m for m in dead if not any(m.enrolled_on < r.sold_on < self.end for r in self.of_member[m.pk])]
        counted, gone = Counter(map(self.tier_at_end, old)), Counter(map(self.tier_at_end, dead))
        return {
            "eligible": len(old),
            "dead": len(dead),
            "rate": div(len(dead), len(old)),
            "by_tier": {
                code: {"eligible": counted[code], "dead": gone[code], "rate": div(gone[code], counted[code])}
                for code in TIERS
            },
            "never_returned": len(never),
        }
