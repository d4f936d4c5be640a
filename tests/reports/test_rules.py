"""Rounding, months and the rules of the first screen: tables of cases, no database."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reports.charts import nice_top
from reports.rules import finding, months, numbers
from reports.rules.finding import Turn
from reports.sections import words
from vipcrm.formats import number

SHANGHAI, HONOLULU = ZoneInfo("Asia/Shanghai"), ZoneInfo("Pacific/Honolulu")


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 3, "0.3333"),
        (2, 3, "0.6667"),
        (1, 20000, "0.0001"),
        (1, 20001, "0.0000"),
        (-1, 20000, "-0.0001"),
        (5, 5, "1"),
    ],
)
def test_ratios_round_half_up_to_four_decimals(part, whole, expected):
    assert numbers.ratio(part, whole) == Decimal(expected)


def test_division_by_zero_is_unknown():
    assert numbers.ratio(1, 0) is None
    assert numbers.mean_money(Decimal("10.00"), 0) is None
    assert numbers.median(None, None, numbers.CENT) is None


@pytest.mark.parametrize(("amount", "expected"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("1.004", "1.00")])
def test_money_rounds_half_up_away_from_zero(amount, expected):
    assert numbers.money(Decimal(amount)) == Decimal(expected)


def test_a_median_between_two_cents_rounds_up():
    assert numbers.median(Decimal("0.01"), Decimal("0.02"), numbers.CENT) == Decimal("0.02")


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-10", "2026/10", "", "2026-10-01", "0000-01", "二〇二六-10"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(months.MonthMalformed):
        months.parse_month(text)


def test_months_step_over_the_new_year():
    assert months.parse_month("2026-01") == date(2026, 1, 1)
    assert months.add_months(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert months.add_months(date(2026, 12, 1), 2) == date(2027, 2, 1)


def test_the_window_of_dead_cards_is_365_days_also_over_a_leap_year():
    assert months.Period(date(2024, 2, 1)).dead_line == date(2023, 3, 2)
    assert months.Period(date(2026, 10, 1)).dead_line == date(2025, 11, 1)
    assert months.Period(date(2026, 10, 1)).year_start == date(2025, 11, 1)


def test_a_month_is_over_when_it_is_over_in_every_zone():
    at = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)  # 1 November 01:00 in Shanghai, 31 October 07:00 in Honolulu
    assert months.is_over(date(2026, 10, 1), at, [SHANGHAI])
    assert not months.is_over(date(2026, 10, 1), at, [SHANGHAI], hour=2)
    assert not months.is_over(date(2026, 10, 1), at, [SHANGHAI, HONOLULU])


@pytest.mark.parametrize(
    ("now", "then", "is_share", "expected"),
    [
        (101, 100, False, Turn.UP),
        (100.9, 100, False, Turn.FLAT),
        (90, 100, False, Turn.DOWN),
        (5, 0, False, None),
        (None, 1, False, None),
        (0.505, 0.5, True, Turn.UP),
        (0.504, 0.5, True, Turn.FLAT),
        (0.1, 0, True, Turn.UP),
    ],
)
def test_when_a_figure_has_moved(now, then, is_share, expected):
    assert finding.turn_of(now, then, is_share=is_share) == expected


def test_the_biggest_movers_are_shares_that_moved_a_point_or_more():
    then = {"a": 0.10, "b": 0.20, "c": 0.30, "d": 0.40, "e": None}
    now = {"a": 0.109, "b": 0.25, "c": 0.20, "d": 0.42, "e": 0.5, "f": 0.9}
    assert [mover.key for mover in finding.biggest_movers(now, then)] == ["c", "b", "d"]


@pytest.mark.parametrize("most", [0, 0.4, 1, 3, 9, 10, 75.7, 100, 206, 1999, 123_456])
def test_a_scale_holds_its_highest_bar_and_has_few_ticks(most):
    top, step = nice_top(most)
    assert top >= most
    assert 1 <= top / step <= 5


def test_shares_are_written_alike_in_bars_and_tables():
    assert words.hundred(0.1425) == 14.25
    assert words.percent(0.1425) == number(words.hundred(0.1425), 1) == "14.3"
