"""Recording, returning and voiding at the till (issue: members, products, receipts; handbook 3.5)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from members.models import Receipt, ReceiptLine, Standing, StatusChange, TierChange
from members.services.reviews import rebuild
from members.services.sales import (
    LineInput,
    ReceiptNumberTaken,
    ReturnTooMuch,
    SaleNotAllowed,
    VoidNotAllowed,
    record_receipt,
    void_receipt,
)
from tests.factories import (
    MemberFactory,
    ProductFactory,
    ReceiptLineFactory,
    StaffFactory,
    StoreFactory,
    manager_of,
    sale,
)
from vipcrm.models import AuditEvent

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def history(member):
    rows = TierChange.objects.filter(member=member, withdrawn_at=None).order_by("seq")
    return [(row.on, row.from_tier, row.to_tier, row.reason, row.spend) for row in rows]


def give_back(sold, units, *, price=None, number="R-BACK", at=None, by=None):
    line = LineInput(sold.product.code, -units, price if price is not None else sold.unit_price, returns_line=sold)
    at = at or NOON + timedelta(days=2)
    return record_receipt(
        store=sold.receipt.store, number=number, sold_at=at, lines=[line], member=sold.receipt.member, by=by, at=at
    )


def test_first_purchase_joins_and_large_one_lifts():
    member = MemberFactory()

    sale(member, "50.00")
    outcome_receipt = sale(member, "2500.00", at=NOON + timedelta(days=1))

    assert history(member) == [
        (date(2026, 3, 1), "", "regular", "joined", Decimal("50.00")),
        (date(2026, 3, 2), "regular", "vip", "single", Decimal("2500.00")),
    ]
    standing = Standing.objects.get(member=member)
    assert (standing.tier, standing.rank, standing.purchases) == ("vip", 3, 2)
    assert standing.spend == Decimal("2550.00")
    assert standing.review_on == date(2027, 3, 2)
    assert outcome_receipt.net_amount == Decimal("2500.00")


def test_return_withdraws_the_upgrade_and_keeps_it_in_the_audit_trail():
    member = MemberFactory()
    receipt = sale(member, "3000.00")
    sold = receipt.lines.get()

    give_back(sold, 1)

    assert history(member) == []
    assert TierChange.objects.filter(member=member, withdrawn_at__isnull=False).count() == 1
    receipt.refresh_from_db()
    assert (receipt.net_amount, receipt.net_units) == (0, 0)
    assert Standing.objects.get(member=member).purchases == 0


def test_return_counts_on_the_day_of_the_purchase_it_undoes():
    member = MemberFactory()
    receipt = sale(member, "3000.00", units=3)

    outcome = give_back(receipt.lines.get(), 1)

    assert history(member) == [(date(2026, 3, 1), "", "senior", "joined", Decimal("2000.00"))]
    assert outcome.receipt.net_amount == 0
    assert Receipt.objects.purchases().get() == receipt


def test_return_of_more_units_than_sold_is_refused_and_nothing_is_stored():
    receipt = sale(MemberFactory(), "300.00", units=3)
    sold = receipt.lines.get()
    give_back(sold, 2)

    with pytest.raises(ReturnTooMuch):
        give_back(sold, 2, number="R-BACK-2")

    assert not Receipt.objects.filter(number="R-BACK-2").exists()


def test_return_of_more_money_than_paid_is_refused():
    receipt = sale(MemberFactory(), "300.00", units=3)

    with pytest.raises(ReturnTooMuch):
        give_back(receipt.lines.get(), 1, price=Decimal("300.01"))


def test_database_itself_refuses_to_return_more_than_was_sold():
    sold = sale(MemberFactory(), "300.00", units=3).lines.get()
    back = ReceiptLineFactory(product=sold.product, quantity=-3, returns_line=sold, unit_price=Decimal("100.00"))

    with pytest.raises(IntegrityError, match="line_returns_within_what_was_sold"), transaction.atomic():
        ReceiptLineFactory(receipt=back.receipt, product=sold.product, quantity=-1, returns_line=sold)

    back.delete()
    sold.refresh_from_db()
    assert sold.returned_quantity == 0


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"quantity": 0}, "line_quantity_not_zero"),
        ({"quantity": -1}, "line_return_names_the_line_it_undoes"),
        ({"unit_price": Decimal("-1")}, "line_price_not_negative"),
    ],
)
def test_database_refuses_lines_that_must_never_be(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReceiptLineFactory(**fields)


def test_same_number_twice_in_a_store_is_refused_in_words():
    store = StoreFactory()
    sale(store=store, number="R1")
    sale(store=StoreFactory(), number="R1")

    with pytest.raises(ReceiptNumberTaken, match="R1"):
        sale(store=store, number="R1")


def test_numbers_are_given_by_the_system_where_none_is_brought():
    store = StoreFactory()

    numbers = [sale(store=store).number for _ in range(3)]

    assert numbers == ["M20260301-0001", "M20260301-0002", "M20260301-0003"]


def test_sale_in_the_future_or_without_lines_is_refused():
    store = StoreFactory()
    with pytest.raises(SaleNotAllowed):
        sale(store=store, at=NOON, now=NOON - timedelta(seconds=1))
    with pytest.raises(SaleNotAllowed):
        record_receipt(store=store, number="R1", sold_at=NOON, lines=[], by=None, at=NOON)


def test_not_for_points_counts_in_spend_but_lifts_nobody():
    member = MemberFactory()

    sale(member, "5000.00", product=ProductFactory(excluded=True))

    assert history(member) == [(date(2026, 3, 1), "", "regular", "joined", Decimal("0.00"))]
    assert Standing.objects.get(member=member).spend == Decimal("5000.00")


def test_receipt_before_enrolment_moves_it_and_voiding_moves_it_back():
    store = StoreFactory()
    clerk = StaffFactory(store=store)
    member = MemberFactory(home_store=store, enrolled_on_given=date(2026, 2, 1))

    receipt = sale(member, at=datetime(2026, 1, 5, 4, tzinfo=UTC), now=NOON)
    member.refresh_from_db()
    assert member.enrolled_on == date(2026, 1, 5)

    void_receipt(receipt, reason="keyed wrongly", by=clerk, at=NOON)
    member.refresh_from_db()
    assert member.enrolled_on == date(2026, 2, 1)


def test_void_takes_the_receipt_out_of_everything_and_is_recorded():
    store = StoreFactory()
    clerk = StaffFactory(store=store)
    member = MemberFactory(home_store=store)
    receipt = sale(member, "3000.00", by=clerk)

    void_receipt(receipt, reason="wrong member", by=clerk, at=NOON + timedelta(hours=1))

    assert history(member) == []
    assert not Receipt.objects.purchases().exists()
    assert ReceiptLine.objects.filter(receipt=receipt).count() == 1
    assert AuditEvent.objects.get(action="receipt_voided").detail["reason"] == "wrong member"


def test_void_after_the_day_is_the_managers():
    store = StoreFactory()
    clerk, manager = StaffFactory(store=store), manager_of(store)
    receipt = sale(MemberFactory(home_store=store), by=clerk)
    next_day = NOON + timedelta(days=1)

    with pytest.raises(VoidNotAllowed):
        void_receipt(receipt, reason="late", by=clerk, at=next_day)
    void_receipt(receipt, reason="late", by=manager, at=next_day)

    with pytest.raises(VoidNotAllowed):
        void_receipt(receipt, reason="again", by=manager, at=next_day)


def test_void_needs_a_reason_and_no_return_standing_on_it():
    store = StoreFactory()
    manager = manager_of(store)
    receipt = sale(MemberFactory(home_store=store), "300.00", units=3)
    with pytest.raises(VoidNotAllowed):
        void_receipt(receipt, reason="  ", by=manager, at=NOON)
    back = give_back(receipt.lines.get(), 1).receipt

    with pytest.raises(VoidNotAllowed):
        void_receipt(receipt, reason="wrong", by=manager, at=NOON)
    void_receipt(back, reason="wrong", by=manager, at=NOON)

    receipt.refresh_from_db()
    assert receipt.net_units == 3


def test_purchase_by_a_member_who_had_left_makes_her_active_again():
    member = MemberFactory()
    StatusChange.objects.create(member=member, at=NOON, on=date(2026, 3, 1), status="left")
    sale(member, at=NOON - timedelta(days=1), now=NOON)
    member.refresh_from_db()
    assert member.status == "left"

    receipt = sale(member, at=NOON + timedelta(days=1))

    member.refresh_from_db()
    assert member.status == "active"
    assert StatusChange.objects.get(status="active").receipt == receipt


def test_rebuild_finds_nothing_after_the_live_path_and_something_after_damage():
    member = MemberFactory()
    receipt = sale(member, "3000.00", units=3)
    give_back(receipt.lines.get(), 1)
    now = NOON + timedelta(days=3)
    assert rebuild(now=now, check=True).total() == 0

    Receipt.objects.filter(pk=receipt.pk).update(net_amount=1)
    TierChange.objects.filter(member=member, withdrawn_at=None).update(to_tier="supreme")

    found = rebuild(now=now, check=True)
    assert (found["receipts"], found["tier changes"]) == (1, 2)
    assert Receipt.objects.get(pk=receipt.pk).net_amount == 1, "a check writes nothing"
    rebuild(now=now)
    assert rebuild(now=now, check=True).total() == 0
