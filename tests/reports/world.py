"""A small made-up business, drawn from a seed: rows as facts, derived data by the services as in life."""

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from members.enums import MemberStatus
from members.models import AdvisorChange, Member, Receipt, ReceiptLine, StatusChange
from members.services.refresh import refresh_members, refresh_receipts
from tests.factories import MemberFactory, ProductFactory, RegionFactory, StaffFactory, StoreFactory

FIRST, LAST = date(2024, 6, 1), date(2026, 4, 30)
NOW = datetime(2026, 5, 3, 4, 0, tzinfo=UTC)
ZONES = ["Asia/Shanghai", "Asia/Shanghai", "Asia/Tokyo", "America/Los_Angeles"]
AMOUNTS = ["0.00", "19.99", "100.00", "333.33", "999.99", "1000.00", "1500.00", "2500.00", "3500.00"]


class World:
    def __init__(self, seed, members=40, receipts=260):
        self.draw = random.Random(seed)
        regions = [RegionFactory(name="华东"), RegionFactory(name="华南")]
        self.stores = [
            StoreFactory(code=f"40{n:02d}", time_zone=zone, region=[*regions, regions[0], None][n])
            for n, zone in enumerate(ZONES)
        ]
        self.stores.append(StoreFactory(code="4099", region=regions[1]))  # an empty store
        self.staff = [StaffFactory(username=f"s{n}", store=store) for n, store in enumerate(self.stores[:4])]
        self.products = [ProductFactory(code=f"W{n}") for n in range(3)]
        self.products.append(ProductFactory(code="GIFT", excluded=True))
        self.members = [self._member(n) for n in range(members)]
        self.receipts = [self._receipt(n) for n in range(receipts)]
        self._return_some()
        self._void_some()
        self.refresh()
        self._leave_and_move()
        self.refresh()

    def day(self, first=FIRST, last=LAST):
        return first + timedelta(days=self.draw.randrange((last - first).days + 1))

    def _member(self, n):
        return MemberFactory(
            card_no=f"W{n:04d}",
            home_store=self.draw.choice(self.stores[:4]),
            enrolled_on_given=self.day(),
            source=self.draw.choice(["", "walk_in", "event"]),
            enrolled_by=self.draw.choice([None, *self.staff]),
            phone=f"+8613{n:09d}",
        )

    def _receipt(self, n):
        store = self.draw.choice(self.stores[:4])
        hour = self.draw.choice([time(0, 0), time(12, 0), time(12, 0), time(20, 30), time(23, 59)])
        at = datetime.combine(self.day(), hour, store.tz)
        receipt = Receipt.objects.create(
            store=store,
            number=f"R{self.draw.randrange(10**6):06d}-{n}",
            sold_at=at,
            sold_on=at.date(),
            recorded_at=at,
            member=self.draw.choice([None, *self.members, *self.members]),
        )
        for line in range(self.draw.choice([1, 1, 2, 3])):
            self._line(receipt, line + 1, self.draw.choice([1, 1, 2, 4]), Decimal(self.draw.choice(AMOUNTS)))
        return receipt

    def _line(self, receipt, number, quantity, price, returns=None):
        product = returns.product if returns else self.draw.choice(self.products)
        return ReceiptLine.objects.create(
            receipt=receipt,
            line_no=number,
            product=product,
            product_name=product.name,
            category=product.category,
            unit_price=price,
            quantity=quantity,
            returns_line=returns,
        )

    def _return_some(self):
        """Some lines go back in part, some receipts as a whole."""
        for receipt in self.draw.sample(self.receipts, len(self.receipts) // 6):
            at = receipt.sold_at + timedelta(days=self.draw.randrange(1, 60))
            back = Receipt.objects.create(
                store=receipt.store,
                number=f"B{receipt.number}",
                sold_at=at,
                sold_on=at.astimezone(receipt.store.tz).date(),
                recorded_at=at,
                member=receipt.member,
            )
            whole = self.draw.random() < 0.5
            lines = list(receipt.lines.all())
            for number, sold in enumerate(lines if whole else lines[:1], start=1):
                units = sold.quantity if whole else self.draw.randint(1, sold.quantity)
                self._line(back, number, -units, sold.unit_price, returns=sold)

    def _void_some(self):
        for receipt in self.draw.sample(self.receipts, 6):
            if not ReceiptLine.objects.filter(returns_line__receipt=receipt).exists():
                receipt.voided_at, receipt.void_reason = NOW, "错单"
                receipt.save()
                receipt.lines.update(voided=True)

    def _leave_and_move(self):
        for member in self.draw.sample(self.members, len(self.members) // 3):
            member.refresh_from_db()
            for status in self.draw.choice([["left"], ["left", "active"], ["left", "erased"], ["erased"], ["left"]]):
                on = self.day(member.enrolled_on)
                self._status(member, status, on)
        for member in self.draw.sample(self.members, len(self.members) // 4):
            self._move(member)
        for member in self.draw.sample(self.members, 2):
            self._status(member, "merged", LAST)
            Receipt.objects.filter(member=member).update(member=self.members[0])

    def _status(self, member, status, on):
        at = datetime.combine(on, time(self.draw.randrange(24)), member.home_store.tz)
        StatusChange.objects.create(member=member, at=at, on=on, status=status)

    def _move(self, member):
        days = sorted(self.day() for _ in range(self.draw.choice([1, 1, 2])))
        before = member.home_store
        for on in days:
            after = self.draw.choice(self.stores)
            at = datetime.combine(on, time(12), before.tz)
            AdvisorChange.objects.create(member=member, on=on, at=at, store_before=before, store_after=after)
            before = after
        Member.objects.filter(pk=member.pk).update(home_store=before)

    def refresh(self):
        refresh_receipts(Receipt.objects.values_list("pk", flat=True), at=NOW)
        refresh_members([member.pk for member in self.members], at=NOW)


def merged(status):
    return status == MemberStatus.MERGED
