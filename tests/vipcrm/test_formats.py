from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import translation

from vipcrm import formats

SHANGHAI = SimpleNamespace(tz=ZoneInfo("Asia/Shanghai"))
URUMQI = SimpleNamespace(tz=ZoneInfo("Asia/Urumqi"))


@pytest.fixture(autouse=True)
def _november():
    with time_machine.travel(datetime(2026, 11, 21, 4, tzinfo=UTC)), translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        (None, {}, "–"),
        (0, {}, "0"),
        (1286400, {}, "1,286,400"),
        (Decimal("29.9"), {}, "29.90"),
        (Decimal("0.125"), {"places": 2}, "0.13"),
        (-7.6, {"places": 1}, "−7.6"),
        (8, {"signed": True}, "+8"),
        (0, {"signed": True}, "0"),
        (Decimal("-0.001"), {"places": 1}, "0.0"),
    ],
)
def test_numbers(value, options, text):
    assert formats.number(value, **options) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (1380, "¥1,380"), (Decimal("29.90"), "¥29.90"), (Decimal("-324"), "−¥324")]
)
def test_money(value, text):
    assert formats.money(value) == text


def test_days_in_chinese_and_english():
    saturday = date(2026, 11, 21)
    assert formats.day(saturday) == "11月21日 周六"
    assert formats.day(saturday, weekday=False) == "11月21日"
    assert formats.day(date(2027, 1, 15)) == "2027年1月15日"
    assert formats.month(saturday) == "2026年11月"
    with translation.override("en"):
        assert formats.day(saturday) == "Sat 21 Nov"
        assert formats.day(date(2027, 1, 15)) == "15 Jan 2027"
        assert formats.month(saturday) == "November 2026"


def test_times_are_those_of_the_store():
    at = datetime(2026, 11, 14, 16, 30, tzinfo=UTC)
    assert formats.day_time(at, SHANGHAI) == "11月15日 周日 00:30"
    assert formats.day_time(at, URUMQI) == "11月14日 周六 22:30"
    assert formats.clock(at, SHANGHAI) == "00:30"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+8613800001234", "138****1234"),
        ("13800001234", "138****1234"),
        ("+85291234567", "+852 ****4567"),
        ("", "–"),
        ("12", "****"),
    ],
)
def test_phones_are_masked(phone, masked):
    assert formats.mask_phone(phone) == masked
