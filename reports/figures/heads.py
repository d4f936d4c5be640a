"""Head counts: 1 base, 2 growth (without capture_rate), 13 dead_cards. By the member's home store at E."""

from dataclasses import dataclass
from typing import Any

from reports.figures.query import IS_PURCHASE, NONE, Frame, counts, rows
from reports.rules.numbers import ratio

# One row per member of the scope's stores at E. The home store at E: what it was before the first change on or after E.
# `moves` are her comings (+1) and goings (−1) before E: the enrolment, then each change of status that is one. Merged
# files count in no month. A change of status dated before the enrolment counts at the enrolment.
HEADS = f"""
WITH moved AS (
    SELECT DISTINCT ON (member_id) member_id, store_before_id
      FROM members_advisorchange WHERE "on" >= %(end)s ORDER BY member_id, "on", at, id),
homes AS (
    SELECT m.id AS member_id, m.enrolled_on, m.source, m.enrolled_by_id
      FROM members_member m LEFT JOIN moved ON moved.member_id = m.id
     WHERE m.status <> 'merged' AND m.enrolled_on < %(end)s
       AND coalesce(moved.store_before_id, m.home_store_id) = ANY(%(stores)s)),
changed AS (
    SELECT s.member_id, greatest(s."on", h.enrolled_on) AS "on", s.status IN ('left', 'erased') AS gone, s.at, s.id
      FROM members_statuschange s JOIN homes h ON h.member_id = s.member_id
     WHERE s.status <> 'merged' AND s."on" < %(end)s),
moves AS (
    SELECT member_id, "on", CASE WHEN gone THEN -1 ELSE 1 END AS step
      FROM (SELECT e.*, lag(gone, 1, true) OVER (PARTITION BY member_id ORDER BY at, id) AS was_gone
              FROM (SELECT * FROM changed
                     UNION ALL
                    SELECT member_id, enrolled_on, false, '-infinity'::timestamptz, 0 FROM homes
                     WHERE member_id IN (SELECT member_id FROM changed)) e) steps
     WHERE gone <> was_gone),
walked AS (
    SELECT member_id, coalesce(sum(step) FILTER (WHERE "on" < %(begin)s), 0) AS before, sum(step) AS after,
           count(*) FILTER (WHERE step > 0 AND "on" >= %(begin)s) AS joined,
           count(*) FILTER (WHERE step < 0 AND "on" >= %(begin)s) AS gone
      FROM moves GROUP BY member_id),
last_bought AS (
    SELECT r.member_id, max(r.sold_on) AS "on"
      FROM members_receipt r
     WHERE r.member_id IS NOT NULL AND r.sold_on < %(end)s AND {IS_PURCHASE.format("r")} GROUP BY r.member_id),
heads AS (
    SELECT h.member_id, h.enrolled_on, coalesce(nullif(h.source, ''), '{NONE}') AS source,
           coalesce(staff.username, '{NONE}') AS staff, coalesce(nullif(tier.to_tier, ''), '{NONE}') AS tier,
           last_bought."on" AS last_on,
           CASE WHEN w.member_id IS NULL THEN h.enrolled_on < %(begin)s ELSE w.before > 0 END AS at_start,
           CASE WHEN w.member_id IS NULL THEN true ELSE w.after > 0 END AS at_end,
           CASE WHEN w.member_id IS NULL THEN (h.enrolled_on >= %(begin)s)::int ELSE w.joined END AS joined,
           coalesce(w.gone, 0) AS gone
      FROM homes h
      LEFT JOIN walked w ON w.member_id = h.member_id
      LEFT JOIN vipcrm_staff staff ON staff.id = h.enrolled_by_id
      LEFT JOIN last_bought ON last_bought.member_id = h.member_id
      LEFT JOIN LATERAL (SELECT t.to_tier FROM members_tierchange t
                          WHERE t.member_id = h.member_id AND t.withdrawn_at IS NULL AND t."on" < %(end)s
                          ORDER BY t.seq DESC LIMIT 1) tier ON true)
"""

# Members counted once each.
ELIGIBLE = "at_end AND enrolled_on <= %(dead_line)s"
DEAD = f"{ELIGIBLE} AND (last_on IS NULL OR last_on < %(dead_line)s)"
CONDITIONS = {
    "start": "at_start",
    "end": "at_end",
    "eligible": ELIGIBLE,
    "dead": DEAD,
    "never_returned": f"{DEAD} AND (last_on IS NULL OR last_on <= enrolled_on)",
}
# Comings and goings: a member counts as often as she came or went.
EVENTS = {"joined": "joined", "left": "gone"}

SUMMARY = f"""{HEADS}
SELECT grouping(tier, source, staff) AS grouped, tier, source, staff, {counts(CONDITIONS)},
       coalesce(sum(joined), 0)::bigint AS joined, coalesce(sum(gone), 0)::bigint AS "left"
  FROM heads GROUP BY GROUPING SETS ((), (tier), (source), (staff))
"""
WHOLE, BY_TIER, BY_SOURCE, BY_STAFF = 7, 3, 5, 6


@dataclass(frozen=True)
class Heads:
    """Counts of the whole and per tier, and who joined by source and by staff."""

    whole: dict[str, Any]
    by_tier: dict[str, dict[str, Any]]
    by_source: dict[str, int]
    by_staff: dict[str, int]


def read(frame: Frame) -> Heads:
    """All head counts of the scope in one statement."""
    found = rows(SUMMARY, frame)
    empty = dict.fromkeys([*CONDITIONS, *EVENTS], 0)
    tiers = {row["tier"]: row for row in found if row["grouped"] == BY_TIER}
    return Heads(
        whole=next(row for row in found if row["grouped"] == WHOLE),
        by_tier={code: tiers.get(code, empty) for code in dict.fromkeys([*frame.tiers, *sorted(tiers)])},
        by_source=_joined(found, BY_SOURCE, "source"),
        by_staff=_joined(found, BY_STAFF, "staff"),
    )


def _joined(found: list[dict[str, Any]], grouped: int, key: str) -> dict[str, int]:
    pairs = ((row[key], row["joined"]) for row in found if row["grouped"] == grouped and row["joined"])
    return dict(sorted(pairs))


def base(heads: Heads) -> dict[str, Any]:
    """1: start + joined − left = end, by construction; `end` by tier as of E."""
    counted = {key: heads.whole[key] for key in ("start", "joined", "left", "end")}
    return counted | {"by_tier": {code: row["end"] for code, row in heads.by_tier.items()}}


def growth(heads: Heads) -> dict[str, Any]:
    """2 without `capture_rate`: who joined (also those who came back), by source and by the person who enrolled her."""
    return {"joined": heads.whole["joined"], "by_source": heads.by_source, "by_staff": heads.by_staff}


def dead_cards(heads: Heads) -> dict[str, Any]:
    """13: of the members of `end` enrolled on or before E − 365 days, those without a purchase in the 365 days to E."""
    by_tier = {code: _dead(row) for code, row in heads.by_tier.items()}
    return _dead(heads.whole) | {"by_tier": by_tier, "never_returned": heads.whole["never_returned"]}


def _dead(row: dict[str, Any]) -> dict[str, Any]:
    return {"eligible": row["eligible"], "dead": row["dead"], "rate": ratio(row["dead"], row["eligible"])}
