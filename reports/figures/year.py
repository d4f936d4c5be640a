"""The 12 months up to E in the scope's stores: purchases, buyers, and what the best fifth of them spent (4, 12)."""

from typing import Any

from reports.figures.query import IS_PURCHASE, Frame, rows

# One row per member who bought in the 12 months; the top fifth is rounded up.
SUMMARY = f"""
WITH spent AS (
    SELECT r.member_id, sum(r.net_amount) AS spend, count(*) AS purchases
      FROM members_receipt r
     WHERE r.member_id IS NOT NULL AND r.store_id = ANY(%(stores)s)
       AND r.sold_on >= %(year_start)s AND r.sold_on < %(end)s AND {IS_PURCHASE.format("r")}
     GROUP BY r.member_id),
placed AS (
    SELECT spend, purchases, row_number() OVER (ORDER BY spend DESC) AS place, count(*) OVER () AS buyers FROM spent)
SELECT count(*) AS buyers, coalesce(sum(purchases), 0)::bigint AS purchases, coalesce(sum(spend), 0) AS spend,
       coalesce(sum(spend) FILTER (WHERE place <= ceil(buyers / 5.0)), 0) AS top_spend
  FROM placed
"""


def read(frame: Frame) -> dict[str, Any]:
    """`buyers`, `purchases`, `spend` and `top_spend` of the 12 months, members only."""
    return rows(SUMMARY, frame)[0]
