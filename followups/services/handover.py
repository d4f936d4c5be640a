"""Who does the open steps when a member is handed over or somebody leaves (handbook 6.5): in one statement."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from members.services.ids import id_array
from members.services.refresh import lock_members

# Superseded and cancelled ones may reopen: then they are with the right person, too.
TO_ADVISOR = """
moved AS (
    SELECT s.id, s.state, s.due_on, s.store_id, s.owner_id AS from_id, m.advisor_id AS to_id
      FROM followups_step s JOIN members_member m ON m.id = s.member_id
     WHERE m.id = ANY(%(ids)s::bigint[]) AND s.state IN ('open', 'superseded', 'cancelled')
       AND m.advisor_id <> coalesce(s.owner_id, 0)
       FOR UPDATE OF s)
"""

# Steps whose owner does not work in the member's home store (any more).
LEFT_BEHIND = """
left_behind AS (
    SELECT s.id, s.state, s.due_on, s.store_id, s.owner_id, s.member_id, m.advisor_id, m.home_store_id
      FROM followups_step s JOIN members_member m ON m.id = s.member_id JOIN vipcrm_staff o ON o.id = s.owner_id
     WHERE s.owner_id = ANY(%(ids)s::bigint[]) AND s.state = 'open'
       AND NOT (o.is_active AND o.store_id IS NOT DISTINCT FROM m.home_store_id)
       FOR UPDATE OF s)
"""

# To her advisor where that is somebody else who works there; the other members evenly (±1) to the clerks, least busy
# first, all steps of one member to one clerk. A store without clerks: they stay, and are nobody's.
TO_COLLEAGUES = f"""
{LEFT_BEHIND},
placed AS (
    SELECT l.*, a.id AS to_id,
           dense_rank() OVER (PARTITION BY l.home_store_id, a.id IS NULL ORDER BY l.member_id) AS place
      FROM left_behind l LEFT JOIN vipcrm_staff a
        ON a.id = l.advisor_id AND a.is_active AND a.store_id = l.home_store_id),
clerks AS (
    SELECT f.id, f.store_id, count(*) OVER (PARTITION BY f.store_id) AS among, row_number() OVER (
               PARTITION BY f.store_id
               ORDER BY (SELECT count(*) FROM followups_step s WHERE s.owner_id = f.id AND s.state = 'open'), f.id
           ) AS place
      FROM vipcrm_staff f
     WHERE f.role = 'clerk' AND f.is_active AND f.store_id IN (SELECT home_store_id FROM left_behind)),
moved AS (
    SELECT p.id, p.state, p.due_on, p.store_id, p.owner_id AS from_id, coalesce(p.to_id, c.id) AS to_id
      FROM placed p LEFT JOIN clerks c
        ON p.to_id IS NULL AND c.store_id = p.home_store_id AND c.place = (p.place - 1) %% c.among + 1
     WHERE coalesce(p.to_id, c.id) IS NOT NULL)
"""

MOVE = """
WITH {moved},
changed AS (
    UPDATE followups_step s SET owner_id = moved.to_id FROM moved WHERE s.id = moved.id),
recorded AS (
    INSERT INTO followups_stepevent (step_id, kind, at, "on", by_id, result, note, due_on, before, notification)
    SELECT moved.id, 'reassigned', %(at)s, (%(at)s::timestamptz AT TIME ZONE st.time_zone)::date, %(by)s::bigint, '',
           coalesce(nullif(f.name, ''), f.username, '–') || ' → ' || coalesce(nullif(t.name, ''), t.username),
           moved.due_on, '{{}}', ''
      FROM moved JOIN vipcrm_store st ON st.id = moved.store_id
      LEFT JOIN vipcrm_staff f ON f.id = moved.from_id JOIN vipcrm_staff t ON t.id = moved.to_id
     WHERE moved.state = 'open'
    RETURNING 1)
SELECT count(*) FROM recorded
"""

MEMBERS_OF = "SELECT DISTINCT member_id FROM followups_step WHERE owner_id = ANY(%s::bigint[]) AND state = 'open'"


@transaction.atomic
def follow_members(member_ids: Sequence[int], *, by_id: int | None, at: datetime) -> int:
    """Gives the steps of these members that are still to be done to their present advisors; each leaves an event.

    Nobody is reminded twice of one due day: until the next one a step stands on the new owner's page. A member without
    an advisor keeps her steps where they are. Safe to repeat. Returns how many open steps moved.
    """
    return _move(TO_ADVISOR, member_ids, member_ids, by_id, at)


@transaction.atomic
def hand_out_steps(staff_ids: Sequence[int], *, by_id: int | None, at: datetime) -> int:
    """Hands out the open steps of people who left, or work elsewhere, to the members' advisors or else evenly.

    Steps of anybody who still works in the member's home store stay. Safe to repeat. Returns how many steps moved.
    """
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS_OF, [id_array(staff_ids)])
        members = sorted(row[0] for row in cursor.fetchall())
    return _move(TO_COLLEAGUES, staff_ids, members, by_id, at)


def _move(moved: str, ids: Sequence[int], members: Sequence[int], by_id: int | None, at: datetime) -> int:
    if not ids:
        return 0
    lock_members(members)  # her row first, as everywhere
    with connection.cursor() as cursor:
        cursor.execute(MOVE.format(moved=moved), {"ids": id_array(ids), "by": by_id, "at": at})
        return int(cursor.fetchone()[0])
