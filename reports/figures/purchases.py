"""The month's purchases: 3 new_vs_existing, 5 basket and the capture_rate of 2. By the store of the receipt."""

from typing import Any

from reports.figures.query import IS_PURCHASE, Frame, Row, counts, rows
from reports.rules.numbers import CENT, RATIO, mean_money, median, ratio

# One row per purchase of the month in the scope's stores. `is_new`: by a member enrolled in the month; null: a walk-in.
# `is_first`: her first receipt anywhere, in the order of handbook 3.3 (time, number by code point, store code).
PURCHASES = f"""
WITH bought AS (
    SELECT r.id AS receipt_id, r.member_id, r.net_amount AS amount, r.net_units AS units,
           m.enrolled_on >= %(begin)s AS is_new,
           m.enrolled_on >= %(begin)s AND NOT EXISTS (
               SELECT 1 FROM members_receipt e JOIN vipcrm_store es ON es.id = e.store_id
                WHERE e.member_id = r.member_id AND e.voided_at IS NULL
                  AND (e.sold_at, e.number COLLATE "C", es.code COLLATE "C")
                    < (r.sold_at, r.number COLLATE "C", s.code COLLATE "C")) AS is_first
      FROM members_receipt r
      JOIN vipcrm_store s ON s.id = r.store_id
      LEFT JOIN members_member m ON m.id = r.member_id
     WHERE r.store_id = ANY(%(stores)s) AND r.sold_on >= %(begin)s AND r.sold_on < %(end)s
       AND {IS_PURCHASE.format("r")})
"""

UNITS = {
    "1": "units <= 1",
    "2": "units = 2",
    "3": "units = 3",
    "4": "units = 4",
    "5+": "units >= 5",
}
GROUPS = {"new": "is_new", "existing": "NOT is_new"}
CONDITIONS = {
    "purchases": "true",
    "of_members": "member_id IS NOT NULL",
    "walk_ins": "member_id IS NULL",
    "captured": "is_first",
    "new": GROUPS["new"],
    "existing": GROUPS["existing"],
    **{f"units_{key}": f"member_id IS NOT NULL AND {condition}" for key, condition in UNITS.items()},
}


def _sums(name: str, condition: str) -> str:
    return (
        f"coalesce(sum(amount) FILTER (WHERE {condition}), 0) AS {name}_spend, "
        f"coalesce(sum(units) FILTER (WHERE {condition}), 0)::bigint AS {name}_units, "
        f"count(DISTINCT member_id) FILTER (WHERE {condition}) AS {name}_buyers"
    )


def _middle(column: str) -> str:
    """Both middle values: their mean is exact, which a percentile in floating point is not."""
    known = "FILTER (WHERE member_id IS NOT NULL)"
    return ", ".join(
        f"percentile_disc(0.5) WITHIN GROUP (ORDER BY {column} {way}) {known} AS {column}_{name}"
        for way, name in (("ASC", "lower"), ("DESC", "upper"))
    )


SUMMARY = f"""{PURCHASES}
SELECT {counts(CONDITIONS)}, {_sums("new", GROUPS["new"])}, {_sums("existing", GROUPS["existing"])},
       {_sums("member", CONDITIONS["of_members"])}, coalesce(sum(amount), 0) AS all_spend,
       {_middle("units")}, {_middle("amount")}
  FROM bought
"""


def read(frame: Frame) -> dict[str, Any]:
    """Counts and sums over the month's purchases in one statement."""
    return rows(SUMMARY, frame)[0]


def capture_rate(month: Row) -> Any:
    """2: first receipts of members enrolled in M / (those + purchases in M without a member)."""
    return ratio(month["captured"], month["captured"] + month["walk_ins"])


def new_vs_existing(month: Row) -> dict[str, Any]:
    """3: members enrolled in M against those enrolled before B."""
    return {name: _consumption(month, name) for name in GROUPS}


def _consumption(month: Row, name: str) -> dict[str, Any]:
    purchases, units, spend = month[name], month[f"{name}_units"], month[f"{name}_spend"]
    return {
        "buyers": month[f"{name}_buyers"],
        "purchases": purchases,
        "units": units,
        "spend": spend,
        "atv": mean_money(spend, purchases),
        "upt": ratio(units, purchases),
        "unit_price": mean_money(spend, units),
    }


def basket(month: Row) -> dict[str, Any]:
    """5: over the member purchases of the month; net units below 1 count under "1"."""
    return {
        "units_mean": ratio(month["member_units"], month["of_members"]),
        "units_median": median(month["units_lower"], month["units_upper"], RATIO),
        "purchases_by_units": {key: month[f"units_{key}"] for key in UNITS},
        "atv_mean": mean_money(month["member_spend"], month["of_members"]),
        "atv_median": median(month["amount_lower"], month["amount_upper"], CENT),
    }
