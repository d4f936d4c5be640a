"""Purchases from the till (import-formats.md, issue item 6): what a file does, and what is said of a bad row."""

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from members.imports.run import import_file
from members.models import Member, Product, Receipt, ReceiptLine, Standing, TierChange
from members.services.reviews import rebuild
from tests.factories import MemberFactory, ProductFactory, StaffFactory, StoreFactory
from vipcrm.tabular import TableRefused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
HEAD = "receipt_no,line_no,store,sold_at,card_no,product_code,unit_price,quantity"


@pytest.fixture
def shop():
    store = StoreFactory(code="4001", name="静安店")
    StaffFactory(username="lin", store=store)
    MemberFactory(card_no="C1", home_store=store, phone="+8613800000001")
    MemberFactory(card_no="C2", home_store=store, phone="+8613800000002")
    return store


@pytest.fixture
def load(tmp_path):
    def _load(text, *, encoding="utf-8", kind="purchases", name="sales.csv", **options):
        path = tmp_path / name
        content = text.encode(encoding)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return import_file(kind, path, now=options.pop("now", NOW), **options)

    return _load


def rows(*lines, head=HEAD):
    return "\n".join([head, *lines]) + "\n"


def said(outcome):
    return [(fault.line, fault.column) for fault in outcome.faults]


SALE = "R1,1,4001,2026-03-01 18:05,C1,P1,1500,1"


def test_a_file_makes_receipts_with_everything_that_rests_on_them(shop, load):
    outcome = load(rows(SALE, "R1,2,4001,2026-03-01 18:05,C1,P2,500.50,2"))

    assert outcome.as_counts() == {"read": 2, "created": 2, "updated": 0, "skipped": 0, "errors": 0}
    receipt = Receipt.objects.get()
    assert receipt.sold_at == datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
    assert (receipt.sold_on, receipt.net_amount, receipt.net_units) == (date(2026, 3, 1), Decimal("2501.00"), 3)
    assert Standing.objects.get(member__card_no="C1").tier == "vip"
    assert rebuild(now=NOW, check=True).total() == 0


def test_the_same_file_again_changes_nothing(shop, load):
    text = rows(SALE, "R2,1,4001,2026-03-02 18:05,,P1,10,1", "R3,1,4001,2026-03-03 10:00,C1,P1,1500,-1")
    first = load(text)
    before = list(ReceiptLine.objects.order_by("pk").values())
    changes = list(TierChange.objects.values())

    second = load(text)

    assert first.created == 3
    assert second.as_counts() == {"read": 3, "created": 0, "updated": 0, "skipped": 3, "errors": 0}
    assert list(ReceiptLine.objects.order_by("pk").values()) == before
    assert list(TierChange.objects.values()) == changes
    assert second.refreshed.total() == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_delimiters_and_chinese_headers(shop, load, encoding, delimiter):
    text = rows(
        "R1,1,4001,2026/03/01 18:05:30,C1,P1,羊绒衫,针织,¥1500.5,1",
        head="小票号,行号,门店,销售时间,卡号,款号,品名,品类,成交价,数量",
    ).replace(",", delimiter)

    outcome = load(text, encoding=encoding)

    assert outcome.created == 1
    line = ReceiptLine.objects.get()
    assert (line.product_name, line.category, line.unit_price) == ("羊绒衫", "针织", Decimal("1500.50"))


def test_gzip_and_thousands_separators(shop, load):
    assert load(rows('R1,1,4001,2026-03-01 18:05,C1,P1,"1,234.50",1'), name="sales.csv.gz").created == 1
    assert ReceiptLine.objects.get().unit_price == Decimal("1234.50")


def test_headers_in_any_order_and_unknown_columns_named(shop, load):
    outcome = load(
        "quantity,till,unit_price,product_code,sold_at,store,receipt_no\n1,7,10,P1,2026-03-01 10:00,4001,R1\n"
    )

    assert (outcome.created, outcome.ignored_columns) == (1, ("till",))
    assert Receipt.objects.get().member is None, "no card, no phone: a walk-in"


def test_missing_column_refuses_the_file_by_name(shop, load):
    with pytest.raises(TableRefused, match="unit_price"):
        load("receipt_no,store,sold_at,product_code,quantity\nR1,4001,2026-03-01 10:00,P1,1\n")


def test_line_numbers_default_to_the_position_in_the_receipt(shop, load):
    head = "receipt_no,store,sold_at,product_code,unit_price,quantity"
    load(
        rows(
            "R1,4001,2026-03-01 10:00,P1,10,1",
            "R2,4001,2026-03-01 10:00,P1,10,1",
            "R1,4001,2026-03-01 10:00,P2,5,1",
            head=head,
        )
    )

    assert list(
        ReceiptLine.objects.order_by("receipt__number", "line_no").values_list("receipt__number", "line_no")
    ) == [
        ("R1", 1),
        ("R1", 2),
        ("R2", 1),
    ]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",1,4001,2026-03-01 10:00,C1,P1,10,1", "receipt_no"),
        ("R2,x,4001,2026-03-01 10:00,C1,P1,10,1", "line_no"),
        ("R2,0,4001,2026-03-01 10:00,C1,P1,10,1", "line_no"),
        ("R2,1,9999,2026-03-01 10:00,C1,P1,10,1", "store"),
        ("R2,1,4001,2026-02-30 10:00,C1,P1,10,1", "sold_at"),
        ("R2,1,4001,01.03.2026,C1,P1,10,1", "sold_at"),
        ("R2,1,4001,2026-12-01 10:00,C1,P1,10,1", "sold_at"),
        ("R2,1,4001,2026-03-01 10:00,C9,P1,10,1", "card_no"),
        ("R2,1,4001,2026-03-01 10:00,C1,,10,1", "product_code"),
        ("R2,1,4001,2026-03-01 10:00,C1,P1,ten,1", "unit_price"),
        ("R2,1,4001,2026-03-01 10:00,C1,P1,10.005,1", "unit_price"),
        ("R2,1,4001,2026-03-01 10:00,C1,P1,-10,1", "unit_price"),
        ("R2,1,4001,2026-03-01 10:00,C1,P1,NaN,1", "unit_price"),
        ("R2,1,4001,2026-03-01 10:00,C1,P1,,1", "unit_price"),
        ("R2,1,4001,2026-03-01 10:00,C1,P1,10,0", "quantity"),
        ("R2,1,4001,2026-03-01 10:00,C1,P1,10,1.5", "quantity"),
        ("R2,1,4001,2026-03-01 10:00,C1,P1,10,99999999999", "quantity"),
        ("R2,1,4001,2026-03-01 10:00,C1,P9,10,-1", "returns_receipt_no"),
        ("R2,1,4001,2026-03-01 10:00,,P1,10,-1", "returns_receipt_no"),
        (f"{'R' * 41},1,4001,2026-03-01 10:00,C1,P1,10,1", "receipt_no"),
    ],
)
def test_a_bad_row_is_named_and_nothing_else_is_lost(shop, load, row, column):
    outcome = load(rows(SALE, row, "R3,1,4001,2026-03-03 18:05,C2,P1,10,1"))

    assert said(outcome) == [(3, column)]
    assert str(outcome.faults[0].reason)
    assert outcome.created == 2
    assert set(Receipt.objects.values_list("number", flat=True)) == {"R1", "R3"}


def test_all_or_nothing_and_dry_run_keep_nothing(shop, load):
    text = rows(SALE, "R2,1,4001,2026-03-01 10:00,C9,P1,10,1")

    refused = load(text, all_or_nothing=True)
    tried = load(text, dry_run=True)

    assert (refused.errors, refused.created) == (1, 0)
    assert (tried.errors, tried.created) == (1, 1)
    assert not Receipt.objects.exists()
    assert not Product.objects.exists()


def test_rows_of_one_receipt_that_disagree(shop, load):
    StaffFactory(username="zhao", store=shop)
    head = HEAD + ",staff"
    outcome = load(
        rows(
            "R1,1,4001,2026-03-01 10:00,C1,P1,10,1,lin",
            "R1,2,4001,2026-03-01 10:01,C1,P1,10,1,lin",
            "R1,3,4001,2026-03-01 10:00,C2,P1,10,1,lin",
            "R1,4,4001,2026-03-01 10:00,C1,P1,10,1,zhao",
            "R1,5,4001,2026-03-01 10:00,C1,P1,10,1,",
            head=head,
        )
    )

    assert said(outcome) == [(3, "sold_at"), (4, "card_no"), (5, "staff")]
    assert Receipt.objects.get().net_units == 2


def test_same_key_twice_in_one_file(shop, load):
    outcome = load(rows(SALE, SALE, "R1,1,4001,2026-03-01 18:05,C1,P1,1400,1"))

    assert (outcome.created, outcome.skipped) == (1, 1)
    assert said(outcome) == [(4, "line_no")]
    assert ReceiptLine.objects.get().unit_price == 1500


def test_a_correction_may_change_any_column_and_all_that_rests_on_it(shop, load):
    load(rows(SALE))
    assert Standing.objects.get(member__card_no="C1").tier == "senior"

    outcome = load(rows("R1,1,4001,2026-03-02 09:00,C2,P2,3500,1"))

    assert outcome.as_counts() == {"read": 1, "created": 0, "updated": 1, "skipped": 0, "errors": 0}
    receipt = Receipt.objects.get()
    assert (receipt.sold_on, receipt.member.card_no, receipt.net_amount) == (date(2026, 3, 2), "C2", 3500)
    assert Standing.objects.get(member__card_no="C1").tier == ""
    assert Standing.objects.get(member__card_no="C2").tier == "supreme"
    assert rebuild(now=NOW, check=True).total() == 0


def test_a_blank_cell_never_clears(shop, load):
    head = HEAD + ",category,staff"
    load(rows(SALE + ",针织,lin", head=head))

    outcome = load(rows("R1,1,4001,2026-03-01 18:05,,P1,1500,1,,", head=head))

    assert outcome.skipped == 1
    assert Receipt.objects.get().staff.username == "lin"
    assert ReceiptLine.objects.get().category == "针织"


RETURNS = HEAD + ",returns_receipt_no,returns_line_no,returns_store"


def test_return_of_a_named_line_counts_on_the_day_of_the_sale(shop, load):
    load(
        rows(
            "R9,1,4001,2026-03-05 10:00,,P1,1500,-1,R1,2,",
            "R1,1,4001,2026-03-01 10:00,C1,P1,1500,1,,,",
            "R1,2,4001,2026-03-01 10:00,C1,P1,1500,1,,,",
            head=RETURNS,
        )
    )

    sold = Receipt.objects.get(number="R1")
    assert sold.net_amount == 1500
    assert sold.lines.get(line_no=2).returned_quantity == 1
    assert Receipt.objects.get(number="R9").member.card_no == "C1", "the return belongs to the receipt's member"
    assert Standing.objects.get(member__card_no="C1").tier == "senior"


def test_return_without_line_takes_the_lines_of_the_product_in_order(shop, load):
    outcome = load(
        rows(
            "R1,1,4001,2026-03-01 10:00,C1,P1,100,2,,,",
            "R1,2,4001,2026-03-01 10:00,C1,P2,100,5,,,",
            "R1,3,4001,2026-03-01 10:00,C1,P1,100,2,,,",
            "R9,1,4001,2026-03-05 10:00,C1,P1,100,-3,R1,,",
            head=RETURNS,
        )
    )

    assert outcome.created == 4
    lines = Receipt.objects.get(number="R1").lines.order_by("line_no")
    assert [line.returned_quantity for line in lines] == [2, 0, 1]
    again = load(rows("R9,1,4001,2026-03-05 10:00,C1,P1,100,-3,R1,,", head=RETURNS))
    assert (again.skipped, again.errors) == (1, 0)


def test_return_without_receipt_takes_the_newest_line_within_90_days_in_any_store(shop, load):
    StoreFactory(code="4002")
    outcome = load(
        rows(
            "R1,1,4001,2026-03-01 10:00,C1,P1,100,1",
            "R2,1,4002,2026-03-10 10:00,C1,P1,100,1",
            "R3,1,4001,2026-03-20 10:00,C2,P1,100,1",
            "R8,1,4001,2026-03-25 10:00,C1,P1,100,-1",
            "R9,1,4001,2026-08-25 10:00,C1,P1,100,-1",
        )
    )

    assert said(outcome) == [(6, "quantity")] or said(outcome) == [(6, "returns_receipt_no")]
    assert ReceiptLine.objects.get(quantity=-1).returns_line.receipt.number == "R2"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("R9,1,4001,2026-03-05 10:00,C1,P1,100,-3,R1,1,", "quantity"),
        ("R9,1,4001,2026-03-05 10:00,C1,P1,101,-2,R1,1,", "unit_price"),
        ("R9,1,4001,2026-02-05 10:00,C1,P1,100,-1,R1,1,", "sold_at"),
        ("R9,1,4001,2026-03-05 10:00,C1,P1,100,-1,R7,1,", "returns_receipt_no"),
        ("R9,1,4001,2026-03-05 10:00,C1,P1,100,1,R1,1,", "returns_receipt_no"),
    ],
)
def test_a_return_never_exceeds_what_was_sold(shop, load, row, column):
    outcome = load(rows("R1,1,4001,2026-03-01 10:00,C1,P1,100,2,,,", row, head=RETURNS))

    assert said(outcome) == [(3, column)]
    assert Receipt.objects.get().net_units == 2


def test_a_corrected_return_that_is_refused_stays_as_it_was(shop, load):
    load(
        rows(
            "R1,1,4001,2026-03-01 10:00,C1,P1,100,3,,,",
            "R9,1,4001,2026-03-05 10:00,C1,P1,100,-1,R1,1,",
            head=RETURNS,
        )
    )

    refused = load(rows("R9,1,4001,2026-03-05 10:00,C1,P1,100,-4,R1,1,", head=RETURNS))
    assert said(refused) == [(2, "quantity")]
    assert Receipt.objects.get(number="R1").net_units == 2

    accepted = load(rows("R9,1,4001,2026-03-05 10:00,C1,P1,100,-3,R1,1,", head=RETURNS))
    assert accepted.updated == 1
    assert Receipt.objects.get(number="R1").net_units == 0
    assert rebuild(now=NOW, check=True).total() == 0


def test_a_sale_cannot_shrink_below_what_was_returned(shop, load):
    load(
        rows(
            "R1,1,4001,2026-03-01 10:00,C1,P1,100,3,,,",
            "R9,1,4001,2026-03-05 10:00,C1,P1,100,-2,R1,1,",
            head=RETURNS,
        )
    )

    outcome = load(rows("R1,1,4001,2026-03-01 10:00,C1,P1,100,1"))

    assert said(outcome) == [(2, "quantity")]
    assert Receipt.objects.get(number="R1").net_units == 1


PHONES = "receipt_no,store,sold_at,staff,card_no,phone,product_code,unit_price,quantity"


def test_members_are_found_by_phone_in_any_form(shop, load):
    outcome = load(
        rows(
            "R1,4001,2026-03-01 10:00,,,138 0000 0001,P1,10,1",
            "R2,4001,2026-03-01 10:00,,,+86-138-0000-0001,P1,10,1",
            "R3,4001,2026-03-01 10:00,,C2,13800000001,P1,10,1",
            "R4,4001,2026-03-01 10:00,,,1380000,P1,10,1",
            "R5,4001,2026-03-01 10:00,,,13900009999,P1,10,1",
            head=PHONES,
        )
    )

    assert said(outcome) == [(4, "phone"), (5, "phone"), (6, "phone")]
    assert set(Receipt.objects.values_list("member__card_no", flat=True)) == {"C1"}


def test_a_phone_of_several_members_is_an_error(shop, load):
    MemberFactory(card_no="C3", phone="+8613800000001")
    outcome = load(rows("R1,4001,2026-03-01 10:00,,,13800000001,P1,10,1", head=PHONES))
    assert said(outcome) == [(2, "phone")]
    assert load(rows("R1,4001,2026-03-01 10:00,,C3,13800000001,P1,10,1", head=PHONES)).created == 1


def test_unknown_phones_are_enrolled_where_asked(shop, load):
    outcome = load(
        rows(
            "R2,4001,2026-03-05 10:00,lin,,13900009999,P1,10,1",
            "R1,4001,2026-03-01 10:00,lin,,139 0000 9999,P1,10,1",
            head=PHONES,
        ),
        enrol_unknown=True,
    )

    assert outcome.created == 2
    member = Member.objects.get(phone="+8613900009999")
    assert (member.name, member.enrolled_on, member.home_store) == ("139****9999", date(2026, 3, 1), shop)
    assert (member.advisor.username, member.receipts.count()) == ("lin", 2)
    assert rebuild(now=NOW, check=True).total() == 0


def test_the_line_keeps_what_it_was_sold_as(shop, load):
    ProductFactory(code="P1", name="旧名", category="针织", list_price=Decimal("99"))
    load(rows(SALE))
    load("product_code,product_name,category\nP1,新名,外套\n", kind="products")

    line = ReceiptLine.objects.get()
    assert (line.product_name, line.category) == ("旧名", "针织")
    assert line.product.name == "新名"


def test_marking_a_product_not_for_points_recounts_tiers(shop, load):
    load(rows(SALE))
    assert Standing.objects.get(member__card_no="C1").tier == "senior"

    load("款号,不计积分\nP1,是\n", kind="products")

    assert Standing.objects.get(member__card_no="C1").tier == "regular"
    assert rebuild(now=NOW, check=True).total() == 0


def test_order_of_files_and_rows_does_not_matter(shop, load):
    """The same sales to two members: at once in order, and in two files the later half first."""
    amounts = [300 + 137 * n for n in range(1, 20)]
    lines = {
        card: [
            f"{card}-{n},1,4001,2026-0{1 + n % 9}-01 10:{n:02d},{card},P1,{amount},1"
            for n, amount in enumerate(amounts)
        ]
        for card in ("C1", "C2")
    }
    load(rows(*lines["C1"]))
    load(rows(*reversed(lines["C2"][10:])))
    load(rows(*lines["C2"][:10]))

    def history(card):
        changes = TierChange.objects.filter(member__card_no=card, withdrawn_at=None).order_by("seq")
        return list(changes.values_list("seq", "at", "to_tier", "reason", "spend"))

    assert len(history("C1")) > 2
    assert history("C2") == history("C1")


def test_old_receipts_are_reviewed_up_to_today(shop, load):
    load(rows("R1,1,4001,2020-03-01 10:00,C1,P1,1000,1"))

    history = list(TierChange.objects.filter(withdrawn_at=None).order_by("seq").values_list("on", "to_tier", "reason"))
    assert history == [(date(2020, 3, 1), "senior", "joined"), (date(2021, 3, 1), "regular", "downgraded")]
    assert Member.objects.get(card_no="C1").enrolled_on == date(2020, 3, 1)


def test_a_line_added_to_a_known_receipt(shop, load):
    load(rows(SALE))
    outcome = load(rows("R1,2,4001,2026-03-01 18:05,C1,P2,20,1"))
    assert outcome.created == 1
    assert Receipt.objects.get().net_units == 2
