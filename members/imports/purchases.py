"""Receipt lines from the till: rows → receipts, lines, returns, all in sets. Keys: store + receipt_no + line_no."""

from datetime import datetime

from members.imports import people_lookup, returns
from members.imports.columns import Layout
from members.imports.outcome import Outcome
from members.imports.staging import execute, fetch, refuse, typed_select
from members.services.refresh import refresh_receipts

# Typed rows with what they name. `position` numbers the rows of a receipt that say no line number.
ROWS = """
CREATE TEMP TABLE row ON COMMIT DROP AS
SELECT t.line, t.receipt_no,
       coalesce(t.line_no, row_number() OVER (PARTITION BY t.store, t.receipt_no ORDER BY t.line))::int AS line_no,
       t.store, t.sold_at AT TIME ZONE s.time_zone AS sold_at, t.sold_at::date AS sold_on,
       t.arrived_at AT TIME ZONE s.time_zone AS arrived_at, t.staff, t.card_no, t.phone, t.product_code,
       t.product_name, t.category, t.style, t.list_price, t.unit_price, t.quantity, t.returns_receipt_no,
       t.returns_line_no, coalesce(t.returns_store, t.store) AS returns_store,
       s.id AS store_id, f.id AS staff_id, m.id AS member_id, p.id AS product_id, p.name AS p_name,
       p.category AS p_category, p.style AS p_style, p.list_price AS p_list_price,
       NULL::bigint AS receipt_id, NULL::bigint AS line_id, NULL::timestamptz AS voided_at, 'new' AS change,
       t.bad_column, t.bad_code, t.bad_why
  FROM ({typed}) t
  LEFT JOIN vipcrm_store s ON s.code = t.store
  LEFT JOIN vipcrm_staff f ON f.username = t.staff
  LEFT JOIN members_member m ON m.card_no = t.card_no AND m.status NOT IN ('merged', 'erased')
  LEFT JOIN members_product p ON p.code = t.product_code
"""

CHECKS = (
    ("store", "unknown_store", "r.store_id IS NULL"),
    ("staff", "unknown_staff", "r.staff IS NOT NULL AND r.staff_id IS NULL"),
    ("card_no", "unknown_card", "r.card_no IS NOT NULL AND r.member_id IS NULL"),
    ("line_no", "line_no_low", "r.line_no < 1"),
    ("quantity", "zero", "r.quantity = 0"),
    ("arrived_at", "arrived_late", "r.arrived_at > r.sold_at"),
    ("returns_receipt_no", "not_a_return", "r.quantity > 0 AND r.returns_receipt_no IS NOT NULL"),
)

# Rows of one receipt agree on time, card and staff, else the later row is an error; a blank cell says nothing.
AGREE = """
CREATE TEMP TABLE first_said ON COMMIT DROP AS
SELECT store_id, receipt_no,
       (array_agg(sold_at ORDER BY line))[1] AS sold_at,
       (array_agg(member_id ORDER BY line) FILTER (WHERE member_id IS NOT NULL))[1] AS member_id,
       (array_agg(staff_id ORDER BY line) FILTER (WHERE staff_id IS NOT NULL))[1] AS staff_id
  FROM row WHERE bad_code IS NULL GROUP BY store_id, receipt_no
HAVING min(sold_at) <> max(sold_at) OR min(member_id) <> max(member_id) OR min(staff_id) <> max(staff_id)
"""

DIFFERS = """
EXISTS (SELECT 1 FROM first_said f WHERE (f.store_id, f.receipt_no) = (r.store_id, r.receipt_no) AND f.{0} <> r.{0})
"""

SAME_KEY = """
UPDATE row r SET (bad_column, bad_code, change)
    = (CASE WHEN t.same THEN NULL ELSE 'line_no' END, CASE WHEN t.same THEN NULL ELSE 'twice' END,
       CASE WHEN t.same THEN 'same' ELSE r.change END)
  FROM (SELECT line, place, content = first_content AS same
          FROM (SELECT line, row_number() OVER w AS place, content, first_value(content) OVER w AS first_content
                  FROM (SELECT store_id, receipt_no, line_no, line,
                               (sold_at, arrived_at, staff_id, member_id, product_code, product_name, category, style,
                                list_price, unit_price, quantity, returns_receipt_no, returns_line_no)::text AS content
                          FROM row
                         WHERE bad_code IS NULL AND (store_id, receipt_no, line_no) IN
                               (SELECT store_id, receipt_no, line_no FROM row WHERE bad_code IS NULL
                                 GROUP BY 1, 2, 3 HAVING count(*) > 1)) c
                WINDOW w AS (PARTITION BY store_id, receipt_no, line_no ORDER BY line)) n) t
 WHERE r.line = t.line AND t.place > 1
"""

KNOWN_RECEIPTS = """
UPDATE row r SET receipt_id = k.id, voided_at = k.voided_at
  FROM members_receipt k
 WHERE r.bad_code IS NULL AND k.store_id = r.store_id AND k.number = r.receipt_no
"""

# A return may stand in several parts (it may undo several lines): its content is the sum of its parts.
KNOWN_LINES = """
UPDATE row r
   SET line_id = l.id,
       change = CASE WHEN (l.product_id, l.unit_price, l.quantity, l.product_name, l.category, l.style,
                           coalesce(l.list_price, -1))
                       = (coalesce(r.product_id, -1), r.unit_price, r.quantity,
                          coalesce(r.product_name, l.product_name),
                          coalesce(r.category, l.category), coalesce(r.style, l.style),
                          coalesce(r.list_price, l.list_price, -1))
                      AND (r.returns_receipt_no IS NULL OR (l.undone_no, l.undone_store)
                                                         = (r.returns_receipt_no, r.returns_store))
                      AND (r.returns_line_no IS NULL OR l.undone_line = r.returns_line_no)
                     THEN 'same' ELSE 'corrected' END
  FROM (SELECT l.receipt_id, l.line_no, min(l.id) AS id, min(l.product_id) AS product_id,
               min(l.unit_price) AS unit_price, sum(l.quantity) AS quantity, min(l.product_name) AS product_name,
               min(l.category) AS category, min(l.style) AS style, min(l.list_price) AS list_price,
               min(k.number) AS undone_no, min(s.code) AS undone_store, min(o.line_no) AS undone_line
          FROM members_receiptline l
          LEFT JOIN members_receiptline o ON o.id = l.returns_line_id
          LEFT JOIN members_receipt k ON k.id = o.receipt_id
          LEFT JOIN vipcrm_store s ON s.id = k.store_id
         WHERE l.receipt_id IN (SELECT receipt_id FROM row WHERE bad_code IS NULL AND change = 'new')
         GROUP BY l.receipt_id, l.line_no) l
 WHERE r.bad_code IS NULL AND r.change = 'new' AND l.receipt_id = r.receipt_id AND l.line_no = r.line_no
"""

# What the rows say of their receipt; null = nothing said. Times are those of the rows, which agree.
HEADS = """
CREATE TEMP TABLE head ON COMMIT DROP AS
SELECT r.store_id, r.receipt_no, min(r.receipt_id) AS receipt_id, min(r.sold_at) AS sold_at, min(r.sold_on) AS sold_on,
       min(r.arrived_at) AS arrived_at, min(r.staff_id) AS staff_id, min(r.member_id) AS member_id,
       bool_or(r.quantity > 0) AS sells, NULL::bigint AS member_before, false AS changed
  FROM row r WHERE r.bad_code IS NULL GROUP BY r.store_id, r.receipt_no
"""

CHANGED_HEADS = """
UPDATE head h SET changed = true, member_before = k.member_id
  FROM members_receipt k
 WHERE k.id = h.receipt_id
   AND (k.sold_at, k.arrived_at, k.staff_id, k.member_id) IS DISTINCT FROM
       (h.sold_at, coalesce(h.arrived_at, k.arrived_at), coalesce(h.staff_id, k.staff_id),
        coalesce(h.member_id, k.member_id))
"""

UPDATE_HEADS = """
UPDATE members_receipt k
   SET sold_at = h.sold_at, sold_on = h.sold_on, arrived_at = coalesce(h.arrived_at, k.arrived_at),
       staff_id = coalesce(h.staff_id, k.staff_id), member_id = coalesce(h.member_id, k.member_id)
  FROM head h WHERE h.changed AND k.id = h.receipt_id
"""

MARK_HEAD_ROWS = """
UPDATE row r SET change = 'corrected_head' FROM head h
 WHERE h.changed AND h.receipt_id = r.receipt_id AND r.change = 'same' AND r.line_id IS NOT NULL AND r.bad_code IS NULL
"""

NEW_PRODUCTS = """
INSERT INTO members_product (code, name, category, style, season, colour, size, list_price, role, excluded)
SELECT DISTINCT ON (product_code) product_code, coalesce(product_name, product_code), coalesce(category, ''),
       coalesce(style, ''), '', '', '', list_price, '', false
  FROM row WHERE bad_code IS NULL AND product_id IS NULL ORDER BY product_code, line
    ON CONFLICT (code) DO NOTHING
"""

FILL_PRODUCTS = """
UPDATE row r
   SET product_id = p.id, p_name = p.name, p_category = p.category, p_style = p.style, p_list_price = p.list_price
  FROM members_product p WHERE r.bad_code IS NULL AND r.product_id IS NULL AND p.code = r.product_code
"""

# New receipts bring their nets along (a later return makes refresh_receipts say so), so that each row is written once.
NEW_RECEIPTS = """
WITH nets AS (
    SELECT r.store_id, r.receipt_no, sum(r.unit_price * r.quantity) AS net_amount, sum(r.quantity) AS net_units,
           coalesce(sum(r.unit_price * r.quantity) FILTER (WHERE NOT p.excluded), 0) AS counted_amount,
           coalesce(sum(r.quantity) FILTER (WHERE NOT p.excluded), 0) AS counted_units
      FROM row r JOIN members_product p ON p.id = r.product_id
     WHERE r.bad_code IS NULL AND r.change = 'new' AND r.quantity > 0 AND r.receipt_id IS NULL
     GROUP BY r.store_id, r.receipt_no)
INSERT INTO members_receipt (store_id, number, sold_at, sold_on, arrived_at, staff_id, member_id, recorded_at,
       recorded_by_id, void_reason, net_amount, net_units, counted_amount, counted_units)
SELECT h.store_id, h.receipt_no, h.sold_at, h.sold_on, h.arrived_at, h.staff_id, h.member_id, %s, %s, '',
       n.net_amount, n.net_units, n.counted_amount, n.counted_units
  FROM head h JOIN nets n USING (store_id, receipt_no) WHERE h.receipt_id IS NULL AND h.sells
 ORDER BY h.sold_at
"""

NEW_LINES = """
INSERT INTO members_receiptline (receipt_id, line_no, part, product_id, product_name, category, style, list_price,
       unit_price, quantity, voided, returned_quantity, returned_amount)
SELECT h.receipt_id, r.line_no, 0, r.product_id, coalesce(r.product_name, r.p_name), coalesce(r.category, r.p_category),
       coalesce(r.style, r.p_style), coalesce(r.list_price, r.p_list_price), r.unit_price, r.quantity, false, 0, 0
  FROM row r JOIN head h USING (store_id, receipt_no)
 WHERE r.bad_code IS NULL AND r.change IN ('new', 'corrected_anew') AND r.quantity > 0
 ORDER BY h.receipt_id, r.line_no
"""

CORRECT_LINES = """
UPDATE members_receiptline l
   SET product_id = r.product_id, product_name = coalesce(r.product_name, l.product_name),
       category = coalesce(r.category, l.category), style = coalesce(r.style, l.style),
       list_price = coalesce(r.list_price, l.list_price), unit_price = r.unit_price, quantity = r.quantity
  FROM row r
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND r.line_id = l.id AND r.quantity > 0 AND l.quantity > 0
"""

# Fewer units, or less money, than were already returned of the line cannot have been sold; nor can it become a return.
ALREADY_RETURNED = """
r.change = 'corrected' AND EXISTS (SELECT 1 FROM members_receiptline l
  WHERE l.id = r.line_id AND l.returned_quantity > 0
    AND (l.returned_quantity > r.quantity OR l.returned_amount > r.unit_price * r.quantity))
"""

TOUCHED = """
SELECT DISTINCT h.receipt_id FROM row r JOIN head h USING (store_id, receipt_no)
 WHERE r.bad_code IS NULL AND r.change <> 'same' AND h.receipt_id IS NOT NULL
"""


def write_purchases(layout: Layout, outcome: Outcome) -> None:
    """Checks the staged rows and writes the good ones; what rests on them is brought up to date (handbook 3.6)."""
    _make_rows(layout, outcome.now)
    people_lookup.find_by_phone(layout, enrol_unknown=outcome.enrol_unknown)
    _compare_rows()
    execute(NEW_PRODUCTS)
    execute(FILL_PRODUCTS)
    execute(HEADS)
    execute(CHANGED_HEADS)
    members_before = [
        row[0] for row in fetch("SELECT DISTINCT member_before FROM head WHERE member_before IS NOT NULL")
    ]
    execute(MARK_HEAD_ROWS)
    execute(UPDATE_HEADS)
    given_back = returns.make_way_for_sales()
    execute(NEW_RECEIPTS, outcome.now, outcome.by_id)
    execute(returns.FILL_RECEIPTS)
    execute(NEW_LINES)
    execute(CORRECT_LINES)
    given_back += returns.write_returns(outcome)
    touched = {row[0] for row in fetch(TOUCHED)}.union(given_back)
    outcome.count("row")
    outcome.refreshed = refresh_receipts(touched, at=outcome.now, also_members=members_before)


def _make_rows(layout: Layout, now: datetime) -> None:
    execute("DROP TABLE IF EXISTS row, head, first_said")
    execute(ROWS.replace("{typed}", typed_select(layout)))
    for column, code, where in CHECKS:
        refuse("row", column, code, where)
    execute(
        "UPDATE row SET bad_column = 'sold_at', bad_code = 'in_future' WHERE bad_code IS NULL AND sold_at > %s", now
    )
    execute("ANALYZE row")


def _compare_rows() -> None:
    """Rows of one file among themselves, then against what is stored."""
    execute(AGREE)
    refuse("row", "sold_at", "time_differs", DIFFERS.format("sold_at"))
    refuse("row", "card_no", "card_differs", DIFFERS.format("member_id"))
    refuse("row", "staff", "staff_differs", DIFFERS.format("staff_id"))
    execute(SAME_KEY)
    execute(KNOWN_RECEIPTS)
    refuse("row", "receipt_no", "voided", "r.voided_at IS NOT NULL AND r.change <> 'same'")
    execute(KNOWN_LINES)
    refuse("row", "quantity", "already_returned", ALREADY_RETURNED)
