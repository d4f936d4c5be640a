"""Derived columns of receipts and of the members behind them, set-based; each function returns the rows it changed.

Nothing is written that already stands, so a count above zero after a rebuild means that something stored was wrong.
"""

from collections.abc import Sequence

from django.db import connection

from members.services.ids import id_array

# A sold line is worth what was not taken back; a return counts on the line it undoes, so return lines add nothing here.
NETS = """
UPDATE members_receipt r
   SET net_amount = n.net_amount, net_units = n.net_units,
       counted_amount = n.counted_amount, counted_units = n.counted_units
  FROM (SELECT t.id,
               coalesce(sum(l.amount - l.returned_amount), 0) AS net_amount,
               coalesce(sum(l.quantity - l.returned_quantity), 0) AS net_units,
               coalesce(sum(l.amount - l.returned_amount) FILTER (WHERE NOT p.excluded), 0) AS counted_amount,
               coalesce(sum(l.quantity - l.returned_quantity) FILTER (WHERE NOT p.excluded), 0) AS counted_units
          FROM unnest(%s::bigint[]) AS t(id)
          LEFT JOIN members_receiptline l ON l.receipt_id = t.id AND l.quantity > 0 AND NOT l.voided
          LEFT JOIN members_product p ON p.id = l.product_id
         GROUP BY t.id) n
 WHERE r.id = n.id
   AND (r.net_amount, r.net_units, r.counted_amount, r.counted_units)
       IS DISTINCT FROM (n.net_amount, n.net_units, n.counted_amount, n.counted_units)
"""

# The returned_… of sold lines are kept by a trigger; this says the same once more for `rebuild`.
RETURNED = """
UPDATE members_receiptline s
   SET returned_quantity = n.units, returned_amount = n.amount
  FROM (SELECT l.id, coalesce(-sum(b.quantity), 0) AS units, coalesce(-sum(b.amount), 0) AS amount
          FROM members_receiptline l
          LEFT JOIN members_receiptline b ON b.returns_line_id = l.id AND NOT b.voided
         WHERE l.receipt_id = ANY(%s::bigint[]) AND l.quantity > 0
         GROUP BY l.id) n
 WHERE s.id = n.id AND (s.returned_quantity, s.returned_amount) IS DISTINCT FROM (n.units, n.amount)
"""

# Stored with the receipt, for queries; a store whose time zone was corrected has other days.
DAYS = """
UPDATE members_receipt r
   SET sold_on = (r.sold_at AT TIME ZONE s.time_zone)::date
  FROM vipcrm_store s
 WHERE s.id = r.store_id AND r.id = ANY(%s::bigint[]) AND r.sold_on <> (r.sold_at AT TIME ZONE s.time_zone)::date
"""

# Handbook 2: a receipt dated before the enrolment moves the enrolment to its day.
ENROLMENT = """
UPDATE members_member m
   SET enrolled_on = n.enrolled_on
  FROM (SELECT t.id, least(g.enrolled_on_given, min(r.sold_on)) AS enrolled_on
          FROM unnest(%s::bigint[]) AS t(id)
          JOIN members_member g ON g.id = t.id
          LEFT JOIN members_receipt r ON r.member_id = t.id AND r.voided_at IS NULL
         GROUP BY t.id, g.enrolled_on_given) n
 WHERE m.id = n.id AND m.enrolled_on <> n.enrolled_on
"""

# Handbook 2: a purchase by a member who had left makes her active again. One derived row per leaving at most.
COME_BACKS = """
WITH due AS (
    SELECT l.member_id, back.id AS receipt_id, back.sold_at, back.sold_on
      FROM (SELECT s.member_id, s.status, s.at,
                   lead(s.at) OVER (PARTITION BY s.member_id ORDER BY s.at, s.id) AS next_at
              FROM members_statuschange s
             WHERE s.receipt_id IS NULL AND s.member_id = ANY(%(members)s::bigint[])) l
      CROSS JOIN LATERAL (
            SELECT r.id, r.sold_at, r.sold_on FROM members_receipt r
             WHERE r.member_id = l.member_id AND r.voided_at IS NULL AND (r.net_amount <> 0 OR r.net_units <> 0)
               AND r.sold_at > l.at AND (l.next_at IS NULL OR r.sold_at < l.next_at)
             ORDER BY r.sold_at, r.number COLLATE "C", r.id LIMIT 1) back
     WHERE l.status = 'left'),
gone AS (
    DELETE FROM members_statuschange s
     WHERE s.member_id = ANY(%(members)s::bigint[]) AND s.receipt_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM due d WHERE d.receipt_id = s.receipt_id AND d.sold_at = s.at)
    RETURNING 1),
made AS (
    INSERT INTO members_statuschange (member_id, at, "on", status, reason, receipt_id)
    SELECT d.member_id, d.sold_at, d.sold_on, 'active', '', d.receipt_id FROM due d
     WHERE NOT EXISTS (SELECT 1 FROM members_statuschange s WHERE s.receipt_id = d.receipt_id AND s.at = d.sold_at)
    RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM made)
"""

STATUS = """
UPDATE members_member m
   SET status = n.status
  FROM (SELECT t.id, coalesce(last.status, 'active') AS status
          FROM unnest(%s::bigint[]) AS t(id)
          LEFT JOIN LATERAL (SELECT s.status FROM members_statuschange s WHERE s.member_id = t.id
                              ORDER BY s.at DESC, s.id DESC LIMIT 1) last ON true) n
 WHERE m.id = n.id AND m.status <> n.status
"""


def _changed(sql: str, ids: Sequence[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [id_array(ids)])
        return int(cursor.rowcount)


def refresh_nets(receipt_ids: Sequence[int]) -> int:
    """Net and counted amounts and units of the receipts, from lines less their returns; voided receipts are 0."""
    return _changed(NETS, receipt_ids)


def refresh_returned(receipt_ids: Sequence[int]) -> int:
    """What was taken back of each sold line, counted anew (only `rebuild` needs it: a trigger keeps it)."""
    return _changed(RETURNED, receipt_ids)


def refresh_days(receipt_ids: Sequence[int]) -> int:
    """The day of each receipt: its date in its own store (handbook 3.3)."""
    return _changed(DAYS, receipt_ids)


def refresh_enrolment(member_ids: Sequence[int]) -> int:
    """The day of enrolment: as given, or that of an earlier receipt."""
    return _changed(ENROLMENT, member_ids)


def refresh_status(member_ids: Sequence[int]) -> int:
    """Members who left and bought again are active from that purchase on."""
    with connection.cursor() as cursor:
        cursor.execute(COME_BACKS, {"members": id_array(member_ids)})
        moved = int(cursor.fetchone()[0])
    return moved + _changed(STATUS, member_ids)
