"""12 contribution: what members, and each tier of them, bring of all spend. By the store of the receipt."""

from typing import Any

from reports.figures.purchases import PURCHASES
from reports.figures.query import NONE, Frame, Row, rows
from reports.rules.numbers import money, ratio

# The tier held just before the receipt: the last change in force that precedes it. What a receipt of the same moment
# caused precedes it only if that receipt does (time, number by code point, store code); a change by hand comes after
# the receipts of its moment; everything else takes effect at the start of its day, before its receipts (handbook 3.3).
TIER_BEFORE = f"""{PURCHASES}
SELECT coalesce(nullif(before.to_tier, ''), '{NONE}') AS tier, count(*) AS purchases, sum(b.amount) AS spend
  FROM bought b
  JOIN members_receipt r ON r.id = b.receipt_id
  JOIN vipcrm_store s ON s.id = r.store_id
  LEFT JOIN LATERAL (
       SELECT t.to_tier FROM members_tierchange t
        WHERE t.member_id = b.member_id AND t.withdrawn_at IS NULL
          AND CASE WHEN t.reason IN ('joined', 'single', 'cumulative') THEN t.at < r.sold_at OR t.at = r.sold_at
                        AND (r.number COLLATE "C", s.code COLLATE "C") >
                            (SELECT k.number COLLATE "C", ks.code COLLATE "C"
                               FROM members_receipt k JOIN vipcrm_store ks ON ks.id = k.store_id
                              WHERE k.id = ANY(t.receipt_ids) AND k.sold_at = t.at
                              ORDER BY k.number COLLATE "C" DESC, ks.code COLLATE "C" DESC LIMIT 1)
                   WHEN t.reason = 'manual' THEN t.at < r.sold_at
                   ELSE t."on" <= r.sold_on END
        ORDER BY t.seq DESC LIMIT 1) before ON true
 WHERE b.member_id IS NOT NULL
 GROUP BY 1
"""


def contribution(frame: Frame, month: Row, twelve: Row) -> dict[str, Any]:
    """12: `month`: what `purchases.read` gives; `twelve`: what `year.read` gives."""
    spend = {row["tier"]: row["spend"] for row in rows(TIER_BEFORE, frame)}
    codes = dict.fromkeys([*frame.tiers, *sorted(spend)])
    return {
        "member_share": ratio(month["member_spend"], month["all_spend"]),
        "by_tier": {code: ratio(spend.get(code, 0), month["all_spend"]) for code in codes},
        "top20_share": ratio(twelve["top_spend"], twelve["spend"]),
        "member_spend": money(month["member_spend"]),
        "all_spend": money(month["all_spend"]),
    }
