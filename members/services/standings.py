"""The one row per member that lists and pages read: where the replay ended and what her purchases add up to."""

from collections.abc import Mapping
from datetime import date

from django.db import connection

from members.rules.programme import Programmes
from members.rules.tiers import Standing

STAGE = """
CREATE TEMP TABLE IF NOT EXISTS stage_standing (
    member_id bigint, tier text, rank int, tier_since date, counting_start date, counted_spend bigint,
    year_start date, year_spend bigint, review_on date, next_event_on date) ON COMMIT DELETE ROWS;
TRUNCATE stage_standing
"""

UPSERT = """
WITH sums AS (
    SELECT r.member_id, count(*) AS purchases, sum(r.net_amount) AS spend,
           min(r.sold_on) AS first_on, max(r.sold_on) AS last_on
      FROM members_receipt r
     WHERE r.member_id IN (SELECT member_id FROM stage_standing)
       AND r.voided_at IS NULL AND (r.net_amount <> 0 OR r.net_units <> 0)
     GROUP BY r.member_id)
INSERT INTO members_standing AS old (member_id, tier, rank, tier_since, counting_start, counted_spend, year_start,
            year_spend, review_on, next_event_on, purchases, spend, first_purchase_on, last_purchase_on)
SELECT g.member_id, g.tier, g.rank, g.tier_since, g.counting_start, g.counted_spend / 100.0, g.year_start,
       g.year_spend / 100.0, g.review_on, g.next_event_on, coalesce(s.purchases, 0), coalesce(s.spend, 0),
       s.first_on, s.last_on
  FROM stage_standing g LEFT JOIN sums s USING (member_id)
    ON CONFLICT (member_id) DO UPDATE
   SET (tier, rank, tier_since, counting_start, counted_spend, year_start, year_spend, review_on, next_event_on,
        purchases, spend, first_purchase_on, last_purchase_on)
     = (excluded.tier, excluded.rank, excluded.tier_since, excluded.counting_start, excluded.counted_spend,
        excluded.year_start, excluded.year_spend, excluded.review_on, excluded.next_event_on, excluded.purchases,
        excluded.spend, excluded.first_purchase_on, excluded.last_purchase_on)
 WHERE (old.*) IS DISTINCT FROM (excluded.*)
"""


def _next_event(programmes: Programmes, standing: Standing, today: date) -> date | None:
    """The next day on which the history changes without a purchase."""
    versions = [version.valid_from for version in programmes.starting_after(today)]
    days = [day for day in (standing.next_review, standing.held_until, *versions) if day is not None and day > today]
    return min(days, default=None)


def refresh_standings(programmes: Programmes, standings: Mapping[int, Standing], *, today: date) -> int:
    """Writes the standings that differ and says how many; sums of purchases are read from the receipts."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy("COPY stage_standing FROM STDIN") as copy:
            for member_id, standing in standings.items():
                tier = standing.tier
                copy.write_row(
                    (
                        member_id,
                        tier.code if tier else "",
                        tier.rank if tier else 0,
                        standing.since,
                        standing.counting_start,
                        standing.counted_cents,
                        standing.year_start,
                        standing.year_cents,
                        standing.next_review,
                        _next_event(programmes, standing, today),
                    )
                )
        cursor.execute(UPSERT)
        return int(cursor.rowcount)
