"""The figures of the report as report-definitions says, one module per group, each one relation in few statements.

A relation is a chain of common table expressions with one row per member or receipt; a figure that counts rows is a
condition on it. The list behind a figure is the same relation with the same condition (`lists`).
"""

from typing import Any

from reports.figures import buyers, contribution, heads, purchases, year
from reports.figures.query import Frame
from reports.rules.months import Period
from reports.scopes import Scope

# Changes with the formulas; stored with every report.
DEFINITIONS = "1"
SECTIONS = ("base", "growth", "new_vs_existing", "frequency", "basket", "contribution", "dead_cards")


def compute(scope: Scope, period: Period) -> dict[str, Any]:
    """Every section of the report of a scope, keys and rounding as in report-definitions; values Decimal, int, None."""
    frame = Frame.of(scope, period)
    people = heads.read(frame)
    month = purchases.read(frame)
    bought = buyers.read(frame)
    twelve = year.read(frame)
    return {
        "base": heads.base(people),
        "growth": heads.growth(people) | {"capture_rate": purchases.capture_rate(month)},
        "new_vs_existing": purchases.new_vs_existing(month),
        "frequency": buyers.frequency(bought, twelve),
        "basket": purchases.basket(month),
        "contribution": contribution.contribution(frame, month, twelve),
        "dead_cards": heads.dead_cards(people),
    }
