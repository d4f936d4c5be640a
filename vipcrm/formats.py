"""How numbers, money, days and phone numbers are written. Pure: values in, text out, language as active."""

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import phonenumbers
from django.utils import timezone
from django.utils.translation import get_language

NOTHING = "–"
MINUS = "−"
WEEKDAYS_ZH = "一二三四五六日"
CHINESE_MOBILE = re.compile(r"\+86(1\d\d)\d{4}(\d{4})")


def is_chinese() -> bool:
    """Whether the active language is Chinese, which writes dates in its own order."""
    return (get_language() or "zh").startswith("zh")


def number(value: Decimal | float | int | None, places: int | None = None, signed: bool = False) -> str:
    """`1,380`, `−7.6`, `–` for None. Without `places` whole numbers have no decimals, others have two.

    `signed` writes + before a gain.
    """
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value))
    if places is None:
        places = 0 if amount == amount.to_integral_value() else 2
    amount = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(amount):,.{places}f}"
    if amount < 0:
        return MINUS + text
    return f"+{text}" if signed and amount > 0 else text


def money(value: Decimal | float | int | None, signed: bool = False) -> str:
    """A single amount with its sign: `¥1,380`, `¥29.90`, `−¥324`. In table columns use `number`."""
    if value is None or value == "":
        return NOTHING
    text = number(abs(Decimal(str(value))))
    if Decimal(str(value)) < 0:
        return f"{MINUS}¥{text}"
    return f"+¥{text}" if signed and Decimal(str(value)) > 0 else f"¥{text}"


def _as_date(value: date | datetime, store: Any = None) -> date:
    return local(value, store).date() if isinstance(value, datetime) else value


def local(value: datetime, store: Any = None) -> datetime:
    """`value` in the store's time; without a store in the current time zone."""
    if timezone.is_naive(value):
        return value
    return timezone.localtime(value, store.tz if store is not None else None)


def day(value: date | datetime | None, weekday: bool = True) -> str:
    """`11月21日 周六` / `Sat 21 Nov`; a day of another year carries the year in place of the weekday."""
    if not value:
        return NOTHING
    on = _as_date(value)
    if on.year != timezone.localdate().year:
        return full_day(on)
    if is_chinese():
        return f"{on.month}月{on.day}日" + (f" 周{WEEKDAYS_ZH[on.weekday()]}" if weekday else "")
    return f"{on:%a} {on.day} {on:%b}" if weekday else f"{on.day} {on:%b}"


def full_day(value: date | datetime | None) -> str:
    """`2026年11月21日` / `21 Nov 2026`."""
    if not value:
        return NOTHING
    on = _as_date(value)
    return f"{on.year}年{on.month}月{on.day}日" if is_chinese() else f"{on.day} {on:%b} {on.year}"


def month(value: date | datetime | None) -> str:
    """`2026年10月` / `October 2026`."""
    if not value:
        return NOTHING
    on = _as_date(value)
    return f"{on.year}年{on.month}月" if is_chinese() else f"{on:%B} {on.year}"


def clock(value: datetime | time | None, store: Any = None) -> str:
    """`15:22` in the store's time."""
    if value is None or value == "":
        return NOTHING
    return f"{local(value, store) if isinstance(value, datetime) else value:%H:%M}"


def day_time(value: datetime | None, store: Any = None) -> str:
    """`11月14日 周六 15:22` / `Sat 14 Nov 15:22` in the store's time."""
    if not value:
        return NOTHING
    at = local(value, store)
    return f"{day(at.date())} {at:%H:%M}"


def mask_phone(phone: str | None) -> str:
    """`138****1234`; numbers from abroad keep their country code: `+852 ****5678` (handbook 1)."""
    if not phone:
        return NOTHING
    if mobile := CHINESE_MOBILE.fullmatch(phone):
        return f"{mobile[1]}****{mobile[2]}"
    try:
        parsed = phonenumbers.parse(phone, "CN")
    except phonenumbers.NumberParseException:
        return f"****{phone[-4:]}" if len(phone) > 4 else "****"
    national = str(parsed.national_number)
    if parsed.country_code == 86 and len(national) == 11:
        return f"{national[:3]}****{national[-4:]}"
    return f"+{parsed.country_code} ****{national[-4:]}" if len(national) > 4 else "****"
