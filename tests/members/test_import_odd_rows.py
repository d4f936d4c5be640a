"""Rows that a till may write though one would not (import-formats.md): what they make, and that twice is once."""

from datetime import UTC, date, datetime

import pytest
import xlsxwriter

from members.imports.run import import_file
from members.models import Member, Product, Receipt, ReceiptLine, TierChange
from members.services.reviews import rebuild
from tests.factories import MemberFactory, ProductFactory, StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
HEAD = "receipt_no,line_no,store,sold_at,card_no,phone,product_code,product_name,list_price,unit_price,quantity"
RETURN_HEAD = f"{HEAD},returns_receipt_no,returns_line_no"
SALE = "R1,1,4001,2026-03-01 18:05,C1,,P1,Coat,500,400,1"


@pytest.fixture
def shop():
    store = StoreFactory(code="4001")
    StaffFactory(username="lin", store=store)
    MemberFactory(card_no="C1", home_store=store)
    MemberFactory(card_no="C2", home_store=store, enrolled_on_given=date(2026, 5, 1), enrolled_on=date(2026, 5, 1))
    return store


@pytest.fixture
def load(tmp_path):
    def _load(*lines, head=HEAD, kind="purchases", **options):
        path = tmp_path / "sales.csv"
        path.write_text("\n".join([head, *lines]) + "\n")
        return import_file(kind, path, now=NOW, **options)

    return _load


def counts(outcome):
    return outcome.created, outcome.updated, outcome.skipped, outcome.errors


def said(outcome):
    return [(fault.line, fault.column) for fault in outcome.faults]


def test_a_return_that_describes_its_product_otherwise_is_the_same_the_second_time(shop, load):
    load(SALE)
    back = "Z1,1,4001,2026-03-02 12:00,,,P1,Coat reduced,450,400,-1,R1,"

    assert counts(load(back, head=RETURN_HEAD)) == (1, 0, 0, 0)
    assert counts(load(back, head=RETURN_HEAD)) == (0, 0, 1, 0)
    assert ReceiptLine.objects.get(quantity=-1).product_name == "Coat reduced"


def test_a_return_of_another_product_than_its_line_is_an_error_and_makes_no_product(shop, load):
    load(SALE)

    outcome = load("Z1,1,4001,2026-03-02 12:00,,,P9,,,400,-1,R1,1", head=RETURN_HEAD)

    assert said(outcome) == [(2, "product_code")]
    assert not Product.objects.filter(code="P9").exists()
    assert Receipt.objects.count() == 1


def test_a_return_belongs_to_the_member_who_bought_whatever_card_it_names(shop, load):
    load(SALE)
    back = "Z1,1,4001,2026-03-02 12:00,C2,,P1,,,400,-1,R1,"

    assert counts(load(back, head=RETURN_HEAD)) == (1, 0, 0, 0)

    assert Receipt.objects.get(number="Z1").member.card_no == "C1"
    assert Member.objects.get(card_no="C2").enrolled_on == date(2026, 5, 1)
    assert not TierChange.objects.filter(withdrawn_at=None).exists()
    assert counts(load(back, head=RETURN_HEAD)) == (0, 0, 1, 0)


def test_a_receipt_that_moves_to_another_card_takes_its_returns_along(shop, load):
    load(SALE, "R1,2,4001,2026-03-01 18:05,C1,,P2,,,10,1")
    load("Z1,1,4001,2026-03-02 12:00,C1,,P1,,,400,-1,R1,", head=RETURN_HEAD)

    load(SALE.replace("C1", "C2"), "R1,2,4001,2026-03-01 18:05,C2,,P2,,,10,1")

    assert set(Receipt.objects.values_list("number", "member__card_no")) == {("R1", "C2"), ("Z1", "C2")}
    assert rebuild(now=NOW, check=True).total() == 0


def test_a_return_that_leaves_the_card_of_its_receipt_blank_means_hers(shop, load):
    load(SALE)

    outcome = load("X1,1,4001,2026-03-02 12:00,C1,,P2,,,600,1", "X1,2,4001,2026-03-02 12:00,,,P1,,,400,-1")

    assert counts(outcome) == (2, 0, 0, 0)
    assert Receipt.objects.get(number="R1").net_units == 0


def test_a_row_in_error_enrols_nobody(shop, load):
    outcome = load(
        "R1,1,4001,2026-03-01 18:05,,13900000001,P1,,,400,1",
        "R1,2,4001,2026-03-01 18:05,,13900000002,P1,,,400,1",
        "R2,1,4001,2026-03-01 18:05,,13900000003,P1,,,400,-1",
        enrol_unknown=True,
    )

    assert said(outcome) == [(3, "phone"), (4, "phone")]
    assert list(Member.objects.exclude(card_no__startswith="C").values_list("phone", flat=True)) == ["+8613900000001"]


def test_an_unknown_phone_is_enrolled_by_its_first_sound_receipt(shop, load):
    StoreFactory(code="4002")
    outcome = load(
        "A,1,4002,2026-03-01 09:00,C1,,P1,,,400,1",
        "A,2,4002,2026-03-01 09:00,,13900000001,P1,,,400,1",
        "B,1,4001,2026-03-02 09:00,,139 0000 0001,P1,,,400,1",
        enrol_unknown=True,
    )

    assert said(outcome) == [(3, "phone")]
    made = Member.objects.get(phone="+8613900000001")
    assert (made.enrolled_on, made.home_store.code) == (date(2026, 3, 2), "4001")


def test_a_return_with_its_receipt_and_an_unknown_phone_enrols_nobody(shop, load):
    load(SALE)

    outcome = load("Z1,1,4001,2026-03-02 12:00,,13900000001,P1,,,400,-1,R1,", head=RETURN_HEAD, enrol_unknown=True)

    assert counts(outcome) == (1, 0, 0, 0)
    assert Member.objects.count() == 2


def test_more_money_than_any_sale_is_a_bad_row_and_costs_only_itself(shop, load):
    outcome = load(
        "R1,1,4001,2026-03-01 18:05,C1,,P1,,,9999999999.99,9999999",
        "R2,1,4001,2026-03-01 18:05,C1,,P1,,,99999999.99,1",
    )

    assert said(outcome) == [(2, "unit_price")]
    assert outcome.created == 1


def test_a_line_corrected_to_another_product_is_described_as_that_one(shop, load):
    ProductFactory(code="P2", name="Scarf", category="Wool")
    load(SALE)
    corrected = "R1,1,4001,2026-03-01 18:05,C1,,P2,,,400,1"

    assert counts(load(corrected)) == (0, 1, 0, 0)
    line = ReceiptLine.objects.get()
    assert (line.product_name, line.category) == ("Scarf", "Wool")
    assert counts(load(corrected)) == (0, 0, 1, 0)


def test_a_workbook_may_say_midnight(shop, tmp_path):
    path = tmp_path / "sales.xlsx"
    with xlsxwriter.Workbook(path) as book:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = book.add_worksheet()
        sheet.write_row(
            0, 0, ["receipt_no", "store", "sold_at", "arrived_at", "product_code", "unit_price", "quantity"]
        )
        sheet.write_row(1, 0, ["R1", "4001", None, None, "P1", 400, 1])
        sheet.write_datetime(1, 2, datetime(2026, 3, 2), moment)

    outcome = import_file("purchases", path, now=NOW)

    assert counts(outcome) == (1, 0, 0, 0)
    assert Receipt.objects.get().sold_at == datetime(2026, 3, 1, 16, tzinfo=UTC)


def test_a_text_file_says_the_hour(shop, load):
    assert said(load(SALE.replace(" 18:05", ""))) == [(2, "sold_at")]
