"""Values of single cells."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from vipcrm.tabular.cells import parse_amount, parse_date, parse_int, parse_time, parse_yes_no

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("¥1234.5", "1234.50"),
        ("￥1,234,567", "1234567.00"),
        ("-¥5", "-5.00"),
        ("¥-5", "-5.00"),
        (" １２３４．５ ", "1234.50"),
        ("0", "0.00"),
        ("+3.", "3.00"),
        ("3.1000", "3.10"),
        ("1299元", "1299.00"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_amounts(text, amount):
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1.234",
        "1,23",
        "12,34.5",
        "1e5",
        "NaN",
        "inf",
        "-Infinity",
        "1_000",
        "--5",
        "-¥-5",
        "0x10",
        "٣",
        "1 2",
    ]
    + ["10000000000", "9" * 400, "5%", "¥", "."],
)
def test_what_is_no_amount(text):
    with pytest.raises(ValueError):
        parse_amount(text)


@given(st.decimals(-9_999_999, 9_999_999, places=2))
def test_every_amount_written_is_read(amount):
    assert parse_amount(f"{amount:f}") == parse_amount(f"{amount:,}") == amount


@pytest.mark.parametrize("text", ["2026-10-31", "2026/10/31", "２０２６-１０-３１", " 2026/10/31 "])
def test_dates(text):
    assert parse_date(text) == datetime.date(2026, 10, 31)


@pytest.mark.parametrize(
    "text",
    ["", "31.10.2026", "2026-10/31", "2026-02-29", "2026-13-01", "1899-12-31", "2101-01-01", "20261031", "10-31"],
)
def test_what_is_no_date(text):
    with pytest.raises(ValueError):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2026-10-31 18:05", "18:05:00"),
        ("2026/10/31 18:05:30", "18:05:30"),
        ("2026-10-31T8:05", "08:05:00"),
        ("2026-10-31", "00:00:00"),
        ("2026-10-31　18：05", "18:05:00"),
    ],
)
def test_times(text, clock):
    assert parse_time(text, SHANGHAI) == datetime.datetime.fromisoformat(f"2026-10-31T{clock}+08:00")


@pytest.mark.parametrize(
    "text", ["", "18:05", "2026-10-31 24:00", "2026-10-31 18:60", "2026-10-31 18", "2026-10-31 6pm"]
)
def test_what_is_no_time(text):
    with pytest.raises(ValueError):
        parse_time(text, SHANGHAI)


def test_an_hour_that_the_clock_skips():
    with pytest.raises(ValueError), translation.override("en"):
        parse_time("2026-03-29 02:30", ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(("text", "yes"), [("yes", True), ("否", False), ("TRUE", True), ("0", False), (" 是 ", True)])
def test_yes_and_no(text, yes):
    assert parse_yes_no(text) is yes


@pytest.mark.parametrize(("text", "number"), [("3", 3), ("-1", -1), ("1,200", 1200), ("2.0", 2), ("２", 2), ("+4", 4)])
def test_whole_numbers(text, number):
    assert parse_int(text) == number


@pytest.mark.parametrize("text", ["", "1.5", "1e3", "nan", "1,2", "9" * 5_000, "2147483648", "一"])
def test_what_is_no_whole_number(text):
    with pytest.raises(ValueError):
        parse_int(text)


@pytest.mark.parametrize("text", ["", "maybe", "2"])
def test_neither_yes_nor_no(text):
    with pytest.raises(ValueError):
        parse_yes_no(text)


def test_the_reason_names_the_cell_and_follows_the_language():
    with pytest.raises(ValueError) as raised:
        parse_amount("1.234")

    with translation.override("en"):
        assert str(raised.value) == "“1.234” has more than 2 decimals."
