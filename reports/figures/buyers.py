"""4 frequency: who bought in the month in the scope's stores, how often, and who had bought before."""

from typing import Any

from reports.figures.query import IS_PURCHASE, Frame, Row, counts, rows
from reports.rules.numbers import ratio

# One row per buyer of the month; `returned`: with a purchase before B in any store.
BUYERS = f"""
WITH buyers AS (
    SELECT r.member_id, count(*) AS purchases, m.enrolled_on >= %(begin)s AS is_new,
           EXISTS (SELECT 1 FROM members_receipt e
                    WHERE e.member_id = r.member_id AND e.sold_on < %(begin)s AND {IS_PURCHASE.format("e")}) AS returned
      FROM members_receipt r JOIN members_member m ON m.id = r.member_id
     WHERE r.store_id = ANY(%(stores)s) AND r.sold_on >= %(begin)s AND r.sold_on < %(end)s
       AND {IS_PURCHASE.format("r")}
     GROUP BY r.member_id, m.enrolled_on)
"""

TIMES = {"1": "purchases = 1", "2": "purchases = 2", "3": "purchases = 3", "4+": "purchases >= 4"}
CONDITIONS = {
    "buyers": "true",
    "new": "is_new",
    "existing": "NOT is_new",
    "returned": "returned",
    **{f"times_{key}": condition for key, condition in TIMES.items()},
}

SUMMARY = f"""{BUYERS}
SELECT {counts(CONDITIONS)}, coalesce(sum(purchases), 0)::bigint AS purchases FROM buyers
"""


def read(frame: Frame) -> dict[str, Any]:
    """Counts over the month's buyers in one statement."""
    return rows(SUMMARY, frame)[0]


def frequency(month: Row, twelve: Row) -> dict[str, Any]:
    """4: `month`: counts of `read`; `twelve`: what `year.read` gives."""
    return {
        "month": ratio(month["purchases"], month["buyers"]),
        "trailing_12": ratio(twelve["purchases"], twelve["buyers"]),
        "buyers_by_purchases": {key: month[f"times_{key}"] for key in TIMES},
        "repeat_rate": ratio(month["returned"], month["buyers"]),
    }
