"""Two people, or a person and an import, at the same moment: one wins, the other is told, nothing derived is wrong."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from members.forms.sale import WALK_IN
from members.imports import run as imports_run
from members.imports.run import import_file
from members.models import Receipt, ReceiptLine, Standing
from members.services import refresh, sales
from members.services.reviews import rebuild, review_tiers
from members.services.sales import (
    LineInput,
    ReceiptNumberTaken,
    ReturnTooMuch,
    SaleOutcome,
    record_receipt,
    void_receipt,
)
from tests.factories import MemberFactory, ProductFactory, StaffFactory, sale
from tests.faults.together import at_once, overlap
from tests.members.cast import cast, client_of  # noqa: F401
from tests.members.test_sale_view import Till

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
HEAD = "receipt_no,store,sold_at,card_no,product_code,unit_price,quantity\n"
NO_LOCK = "SELECT %s::bigint[]"
DAYS_AGO = {days: NOW - timedelta(days=days) for days in range(1, 400)}


@pytest.fixture
def member():
    member = MemberFactory(card_no="C1")
    ProductFactory(code="P1")  # else two sales would wait for each other's new product
    sale(member, "500.00", at=DAYS_AGO[5], number="R0")
    return member


def selling(member, amount="800.00", *, number=None, at=None):
    """A sale that, twice, reaches what one alone does not: 500 + 800 < 2,000 <= 500 + 800 + 800."""
    return lambda: record_receipt(
        store=member.home_store, number=number, sold_at=at or DAYS_AGO[1],
        lines=[LineInput("P1", 1, Decimal(amount))], member=member, by=None, at=NOW,
    )  # fmt: skip


def importing(path, *rows):
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return lambda: import_file("purchases", path, now=NOW)


def row(member, number, amount="800.00"):
    return f"{number},{member.home_store.code},2026-03-09 12:00,{member.card_no},P1,{amount},1"


def wrong():
    return rebuild(now=NOW, check=True).total()


# --- one number, twice --------------------------------------------------------------------------------------------


def test_two_clerks_record_the_same_number(member):
    first, second = overlap(selling(member, number="R1"), selling(member, number="R1"))

    assert isinstance(first, SaleOutcome)
    assert isinstance(second, ReceiptNumberTaken)
    assert "R1" in str(second)
    assert Receipt.objects.filter(number="R1").count() == 1
    assert wrong() == 0


def test_the_page_tells_the_one_who_came_second(cast):  # noqa: F811
    tills = [Till(client_of(person)) for person in (cast.clerk, cast.manager)]
    ProductFactory(code="P1", list_price=Decimal("100.00"))
    for till in tills:
        till.press(p="P1", do="next")
        till.press(who=WALK_IN)

    answers = at_once([lambda till=till: till.press(number="R1", do="finish") for till in tills])

    assert sorted(answer.status_code for answer in answers) == [302, 422]
    told = next(answer for answer in answers if answer.status_code == 422)
    assert "R1" in str(told.context["form"].errors["number"]) and "v-error" in told.text
    assert Receipt.objects.get().number == "R1"


def test_six_clerks_record_the_same_number(member):
    others = [MemberFactory(home_store=member.home_store) for _ in range(5)]

    results = at_once([selling(one, number="R1") for one in [member, *others]])

    assert sorted(type(result).__name__ for result in results) == ["ReceiptNumberTaken"] * 5 + ["SaleOutcome"]
    assert wrong() == 0


def test_without_the_constraint_both_would_be_recorded(member):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_receipt DROP CONSTRAINT receipt_number_once_per_store")
    try:
        overlap(selling(member, number="R1"), selling(member, number="R1"))
        assert Receipt.objects.filter(number="R1").count() == 2
    finally:
        Receipt.objects.filter(number="R1").update(number=connection.ops.quote_name("R1"))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE members_receipt SET number = number || id")
            cursor.execute(
                "ALTER TABLE members_receipt ADD CONSTRAINT receipt_number_once_per_store UNIQUE (store_id, number)"
            )


def test_numbers_of_our_own_are_given_once(member):
    others = [MemberFactory(home_store=member.home_store) for _ in range(5)]

    results = at_once([selling(one) for one in [member, *others]])

    assert {result.receipt.number for result in results} == {f"M20260310-{n:04d}" for n in range(1, 7)}


# --- the last unit, twice -----------------------------------------------------------------------------------------


def giving_back(sold, number):
    line = LineInput(sold.product.code, -1, sold.unit_price, returns_line=sold)
    return lambda: record_receipt(
        store=sold.receipt.store, number=number, sold_at=NOW, lines=[line], member=sold.receipt.member, by=None, at=NOW
    )


def test_two_returns_of_the_last_unit(member):
    sold = ReceiptLine.objects.select_related("receipt__member", "receipt__store", "product").get()

    first, second = overlap(giving_back(sold, "B1"), giving_back(sold, "B2"))

    assert isinstance(first, SaleOutcome)
    assert isinstance(second, ReturnTooMuch)
    sold.refresh_from_db()
    assert sold.returned_quantity == 1
    assert wrong() == 0


def test_without_the_lock_of_the_line_only_the_constraint_holds(member, monkeypatch):
    sold = ReceiptLine.objects.select_related("receipt__member", "receipt__store", "product").get()
    monkeypatch.setattr(sales, "_lock_sold_lines", lambda lines: lines)

    _first, second = overlap(giving_back(sold, "B1"), giving_back(sold, "B2"))

    assert isinstance(second, IntegrityError)


# --- a sale and an import -----------------------------------------------------------------------------------------


def test_an_import_finds_the_receipt_that_a_clerk_records_meanwhile(member, tmp_path):
    sale_first, imported = overlap(
        selling(member, number="R1", at=datetime(2026, 3, 9, 4, 0, tzinfo=UTC)),
        importing(tmp_path / "a.csv", row(member, "R1"), row(member, "R2")),
    )

    assert isinstance(sale_first, SaleOutcome)
    assert imported.as_counts() == {"read": 2, "created": 1, "updated": 0, "skipped": 1, "errors": 0}
    assert sorted(Receipt.objects.values_list("number", flat=True)) == ["R0", "R1", "R2"]
    assert wrong() == 0


def test_without_the_second_try_the_import_would_break_off(member, tmp_path, monkeypatch):
    monkeypatch.setattr(imports_run, "TRIES", 1)

    _sale, imported = overlap(selling(member, number="R1"), importing(tmp_path / "a.csv", row(member, "R1")))

    assert isinstance(imported, IntegrityError)


def test_a_clerk_records_the_receipt_that_is_being_imported(member, tmp_path):
    imported, sold = overlap(
        importing(tmp_path / "a.csv", row(member, "R1"), row(member, "R2")), selling(member, number="R1")
    )

    assert imported.created == 2
    assert isinstance(sold, ReceiptNumberTaken)
    assert wrong() == 0


def test_two_imports_of_one_file(member, tmp_path):
    rows = [row(member, f"R{n}") for n in range(1, 20)]

    first, second = overlap(importing(tmp_path / "a.csv", *rows), importing(tmp_path / "b.csv", *rows))

    assert (first.created, second.created, second.skipped) == (19, 0, 19)
    assert wrong() == 0


# --- one member, twice --------------------------------------------------------------------------------------------


def sale_and_sale(member, path):
    return selling(member, number="R1"), selling(member, number="R2")


def sale_and_import(member, path):
    return selling(member, number="R1"), importing(path, row(member, "R2"))


def import_and_sale(member, path):
    return importing(path, row(member, "R2")), selling(member)


def import_and_correction(member, path):
    """The correction touches no receipt anew: nothing but the member makes it wait."""
    return selling(member, number="R1"), importing(
        path, f"R0,{member.home_store.code},2026-03-05 12:00,C1,P-TEST,1300,1"
    )


def sale_and_void(member, path):
    sale(member, "800.00", at=DAYS_AGO[3], number="R1")
    receipt, manager = Receipt.objects.get(number="R1"), StaffFactory(store=member.home_store, role="store_manager")
    return (
        selling(member, number="R2"),
        lambda: void_receipt(receipt, reason="keyed twice", by=manager, at=NOW),
    )


PAIRS = [sale_and_sale, sale_and_import, import_and_sale, import_and_correction, sale_and_void]


@pytest.mark.parametrize("pair", PAIRS)
def test_history_holds_what_both_did(member, tmp_path, pair):
    first, second = overlap(*pair(member, tmp_path / "a.csv"))

    assert not isinstance(first, Exception), first
    assert not isinstance(second, Exception), second
    assert wrong() == 0
    assert Standing.objects.get(member=member).tier == ("regular" if pair is sale_and_void else "senior")


@pytest.mark.parametrize("pair", PAIRS)
def test_without_the_lock_of_the_member_the_history_would_be_wrong(member, tmp_path, pair, monkeypatch):
    monkeypatch.setattr(refresh, "LOCK", NO_LOCK)

    overlap(*pair(member, tmp_path / "a.csv"))

    assert wrong() > 0


def test_a_review_and_a_late_sale(tmp_path):
    """The sale would have kept the tier; it comes while the review takes it away."""
    member = MemberFactory(card_no="C1")
    sale(member, "1000.00", at=DAYS_AGO[380], number="R0", now=DAYS_AGO[370])
    late = selling(member, "1099.00", number="R1", at=DAYS_AGO[100])

    reviewed, sold = overlap(lambda: review_tiers(now=NOW), late)

    assert reviewed == {"due": 1, "retained": 0, "downgraded": 1}
    assert isinstance(sold, SaleOutcome)
    assert wrong() == 0
    assert Standing.objects.get(member=member).tier == "senior"
