"""Receipt lines from the till: rows → receipts, lines, returns, all in sets. Keys: store + receipt_no + line_no."""

from collections import Counter
from datetime import datetime
from itertools import chain

from members.imports import locks, people_lookup, returns
from members.imports.columns import Layout
from members.imports.outcome import Outcome
from members.imports.staging import execute, fetch, refuse, typed_select
from members.services.refresh import refresh_receipts

# Typed rows with what they name, and how each stands to what is stored: `change` is new, same or corrected; lines that
# are returns come later (KNOWN_RETURNS).
ROWS = """
CREATE TEMP TABLE row ON COMMIT DROP AS
SELECT r.*, coalesce(r.cell_column, split_part(checked.fault, ' ', 1)) AS bad_column,
       coalesce(r.cell_code, split_part(checked.fault, ' ', 2)) AS bad_code, NULL::text AS bad_why
  FROM (SELECT t.line, t.receipt_no, t.place AS line_no,
               t.sold_at AT TIME ZONE s.time_zone AS sold_at, t.sold_at::date AS sold_on,
               t.arrived_at AT TIME ZONE s.time_zone AS arrived_at, t.staff, t.card_no, t.phone, t.product_code,
               t.product_name, t.category, t.style, t.list_price, t.unit_price, t.quantity, t.returns_receipt_no,
               t.returns_line_no, coalesce(t.returns_store, t.store) AS returns_store,
               s.id AS store_id, f.id AS staff_id, m.id AS member_id, k.id AS receipt_id, k.voided_at, l.id AS line_id,
               CASE WHEN l.id IS NULL THEN 'new'
                    WHEN (l.product_id, l.unit_price, l.quantity, l.product_name, l.category, l.style,
                          coalesce(l.list_price, -1))
                       = (coalesce(p.id, -1), t.unit_price, t.quantity, coalesce(t.product_name, l.product_name),
                          coalesce(t.category, l.category), coalesce(t.style, l.style),
                          coalesce(t.list_price, l.list_price, -1))
                     AND t.returns_receipt_no IS NULL AND t.returns_line_no IS NULL THEN 'same'
                    ELSE 'corrected' END AS change,
               t.bad_column AS cell_column, t.bad_code AS cell_code
          FROM (SELECT t.*, {place} AS place FROM ({typed}) t) t
          LEFT JOIN vipcrm_store s ON s.code = t.store
          LEFT JOIN vipcrm_staff f ON f.username = t.staff
          LEFT JOIN members_member m ON m.card_no = t.card_no AND m.status NOT IN ('merged', 'erased')
          LEFT JOIN members_product p ON p.code = t.product_code
          LEFT JOIN members_receipt k ON k.store_id = s.id AND k.number = t.receipt_no
          LEFT JOIN members_receiptline l
                 ON l.receipt_id = k.id AND l.line_no = t.place AND l.part = 0 AND l.quantity > 0) r
 CROSS JOIN LATERAL (SELECT CASE WHEN r.cell_code IS NULL THEN CASE {checks} END END AS fault) checked
"""

# Rows that say no line number are numbered within their receipt; sorting a file for that is only done where it matters.
PLACE = "t.line_no"
COUNTED_PLACE = "coalesce(t.line_no, row_number() OVER (PARTITION BY t.store, t.receipt_no ORDER BY t.line))::int"

CHECKS = (
    ("store", "unknown_store", "r.store_id IS NULL"),
    ("staff", "unknown_staff", "r.staff IS NOT NULL AND r.staff_id IS NULL"),
    ("card_no", "unknown_card", "r.card_no IS NOT NULL AND r.member_id IS NULL"),
    ("line_no", "line_no_low", "r.line_no < 1"),
    ("quantity", "zero", "r.quantity = 0"),
    ("unit_price", "line_too_dear", "r.unit_price * abs(r.quantity) >= 100000000"),
    ("arrived_at", "arrived_late", "r.arrived_at > r.sold_at"),
    ("returns_receipt_no", "not_a_return", "r.quantity > 0 AND r.returns_receipt_no IS NOT NULL"),
    ("sold_at", "in_future", "r.sold_at > %s"),
)

# Rows of one receipt agree on time, card and staff, else the later row is an error; a blank cell says nothing.
AGREE = """
CREATE TEMP TABLE first_said ON COMMIT DROP AS
SELECT store_id, receipt_no,
       (array_agg(sold_at ORDER BY line))[1] AS sold_at,
       (array_agg(member_id ORDER BY line) FILTER (WHERE member_id IS NOT NULL))[1] AS member_id,
       (array_agg(staff_id ORDER BY line) FILTER (WHERE staff_id IS NOT NULL))[1] AS staff_id
  FROM row
 WHERE bad_code IS NULL AND (store_id, receipt_no) IN (
       SELECT store_id, receipt_no FROM row WHERE bad_code IS NULL GROUP BY store_id, receipt_no
       HAVING min(sold_at) <> max(sold_at) OR min(member_id) <> max(member_id) OR min(staff_id) <> max(staff_id))
 GROUP BY store_id, receipt_no
"""

DIFFERS = """
EXISTS (SELECT 1 FROM first_said f WHERE (f.store_id, f.receipt_no) = (r.store_id, r.receipt_no) AND f.{0} <> r.{0})
"""

SAME_KEY = """
UPDATE row r SET (bad_column, bad_code, change, line_id)
    = (CASE WHEN t.same THEN NULL ELSE 'line_no' END, CASE WHEN t.same THEN NULL ELSE 'twice' END,
       CASE WHEN t.same THEN 'same' ELSE r.change END, NULL)
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

# A return may stand in several parts (it may undo several lines): its content is the sum of its parts.
KNOWN_RETURNS = """
UPDATE row r
   SET line_id = l.id,
       change = CASE WHEN (l.product_code, l.unit_price, l.quantity, l.product_name, l.category, l.style,
                           coalesce(l.list_price, -1))
                       = (r.product_code, r.unit_price, r.quantity,
                          coalesce(r.product_name, l.product_name),
                          coalesce(r.category, l.category), coalesce(r.style, l.style),
                          coalesce(r.list_price, l.list_price, -1))
                      AND (r.returns_receipt_no IS NULL OR (l.undone_no, l.undone_store)
                                                         = (r.returns_receipt_no, r.returns_store))
                      AND (r.returns_line_no IS NULL OR l.undone_line = r.returns_line_no)
                     THEN 'same' ELSE 'corrected' END
  FROM (SELECT l.receipt_id, l.line_no, min(l.id) AS id, min(p.code) AS product_code,
               min(l.unit_price) AS unit_price, sum(l.quantity) AS quantity, min(l.product_name) AS product_name,
               min(l.category) AS category, min(l.style) AS style, min(l.list_price) AS list_price,
               min(k.number) AS undone_no, min(s.code) AS undone_store, min(o.line_no) AS undone_line
          FROM members_receiptline l
          JOIN members_product p ON p.id = l.product_id
          JOIN members_receiptline o ON o.id = l.returns_line_id
          JOIN members_receipt k ON k.id = o.receipt_id
          JOIN vipcrm_store s ON s.id = k.store_id
         WHERE l.quantity < 0 AND l.receipt_id IN
               (SELECT receipt_id FROM row WHERE bad_code IS NULL AND change = 'new' AND receipt_id IS NOT NULL)
         GROUP BY l.receipt_id, l.line_no) l
 WHERE r.bad_code IS NULL AND r.change = 'new' AND l.receipt_id = r.receipt_id AND l.line_no = r.line_no
"""

# What the rows say of their receipt; null = nothing said. Times are those of the rows, which agree. Returns do not say
# whose the receipt is: they belong to whoever bought. A receipt to be
# made has its id and its nets here already, so that each row is written once; a later return makes refresh_receipts
# say so.
HEADS = """
CREATE TEMP TABLE head ON COMMIT DROP AS
SELECT h.*, k.member_id AS member_before, k.id IS NOT NULL AND
       (k.sold_at, k.arrived_at, k.staff_id, k.member_id) IS DISTINCT FROM
       (h.sold_at, coalesce(h.arrived_at, k.arrived_at), coalesce(h.staff_id, k.staff_id),
        coalesce(h.member_id, k.member_id)) AS changed
  FROM (SELECT g.*, g.known_id IS NULL AND g.net_units IS NOT NULL AS is_new,
               CASE WHEN g.known_id IS NULL AND g.net_units IS NOT NULL THEN nextval('members_receipt_id_seq')
                    ELSE g.known_id END AS receipt_id
          FROM (SELECT r.store_id, r.receipt_no, min(r.receipt_id) AS known_id, min(r.sold_at) AS sold_at,
                       min(r.sold_on) AS sold_on, min(r.arrived_at) AS arrived_at, min(r.staff_id) AS staff_id,
                       min(r.member_id) FILTER (WHERE r.quantity > 0) AS member_id,
                       min(r.member_id) AS named_member_id, bool_or(r.quantity < 0) AS takes_back,
                       sum(r.unit_price * r.quantity) FILTER (WHERE r.change = 'new' AND r.quantity > 0) AS net_amount,
                       sum(r.quantity) FILTER (WHERE r.change = 'new' AND r.quantity > 0) AS net_units,
                       sum(r.unit_price * r.quantity)
                           FILTER (WHERE r.change = 'new' AND r.quantity > 0 AND NOT p.excluded) AS counted_amount,
                       sum(r.quantity)
                           FILTER (WHERE r.change = 'new' AND r.quantity > 0 AND NOT p.excluded) AS counted_units
                  FROM row r JOIN members_product p ON p.code = r.product_code
                 WHERE r.bad_code IS NULL GROUP BY r.store_id, r.receipt_no ORDER BY min(r.sold_at)) g) h
  LEFT JOIN members_receipt k ON k.id = h.known_id
"""

MEMBERS_BEFORE = "SELECT DISTINCT member_before FROM head WHERE changed AND member_before IS NOT NULL"

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
SELECT product_code, coalesce(product_name, product_code), coalesce(category, ''), coalesce(style, ''), '', '', '',
       list_price, '', false
  FROM row
 WHERE line IN (SELECT min(r.line) FROM row r LEFT JOIN members_product p ON p.code = r.product_code
                 WHERE r.bad_code IS NULL AND r.quantity > 0 AND p.id IS NULL GROUP BY r.product_code)
 ORDER BY product_code COLLATE "C"
    ON CONFLICT (code) DO NOTHING
"""

NEW_RECEIPTS = """
INSERT INTO members_receipt (id, store_id, number, sold_at, sold_on, arrived_at, staff_id, member_id, recorded_at,
       recorded_by_id, void_reason, net_amount, net_units, counted_amount, counted_units)
SELECT h.receipt_id, h.store_id, h.receipt_no, h.sold_at, h.sold_on, h.arrived_at, h.staff_id, h.member_id, %s, %s, '',
       h.net_amount, h.net_units, coalesce(h.counted_amount, 0), coalesce(h.counted_units, 0)
  FROM head h WHERE h.is_new
"""

NEW_LINES = """
INSERT INTO members_receiptline (receipt_id, line_no, part, product_id, product_name, category, style, list_price,
       unit_price, quantity, voided, returned_quantity, returned_amount)
SELECT h.receipt_id, r.line_no, 0, p.id, coalesce(r.product_name, p.name), coalesce(r.category, p.category),
       coalesce(r.style, p.style), coalesce(r.list_price, p.list_price), r.unit_price, r.quantity, false, 0, 0
  FROM row r JOIN head h USING (store_id, receipt_no) JOIN members_product p ON p.code = r.product_code
 WHERE r.bad_code IS NULL AND r.change IN ('new', 'corrected_anew') AND r.quantity > 0
 ORDER BY h.receipt_id, r.line_no
"""

CORRECT_LINES = """
UPDATE members_receiptline l
   SET product_id = p.id,
       product_name = coalesce(r.product_name, CASE WHEN l.product_id = p.id THEN l.product_name ELSE p.name END),
       category = coalesce(r.category, CASE WHEN l.product_id = p.id THEN l.category ELSE p.category END),
       style = coalesce(r.style, CASE WHEN l.product_id = p.id THEN l.style ELSE p.style END),
       list_price = coalesce(r.list_price, CASE WHEN l.product_id = p.id THEN l.list_price ELSE p.list_price END),
       unit_price = r.unit_price, quantity = r.quantity
  FROM row r JOIN members_product p ON p.code = r.product_code
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND r.line_id = l.id AND r.quantity > 0 AND l.quantity > 0
"""

# Fewer units, or less money, than were already returned of the line cannot have been sold; nor can it become a return.
ALREADY_RETURNED = """
r.change = 'corrected' AND EXISTS (SELECT 1 FROM members_receiptline l
  WHERE l.id = r.line_id AND l.returned_quantity > 0
    AND (l.returned_quantity > r.quantity OR l.returned_amount > r.unit_price * r.quantity))
"""

# Receipts made of sales alone have their nets already; the others are counted anew.
MADE = "SELECT receipt_id FROM head WHERE is_new AND NOT takes_back"
MEMBERS_OF_MADE = "SELECT DISTINCT member_id FROM head WHERE is_new AND NOT takes_back AND member_id IS NOT NULL"

TOUCHED = """
SELECT DISTINCT h.receipt_id FROM row r JOIN head h USING (store_id, receipt_no)
 WHERE r.bad_code IS NULL AND r.change <> 'same' AND h.receipt_id IS NOT NULL AND NOT (h.is_new AND NOT h.takes_back)
"""


def write_purchases(layout: Layout, outcome: Outcome) -> None:
    """Checks the staged rows and writes the good ones; what rests on them is brought up to date (handbook 3.6)."""
    _make_rows(layout, outcome.now)
    people_lookup.find_by_phone(layout, enrol_unknown=outcome.enrol_unknown)
    _compare_rows()
    people_lookup.enrol(layout)
    execute(NEW_PRODUCTS)
    execute(HEADS)
    locks.lock_receipts()
    execute(MARK_HEAD_ROWS)
    execute(UPDATE_HEADS)
    touched = _ids(MEMBERS_BEFORE), returns.make_way_for_sales()
    execute(NEW_RECEIPTS, outcome.now, outcome.by_id)
    execute(NEW_LINES)
    execute(CORRECT_LINES)
    given_back = returns.write_returns(outcome)
    outcome.count("row")
    outcome.refreshed = _refresh(outcome, *touched, given_back)


def _refresh(outcome: Outcome, members_before: list[int], *given_back: list[int]) -> Counter[str]:
    return refresh_receipts(
        {*_ids(TOUCHED), *chain(*given_back)},
        made=_ids(MADE),
        also_members=[*members_before, *_ids(MEMBERS_OF_MADE)],
        at=outcome.now,
    )


def _ids(sql: str) -> list[int]:
    return [row[0] for row in fetch(sql)]


def _make_rows(layout: Layout, now: datetime) -> None:
    execute("DROP TABLE IF EXISTS row, head, first_said")
    whens = " ".join(f"WHEN {where} THEN '{column} {code}'" for column, code, where in CHECKS)
    place = PLACE if _all_numbered(layout) else COUNTED_PLACE
    sql = ROWS.replace("{typed}", typed_select(layout)).replace("{place}", place).replace("{checks}", whens)
    execute(sql, now)
    execute("ANALYZE row")


def _all_numbered(layout: Layout) -> bool:
    return "line_no" in layout.positions and not fetch("SELECT FROM raw WHERE line_no IS NULL LIMIT 1")


def _compare_rows() -> None:
    """Rows of one file among themselves, then against what is stored."""
    if execute(AGREE):
        refuse("row", "sold_at", "time_differs", DIFFERS.format("sold_at"))
        refuse("row", "card_no", "card_differs", "r.card_no IS NOT NULL AND " + DIFFERS.format("member_id"))
        refuse("row", "phone", "card_differs", DIFFERS.format("member_id"))
        refuse("row", "staff", "staff_differs", DIFFERS.format("staff_id"))
    execute(SAME_KEY)
    refuse("row", "receipt_no", "voided", "r.voided_at IS NOT NULL AND (r.change <> 'same' OR r.line_id IS NOT NULL)")
    execute(KNOWN_RETURNS)
    refuse("row", "quantity", "already_returned", ALREADY_RETURNED)
