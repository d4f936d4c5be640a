"""The values of single cells, as import-formats writes them. Pure; each raises ValueError with a translated reason."""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 1900, 2100
MAX_AMOUNT = Decimal("9999999999.99")  # what Decimal(12, 2) holds
MAX_INT = 2**31 - 1

_AMOUNT = re.compile(r"([+-]?)(?:[¥￥]|CNY|RMB)?\s?([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d*)?元?", re.ASCII)
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", re.ASCII)
_TIME = re.compile(r"([\d/-]+)(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_INT = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.0*)?", re.ASCII)
_YES = frozenset({"yes", "y", "true", "1", "是", "有", "对", "√"})
_NO = frozenset({"no", "n", "false", "0", "否", "无", "不", "×"})


class CellError(ValueError):
    """The cell does not hold what its column needs; the text is the translated reason."""

    def __str__(self) -> str:
        return str(self.args[0])


def parse_amount(text: str, *, decimals: int = 2) -> Decimal:
    """`1234.50`, `1,234.50`, `¥1234.5`, `-5`, `￥1,299` → Decimal with `decimals` places. Never rounds."""
    found = _AMOUNT.fullmatch(_folded(text))
    if found is None or (found[1] and found[2]):
        raise CellError(format_lazy(_("“{text}” is not an amount such as 1234.50."), text=_shown(text)))
    fraction = (found[4] or ".")[1:].rstrip("0")
    if len(fraction) > decimals:
        raise CellError(
            format_lazy(_("“{text}” has more than {decimals} decimals."), text=_shown(text), decimals=decimals)
        )
    amount = Decimal(f"{found[1]}{found[2]}{found[3].replace(',', '')}.{fraction:0<{decimals}}")
    if abs(amount) > MAX_AMOUNT:
        raise CellError(format_lazy(_("“{text}” is too large."), text=_shown(text)))
    return amount


def parse_int(text: str) -> int:
    """`3`, `-1`, `1,200`, `2.0` → int."""
    folded = _folded(text)
    if not _INT.fullmatch(folded):
        raise CellError(format_lazy(_("“{text}” is not a whole number."), text=_shown(text)))
    digits = folded.partition(".")[0].replace(",", "")
    if len(digits) > 11 or abs(int(digits)) > MAX_INT:
        raise CellError(format_lazy(_("“{text}” is too large."), text=_shown(text)))
    return int(digits)


def parse_date(text: str) -> datetime.date:
    """`2026-10-31` or `2026/10/31` → date."""
    found = _DATE.fullmatch(_folded(text))
    if found is None:
        raise CellError(format_lazy(_("“{text}” is not a date such as 2026-10-31."), text=_shown(text)))
    year, month, day = int(found[1]), int(found[3]), int(found[4])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError(
            format_lazy(
                _("The year of “{text}” is not between {first} and {last}."),
                text=_shown(text),
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )
    try:
        return datetime.date(year, month, day)
    except ValueError as error:
        raise CellError(format_lazy(_("“{text}” is not in the calendar."), text=_shown(text))) from error


def parse_time(text: str, tz: datetime.tzinfo) -> datetime.datetime:
    """`2026-10-31 18:05[:30]` on the wall clock of `tz` → aware datetime. A date alone is its midnight: a sheet does
    not tell the two apart. Raises also for an hour that the clock of `tz` skips."""
    found = _TIME.fullmatch(_folded(text))
    if found is None:
        raise CellError(format_lazy(_("“{text}” is not a time such as 2026-10-31 18:05."), text=_shown(text)))
    day = parse_date(found[1])
    try:
        clock = datetime.time(int(found[2] or 0), int(found[3] or 0), int(found[4] or 0))
    except ValueError as error:
        reason = format_lazy(_("“{text}” is not a time such as 2026-10-31 18:05."), text=_shown(text))
        raise CellError(reason) from error
    moment = datetime.datetime.combine(day, clock, tzinfo=tz)
    if moment.astimezone(datetime.UTC).astimezone(tz).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise CellError(format_lazy(_("“{text}” does not exist: the clock is put forward."), text=_shown(text)))
    return moment


def parse_yes_no(text: str) -> bool:
    """yes/no, 是/否, true/false, 1/0."""
    folded = _folded(text).casefold()
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise CellError(format_lazy(_("“{text}” is neither yes nor no."), text=_shown(text)))


def _folded(text: str) -> str:
    """Full-width digits and signs as half-width ones, and one sign for minus."""
    return unicodedata.normalize("NFKC", text).replace("−", "-").strip()


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
