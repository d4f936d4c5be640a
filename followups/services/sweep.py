"""What beat does: remind what is due, mark what is overdue. Each statement claims a batch and records it (style.md)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

BATCH = 500

# Claim and ledger row in one statement: a process that dies leaves both or neither. Rows another sweep holds are
# skipped; the ledger's unique (step, due day) is the last word. A batch starts where the one before ended, or it would
# wade through everything that is done already. Hours are asked per row, in index order, so that 500 rows cost 500.
REMIND = """
WITH due AS (
    SELECT s.id, s.due_on, s.owner_id, s.due_at
      FROM followups_step s
     WHERE s.state = 'open' AND s.due_at <= %(now)s AND (s.due_at, s.id) > (%(after)s::timestamptz, %(id)s)
       AND (s.reminded_on IS NULL OR NOT (s.reminded_on = s.due_on AND s.reminded_on IS NOT NULL))
       AND (SELECT here.at::time >= w.hours[1] AND here.at::time < w.hours[2]
               AND here.at::date = followups_next_open_day(here.at::date, st.closed_weekdays)
               AND here.at::date >= s.due_on
              FROM vipcrm_store st, members_member m,
                   followups_planstep ps JOIN followups_plan pl ON pl.id = ps.plan_id,
                   LATERAL (SELECT %(now)s::timestamptz AT TIME ZONE st.time_zone AS at) here,
                   LATERAL (SELECT followups_window(here.at::date, st.opens, st.closes, pl.contact_from,
                                                    pl.contact_until, m.contact_from, m.contact_until) AS hours) w
             WHERE st.id = s.store_id AND m.id = s.member_id AND ps.id = s.plan_step_id)
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
SELECT (SELECT count(*) FROM recorded), due_at, id FROM due ORDER BY due_at DESC, id DESC LIMIT 1
"""

MARK_OVERDUE = """
WITH late AS (
    SELECT s.id, s.due_on, (%(now)s::timestamptz AT TIME ZONE st.time_zone)::date AS today
      FROM followups_step s JOIN vipcrm_store st ON st.id = s.store_id
     WHERE s.state = 'open' AND s.overdue_at IS NULL AND s.due_on < %(now)s::timestamptz::date + 1
       AND (s.due_on, s.id) > (%(after)s::timestamptz::date, %(id)s)
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
SELECT (SELECT count(*) FROM recorded), due_on, id FROM late ORDER BY due_on DESC, id DESC LIMIT 1
"""
START: dict[str, Any] = {"after": "-infinity", "id": 0}


class Swept(NamedTuple):
    """How many owners were reminded of a step, and how many steps were found overdue."""

    reminded: int
    overdue: int


def run_followups(now: datetime, *, progress: Callable[[int], None] = lambda done: None) -> Swept:
    """Reminds each open step once per due day within contact hours, and marks it once when overdue (handbook 6.5).

    Both by the clock of the step's store. Safe to stop anywhere and to run twice at once; after a standstill of days
    it catches up in batches of 500, one statement and one commit each. `progress` hears how many are done so far.
    """
    reminded = _drain(REMIND, now, progress)
    return Swept(reminded, _drain(MARK_OVERDUE, now, lambda done: progress(reminded + done)))


def _drain(sql: str, now: datetime, progress: Callable[[int], None]) -> int:
    total, place = 0, START
    with connection.cursor() as cursor:
        while place:
            cursor.execute(sql, {"now": now, "batch": BATCH, **place})
            row = cursor.fetchone()
            total += row[0] if row else 0
            place = {"after": row[1], "id": row[2]} if row else {}
            progress(total)
    return total
