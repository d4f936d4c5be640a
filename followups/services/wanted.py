"""Which steps there should be for a set of members, as SQL: the rules of followups.rules over whole sets.

`DIFFERENCES` has one row per step that is missing or stands differently; `refresh` writes it, `rebuild --check` prints
it. tests/followups/test_refresh_laws.py holds it against the pure rules.
"""

# A receipt that is only recorded long after its due days has none; the reach skips history before anything is joined.
REACH = "(SELECT coalesce(max(day), 0) + 12 FROM followups_planstep)"

MEMBERS = f"""
WITH given AS MATERIALIZED (
    SELECT r.id, r.member_id, r.sold_on >= r.recorded_at::date - {REACH} AS within_reach
      FROM members_receipt r WHERE r.id = ANY(%(receipts)s::bigint[]) AND r.member_id IS NOT NULL)
SELECT g.member_id FROM given g WHERE g.within_reach
 UNION
SELECT s.member_id FROM followups_step s WHERE s.receipt_id = ANY(%(receipts)s::bigint[])
 UNION
SELECT s.member_id FROM followups_step s
 WHERE s.state IN ('open', 'superseded', 'cancelled') AND s.member_id IN (SELECT g.member_id FROM given g)
"""

ALL_MEMBERS = f"""
SELECT r.member_id FROM members_receipt r
 WHERE r.member_id IS NOT NULL AND r.sold_on >= r.recorded_at::date - {REACH}
 UNION
SELECT s.member_id FROM followups_step s
"""

# Whoever has steps by the calendar of these stores, or might have some by the new one.
MEMBERS_OF_STORES = f"""
SELECT s.member_id FROM followups_step s
 WHERE s.store_id = ANY(%(stores)s::bigint[]) AND s.state IN ('open', 'superseded', 'cancelled')
 UNION
SELECT r.member_id FROM members_receipt r JOIN members_member m ON m.id = r.member_id
 WHERE r.sold_on >= r.recorded_at::date - {REACH}
   AND (m.home_store_id = ANY(%(stores)s::bigint[]) OR EXISTS (
        SELECT 1 FROM members_advisorchange c
         WHERE c.member_id = m.id AND c.store_before_id = ANY(%(stores)s::bigint[])))
"""

# The day on which the last piece was brought back, or the receipt was voided; null while it is a purchase.
BOUGHT = """
bought AS (
    SELECT r.*, st.code AS store_code,
           r.voided_at IS NULL AND (r.counted_amount <> 0 OR r.counted_units <> 0) AS stands,
           CASE WHEN r.voided_at IS NULL AND (r.counted_amount <> 0 OR r.counted_units <> 0) THEN NULL
                ELSE (SELECT coalesce((r.voided_at AT TIME ZONE st.time_zone)::date, max(back.sold_on))
                        FROM members_receiptline sold
                        JOIN members_product p ON p.id = sold.product_id AND NOT p.excluded
                        LEFT JOIN members_receiptline undo ON undo.returns_line_id = sold.id AND NOT undo.voided
                        LEFT JOIN members_receipt back ON back.id = undo.receipt_id
                       WHERE sold.receipt_id = r.id AND sold.quantity > 0
                      HAVING count(*) > 0)
           END AS undone_on
      FROM members_receipt r JOIN vipcrm_store st ON st.id = r.store_id
     WHERE r.member_id = ANY(%(members)s::bigint[])),
placed AS (
    SELECT bought.*, coalesce(bool_or(stands) OVER newer, false) AS newer_stands,
           max(undone_on) OVER newer AS newer_undone_on
      FROM bought
    WINDOW newer AS (PARTITION BY member_id ORDER BY sold_at, number COLLATE "C", store_code COLLATE "C"
                     ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING))
"""

# Advisor and home store as on the day of the purchase (an advisor who has left since: the present one); the first plan,
# by position, that fits the purchase.
WANTED = f"""
wanted AS (
    SELECT p.id AS receipt_id, p.member_id, p.newer_stands, p.newer_undone_on, ps.id AS plan_step_id, ps.plan_id,
           home.id AS store_id, due.first_on,
           coalesce(advisor.id, present.id,
                    CASE WHEN clerk.store_id = home.id AND clerk.is_active THEN clerk.id END) AS owner_id
      FROM placed p
      JOIN members_member m ON m.id = p.member_id
      CROSS JOIN LATERAL (
            SELECT c.store_before_id AS store_id, c.advisor_before_id AS advisor_id, 0 AS place, c."on", c.id
              FROM members_advisorchange c WHERE c.member_id = m.id AND c."on" > p.sold_on
             UNION ALL
            SELECT m.home_store_id, m.advisor_id, 1, NULL, NULL
             ORDER BY place, "on", id LIMIT 1) held
      JOIN vipcrm_store home ON home.id = held.store_id
      LEFT JOIN vipcrm_staff advisor ON advisor.id = held.advisor_id AND advisor.is_active
      LEFT JOIN vipcrm_staff present ON held.advisor_id IS NOT NULL AND present.id = m.advisor_id AND present.is_active
      LEFT JOIN vipcrm_staff clerk ON clerk.id = p.staff_id
      CROSS JOIN LATERAL (
            SELECT plan.id FROM followups_plan plan
             WHERE (plan.valid_from IS NULL OR plan.valid_from <= p.sold_on)
               AND (plan.valid_until IS NULL OR plan.valid_until > p.sold_on)
               AND (plan.min_amount IS NULL OR plan.min_amount <= p.counted_amount)
               AND (plan.tiers = '{{}}' OR plan.tiers @> ARRAY[(
                    SELECT c.to_tier FROM members_tierchange c
                     WHERE c.member_id = m.id AND c.withdrawn_at IS NULL AND c.at <= p.sold_at
                     ORDER BY c.seq DESC LIMIT 1)])
             ORDER BY plan.position, plan.id LIMIT 1) chosen
      JOIN followups_planstep ps ON ps.plan_id = chosen.id
      CROSS JOIN LATERAL (
            SELECT followups_next_open_day(p.sold_on + ps.day, home.closed_weekdays) AS first_on) due
     WHERE p.stands AND p.sold_on >= p.recorded_at::date - {REACH}
       AND due.first_on >= (p.recorded_at AT TIME ZONE home.time_zone)::date - 3)
"""

# When contact hours open on the due day of `step`; needs `st` its store, `pl` its plan, `m` the member.
DUE_AT = """(step.due_on + (followups_window(step.due_on, st.opens, st.closes, pl.contact_from, pl.contact_until,
                                           m.contact_from, m.contact_until))[1]) AT TIME ZONE st.time_zone"""

# Results are facts and stay; a step that somebody put off keeps its day (closed meanwhile: the next open one).
# `withheld` remembers that none was made.
DIFFERENCES = f"""
WITH {BOUGHT}, {WANTED},
target AS (
    SELECT s.id, s.receipt_id, s.plan_step_id, coalesce(w.member_id, s.member_id) AS member_id,
           coalesce(w.store_id, s.store_id) AS store_id, NULL::bigint AS owner_id,
           coalesce(w.first_on, s.first_due_on) AS first_on,
           CASE WHEN s.due_on <> s.first_due_on AND EXISTS (
                     SELECT 1 FROM followups_stepevent e
                      WHERE e.step_id = s.id AND e.taken_back_at IS NULL AND e.kind IN ('result', 'put_off'))
                THEN followups_next_open_day(s.due_on, st.closed_weekdays)
                ELSE coalesce(w.first_on, s.first_due_on) END AS due_on,
           w.receipt_id IS NOT NULL AS is_wanted, w.newer_stands, w.newer_undone_on,
           s.state AS was, s.first_due_on AS was_first_on, s.due_on AS was_due_on, s.member_id AS was_member_id,
           s.store_id AS was_store_id
      FROM followups_step s LEFT JOIN wanted w ON w.receipt_id = s.receipt_id AND w.plan_step_id = s.plan_step_id
      JOIN vipcrm_store st ON st.id = coalesce(w.store_id, s.store_id)
     WHERE s.member_id = ANY(%(members)s::bigint[]) AND s.state IN ('open', 'superseded', 'cancelled')
     UNION ALL
    SELECT NULL, w.receipt_id, w.plan_step_id, w.member_id, w.store_id, w.owner_id, w.first_on, w.first_on, true,
           w.newer_stands, w.newer_undone_on, NULL, NULL, NULL, NULL, NULL
      FROM wanted w
     WHERE NOT EXISTS (SELECT 1 FROM followups_step s
                        WHERE s.receipt_id = w.receipt_id AND s.plan_step_id = w.plan_step_id)),
judged AS (
    SELECT t.*, CASE WHEN NOT t.is_wanted THEN 'cancelled'
                     WHEN t.newer_stands OR t.newer_undone_on > t.due_on THEN 'superseded'
                     WHEN t.id IS NULL AND NOT followups_may_contact(t.member_id) THEN 'withheld'
                     ELSE 'open' END AS state
      FROM target t),
differing AS (
    SELECT j.*, {DUE_AT.replace("step.", "j.")} AS due_at
      FROM judged j
      JOIN followups_planstep ps ON ps.id = j.plan_step_id JOIN followups_plan pl ON pl.id = ps.plan_id
      JOIN vipcrm_store st ON st.id = j.store_id JOIN members_member m ON m.id = j.member_id
     WHERE j.id IS NULL
        OR (j.state, j.first_on, j.due_on, j.member_id, j.store_id)
           IS DISTINCT FROM (j.was, j.was_first_on, j.was_due_on, j.was_member_id, j.was_store_id))
"""

# Open steps of stores whose hours or zone have changed: the moment at which they become due follows.
OPENINGS = f"""
UPDATE followups_step s SET due_at = new.due_at
  FROM (SELECT step.id, {DUE_AT} AS due_at
          FROM followups_step step JOIN vipcrm_store st ON st.id = step.store_id
          JOIN members_member m ON m.id = step.member_id
          JOIN followups_planstep ps ON ps.id = step.plan_step_id JOIN followups_plan pl ON pl.id = ps.plan_id
         WHERE step.store_id = ANY(%(stores)s::bigint[]) AND step.state = 'open') new
 WHERE s.id = new.id AND s.due_at <> new.due_at
RETURNING s.id
"""

SHOW = f"""
{DIFFERENCES}
SELECT m.card_no, r.number, ps.code, d.was, d.state, d.was_due_on, d.due_on
  FROM differing d JOIN members_member m ON m.id = d.member_id JOIN members_receipt r ON r.id = d.receipt_id
  JOIN followups_planstep ps ON ps.id = d.plan_step_id
 ORDER BY m.card_no, r.sold_at, r.number, ps.day
"""

WRITE = f"""
{DIFFERENCES},
made AS (
    INSERT INTO followups_step (receipt_id, plan_step_id, member_id, owner_id, store_id, first_due_on, due_on, due_at,
                                state, no_answers, result, note, closed_at, created_at)
    SELECT receipt_id, plan_step_id, member_id, owner_id, store_id, first_on, due_on, due_at, state, 0, '', '',
           CASE WHEN state <> 'open' THEN %(at)s::timestamptz END, %(at)s
      FROM differing WHERE id IS NULL ORDER BY receipt_id, plan_step_id
        ON CONFLICT (receipt_id, plan_step_id) DO NOTHING
    RETURNING 1),
changed AS (
    UPDATE followups_step s
       SET state = d.state, first_due_on = d.first_on, due_on = d.due_on, due_at = d.due_at, member_id = d.member_id,
           store_id = d.store_id, closed_at = CASE WHEN d.state <> 'open' THEN coalesce(s.closed_at, %(at)s) END,
           overdue_at = CASE WHEN d.due_on = s.due_on THEN s.overdue_at END
      FROM differing d WHERE s.id = d.id
    RETURNING 1)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM changed)
"""
