"""The demo's rows into the database by COPY, so that a million members are a matter of minutes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from vipcrm.demo.people import Person
from vipcrm.demo.trade import Sold, Visit

MEMBER = (
    "id, card_no, name, pinyin, initials, phone, wechat, gender, birth_calendar, birth_year, birth_month, birth_day,"
    " occupation, family, likes, other_brands, preferred_channel, do_not_contact, wrong_number, source, note,"
    " home_store_id, advisor_id, enrolled_by_id, enrolled_on_given, enrolled_on, status, created_at, updated_at"
)
RECEIPT = (
    "id, store_id, number, sold_at, sold_on, arrived_at, staff_id, member_id, recorded_at, recorded_by_id, void_reason,"
    " net_amount, net_units, counted_amount, counted_units"
)
LINE = (
    "id, receipt_id, line_no, part, product_id, product_name, category, style, list_price, unit_price, quantity,"
    " returns_line_id, voided, returned_quantity, returned_amount"
)

MANY = 10_000


def copy_rows(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY of rows with explicit ids; the sequence of the table follows."""
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1)) FROM {table}")


def next_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        return int(cursor.fetchone()[0])


def load_people(people: Sequence[Person], *, first_id: int, now: datetime) -> None:
    """Members with ids from `first_id` on, their consents, and the counters of card numbers."""
    copy_rows("members_member", MEMBER, (_member(pk, one, now) for pk, one in enumerate(people, start=first_id)))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_cardcounter (store_code, last) SELECT code, %s FROM vipcrm_store"
            " ON CONFLICT (store_code) DO UPDATE SET last = greatest(members_cardcounter.last, excluded.last)",
            [first_id + len(people)],
        )


def _member(pk: int, one: Person, now: datetime) -> tuple[Any, ...]:
    store, advisor = one.shop.store.pk, one.advisor and one.advisor.pk
    born = (one.born.year, one.born.month, min(one.born.day, 29)) if one.born else (None, None, None)
    calendar = "lunar" if one.lunar and one.born else "solar"
    who = (pk, one.card_no, one.name, one.pinyin, one.initials, one.phone, "", one.gender, calendar, *born)
    profile = ("", "", "", "", "", False, False, one.source, "")
    return (*who, *profile, store, advisor, advisor, one.enrolled_on, one.enrolled_on, "active", now, now)


class Loader:
    """Receipts and lines of visits, in the order of time; keeps the running numbers of each store's day."""

    def __init__(self) -> None:
        self.receipt_id = next_id("members_receipt")
        self.line_id = next_id("members_receiptline")
        self._numbers: Counter[tuple[int, date]] = Counter()

    def load(self, visits: Iterable[Visit], *, now: datetime) -> list[int]:
        """Writes the visits and what was brought back of them until now; gives the ids of the receipts."""
        receipts: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        backs: list[tuple[Visit, Sold, int]] = []
        for visit in visits:
            receipts.append(self._receipt(visit, visit.at, visit.arrived_at, visit.lines))
            for place, sold in enumerate(visit.lines, start=1):
                lines.append(self._line(place, sold, sold.quantity, None))
                if sold.back_after and visit.at + timedelta(days=sold.back_after) < now:
                    backs.append((visit, sold, self.line_id - 1))
            self.receipt_id += 1
        for visit, sold, line_id in backs:
            receipts.append(self._receipt(visit, visit.at + timedelta(days=sold.back_after), None, ()))
            lines.append(self._line(1, sold, -sold.quantity, line_id))
            self.receipt_id += 1
        copy_rows("members_receipt", RECEIPT, receipts)
        copy_rows("members_receiptline", LINE, lines)
        if len(receipts) > MANY:  # what follows from them is worked out at once: the planner has to know of them
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE members_member, members_receipt, members_receiptline, members_product")
        return [row[0] for row in receipts]

    def _receipt(self, visit: Visit, at: datetime, arrived: datetime | None, lines: Sequence[Sold]) -> tuple[Any, ...]:
        store = visit.shop.store.pk
        self._numbers[store, at.date()] += 1
        number = f"{at:%Y%m%d}-{self._numbers[store, at.date()]:04d}"
        counted = [line for line in lines if not line.product.excluded]
        nets = [
            value
            for some in (lines, counted)
            for value in (sum(line.unit_price * line.quantity for line in some), sum(line.quantity for line in some))
        ]
        who = (visit.clerk.pk, visit.member_id, at, visit.clerk.pk, "")
        return (self.receipt_id, store, number, at, at.date(), arrived, *who, *nets)

    def _line(self, place: int, sold: Sold, quantity: int, undone: int | None) -> tuple[Any, ...]:
        product = sold.product
        kept = (product.pk, product.name, product.category, product.style, product.list_price, sold.unit_price)
        row = (self.line_id, self.receipt_id, place, 0, *kept, quantity, undone, False, 0, 0)
        self.line_id += 1
        return row
