"""A file with many returns is settled in portions, in the memory of one, and the portions do not show."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from members.imports import returns
from members.imports.run import import_file
from members.models import ReceiptLine
from members.services.reviews import rebuild
from tests.factories import MemberFactory, ProductFactory, sale

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
HEAD = "receipt_no,store,sold_at,card_no,product_code,unit_price,quantity,returns_receipt_no\n"
SALES, UNITS = 8, 3


@pytest.fixture
def sold():
    """Eight receipts of three units each, of one member and product."""
    member, product = MemberFactory(card_no="C1"), ProductFactory(code="P1")
    for n in range(SALES):
        sale(member, "30.00", at=NOW - timedelta(days=30 - n), number=f"R{n}", product=product, units=UNITS)
    return member


def imported(tmp_path, member, rows):
    """Rows of (number, units, what is undone), each a receipt of its own, one minute after the other."""
    lines = [
        f"{number},{member.home_store.code},2026-03-09 12:{minute:02d},C1,P1,10,{units},{undone}"
        for minute, (number, units, undone) in enumerate(rows)
    ]
    path = tmp_path / "returns.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n")
    return import_file("purchases", path, now=NOW)


def returned():
    lines = ReceiptLine.objects.filter(quantity__gt=0).order_by("receipt__number")
    return list(lines.values_list("returned_quantity", flat=True))


NAMED = [(f"B{n}", -2, f"R{n % SALES}") for n in range(2 * SALES)]  # the second time only one unit is left
NEWEST = [(f"B{n}", -5, "") for n in range(5)]  # 24 units: four times five, and then four are left


@pytest.mark.parametrize("at_once", [1, 2, 1_000])
@pytest.mark.parametrize(
    ("rows", "errors", "left"), [(NAMED, SALES, [2] * SALES), (NEWEST, 1, [0, 2, *[UNITS] * (SALES - 2)])]
)
def test_portions_do_not_show(sold, tmp_path, monkeypatch, at_once, rows, errors, left):
    monkeypatch.setattr(returns, "ROWS_AT_ONCE", at_once)

    outcome = imported(tmp_path, sold, rows)

    assert (outcome.created, outcome.errors) == (len(rows) - errors, errors)
    assert returned() == left
    assert rebuild(now=NOW, check=True).total() == 0


@pytest.mark.parametrize("at_once", [1, 1_000])
def test_a_correction_that_is_refused_leaves_less_for_the_others(sold, tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(returns, "ROWS_AT_ONCE", at_once)
    imported(tmp_path, sold, [("B0", -2, "R0"), ("B1", -1, "R1")])

    outcome = imported(tmp_path, sold, [("B0", -9, "R0"), ("B1", -2, "R1"), ("B2", -3, "R0")])

    assert (outcome.updated, outcome.created, outcome.errors) == (1, 0, 2)
    assert returned()[:2] == [2, 2]


def candidate(line, sold_id, contended=False):
    return (line, NOW, f"B{line}", 1, 1, 10, sold_id, 1, 10, False, False, 1, contended)


@pytest.mark.parametrize(("contended", "grows"), [(False, False), (True, True)])
def test_what_only_one_return_wants_is_not_remembered(monkeypatch, contended, grows):
    """A hundred thousand returns of as many lines take the memory of one portion."""
    rows = ([candidate(line, line, contended)] for line in range(100_000))
    monkeypatch.setattr(returns, "fetch_many", lambda _sql: rows)
    monkeypatch.setattr(returns, "_keep", lambda _undone, _refused: None)
    tracemalloc.start()
    try:
        returns._allocate()
        assert (tracemalloc.get_traced_memory()[1] > 8_000_000) == grows
    finally:
        tracemalloc.stop()
