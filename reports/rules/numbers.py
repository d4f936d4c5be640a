"""Rounding of the report: half up, away from zero at 5, and only at the end (report-definitions)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Number = Decimal | int
CENT = Decimal("0.01")
RATIO = Decimal("0.0001")


def money(amount: Number) -> Decimal:
    """CNY to 0.01."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def ratio(part: Number, whole: Number) -> Decimal | None:
    """`part / whole` to 4 decimals; None when `whole` is zero."""
    return None if not whole else (Decimal(part) / Decimal(whole)).quantize(RATIO, ROUND_HALF_UP)


def mean_money(amount: Number, count: Number) -> Decimal | None:
    """`amount / count` to 0.01; None when `count` is zero."""
    return None if not count else money(Decimal(amount) / Decimal(count))


def median(lower: Number | None, upper: Number | None, step: Decimal) -> Decimal | None:
    """The middle of the two middle values (equal when the count is odd), to `step`; None when there are none."""
    if lower is None or upper is None:
        return None
    return ((Decimal(lower) + Decimal(upper)) / 2).quantize(step, ROUND_HALF_UP)


def as_json(value: Any) -> Any:
    """Figures as they are stored and printed: decimals become JSON numbers."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value
