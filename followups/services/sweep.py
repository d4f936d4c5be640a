"""What beat does: remind what is due, mark what is overdue. Each statement claims a batch and records it (style.md)."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection

BATCH = 500

# Claim and ledger row in one statement: a process that dies leaves both or neither. Rows another sweep holds are
# skipped; the ledger's unique (step, due day) is the last word.
REMIND = """
WITH due AS (
    SELECT s.id, s.due_on, s.owner_id
      FROM followups_step s
      JOIN followups_planstep ps ON ps.id = s.plan_step_id JOIN followups_plan pl ON pl.id = ps.plan_id
      JOIN vipcrm_store st ON st.id = s.store_id JOIN members_member m ON m.id = s.member_id
      CROSS JOIN LATERAL (SELECT %(now)s::timestamptz AT TIME ZONE st.time_zone AS at) here
      CROSS JOIN LATERAL (SELECT followups_window(here.at::date, st.opens, st.closes, pl.contact_from, pl.contact_until,
                                                  m.contact_from, m.contact_until) AS hours) w
     WHERE s.state = 'open' AND s.due_at <= %(now)s
       AND (s.reminded_on IS NULL OR NOT (s.reminded_on = s.due_on AND s.reminded_on IS NOT NULL))
       AND here.at::time >= w.hours[1] AND here.at::time < w.hours[2]
       AND here.at::date = followups_next_open_day(here.at::date, st.closed_weekdays)
       AND followups_may_contact(s.member_id)
     ORDER BY s.due_at, s.id LIMIT %(batch)s
       FOR UPDATE OF s SKIP LOCKED),
claimed AS (
    UPDATE followups_step s SET reminded_on = due.due_on FROM due WHERE s.id = due.id RETURNING 1),
recorded AS (
    INSERT INTO followups_reminder (step_id, due_on, owner_id, at)
    SELECT id, due_on, owner_id, %(now)s FROM due
        ON CONFLICT (step_id, due_on) DO NOTHING
    RETURNING 1)
SELECT (SELECT count(*) FROM claimed), (SELECT count(*) FROM recorded)
"""

MARK_OVERDUE = """
WITH late AS (
    SELECT s.id, s.due_on, (%(now)s::timestamptz AT TIME ZONE st.time_zone)::date AS today
      FROM followups_step s JOIN vipcrm_store st ON st.id = s.store_id
     WHERE s.state = 'open' AND s.overdue_at IS NULL AND s.due_on < %(now)s::timestamptz::date + 1
       AND s.due_on < (%(now)s::timestamptz AT TIME ZONE st.time_zone)::date - 1
       AND followups_may_contact(s.member_id)
     ORDER BY s.due_on, s.id LIMIT %(batch)s
       FOR UPDATE OF s SKIP LOCKED),
marked AS (
    UPDATE followups_step s SET overdue_at = %(now)s FROM late WHERE s.id = late.id RETURNING 1),
recorded AS (
    INSERT INTO followups_stepevent (step_id, kind, at, "on", result, note, due_on, before, notification)
    SELECT id, 'overdue', %(now)s, today, '', '', due_on, '{}', '' FROM late
    RETURNING 1)
SELECT (SELECT count(*) FROM marked), (SELECT count(*) FROM recorded)
"""


class Swept(NamedTuple):
    """How many owners were reminded of a step, and how many steps were found overdue."""

    reminded: int
    overdue: int


def run_followups(now: datetime) -> Swept:
    """Reminds each open step once per due day within contact hours, and marks it once when overdue (handbook 6.5).

    Both by the clock of the step's store. Safe to stop anywhere and to run twice at once; after a standstill of days
    it catches up in batches of 500, one statement and one commit each.
    """
    return Swept(reminded=_drain(REMIND, now), overdue=_drain(MARK_OVERDUE, now))


def _drain(sql: str, now: datetime) -> int:
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(sql, {"now": now, "batch": BATCH})
            claimed, recorded = cursor.fetchone()
            total += recorded
            if claimed < BATCH:
                return total
