"""What every figure's SQL is given, and how its rows come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from members.models import Tier
from reports.rules.months import Period
from reports.scopes import Scope

NONE = "none"

# A receipt that is a purchase (report-definitions): not voided, net amount or net units not zero.
IS_PURCHASE = "{0}.voided_at IS NULL AND ({0}.net_amount <> 0 OR {0}.net_units <> 0)"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Frame:
    """Parameters of the statements: B, E, the start of the 12 months, E − 365 days, the stores; and all tier codes."""

    begin: date
    end: date
    year_start: date
    dead_line: date
    stores: list[int]
    tiers: list[str]

    @classmethod
    def of(cls, scope: Scope, period: Period) -> "Frame":
        return cls(period.start, period.end, period.year_start, period.dead_line, scope.store_ids, tier_codes())

    @property
    def params(self) -> dict[str, Any]:
        return {
            "begin": self.begin,
            "end": self.end,
            "year_start": self.year_start,
            "dead_line": self.dead_line,
            "stores": self.stores,
        }


def tier_codes() -> list[str]:
    """`none`, then every tier code of the programme by rank: the keys of each `by_tier`."""
    ranked = Tier.objects.order_by("rank", "code").values_list("code", flat=True)
    return list(dict.fromkeys([NONE, *ranked]))


def rows(sql: str, frame: Frame, **more: Any) -> list[dict[str, Any]]:
    """The rows of a statement as dicts."""
    with connection.cursor() as cursor:
        cursor.execute(sql, frame.params | more)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def counts(conditions: Mapping[str, str]) -> str:
    """`count(*) FILTER (WHERE …) AS "name"` for each named condition."""
    return ", ".join(f'count(*) FILTER (WHERE {condition}) AS "{name}"' for name, condition in conditions.items())
