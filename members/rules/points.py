"""Points of a receipt (handbook 4). The ledger comes later; the rule stands already because the sale page shows it."""

from decimal import ROUND_FLOOR, Decimal


def points_of(counted_amount: Decimal, *, rate: Decimal = Decimal(1), multiplier: Decimal = Decimal(1)) -> int:
    """floor(net × rate × multiplier), never below 0; net in CNY without lines that are not for points."""
    earned = (counted_amount * rate * multiplier).to_integral_value(rounding=ROUND_FLOOR)
    return max(int(earned), 0)
