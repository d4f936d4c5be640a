"""Which sold lines a return undoes, and the return lines (import-formats.md, returns_receipt_no)."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import chain, groupby
from typing import NamedTuple

from django.db import connection

from members.imports.outcome import Outcome
from members.imports.staging import ROWS_AT_ONCE, execute, fetch, fetch_many

# Sold lines each return may undo, in the order to take them: the named line; else the receipt's lines of the product in
# line order; without a receipt the newest such line of the member sold in the 90 days before, in any store. Units and
# money of a corrected return, which is taken out and written anew, are there again.
CANDIDATES = """
WITH given_back AS (
SELECT l.returns_line_id AS id, -sum(l.quantity) AS units, -sum(l.amount) AS amount
  FROM row r JOIN members_receiptline l ON l.receipt_id = r.receipt_id AND l.line_no = r.line_no
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND l.quantity < 0 AND r.line NOT IN (SELECT line FROM staying)
 GROUP BY l.returns_line_id)
SELECT r.line, r.sold_at, r.receipt_no, r.line_no, -r.quantity AS units, r.unit_price,
       l.id, l.quantity - l.returned_quantity + coalesce(g.units, 0) AS units_left,
       l.amount - l.returned_amount + coalesce(g.amount, 0) AS amount_left,
       k.sold_at > r.sold_at AS sold_later, l.product_id IS DISTINCT FROM p.id AS other_product, k.member_id,
       count(*) OVER (PARTITION BY l.id) > 1 AS contended
  FROM row r
  LEFT JOIN members_product p ON p.code = r.product_code
  JOIN LATERAL (
       SELECT l.*, k.sold_at FROM vipcrm_store s
         JOIN members_receipt k ON k.store_id = s.id AND k.number = r.returns_receipt_no
         JOIN members_receiptline l ON l.receipt_id = k.id
        WHERE s.code = r.returns_store AND r.returns_receipt_no IS NOT NULL
          AND CASE WHEN r.returns_line_no IS NULL THEN l.product_id = p.id
                   ELSE l.line_no = r.returns_line_no END
       UNION ALL
       SELECT l.*, k.sold_at FROM members_receipt k JOIN members_receiptline l ON l.receipt_id = k.id
        WHERE r.returns_receipt_no IS NULL AND k.member_id = r.member_id AND l.product_id = p.id
          AND k.sold_at <= r.sold_at AND k.sold_on >= r.sold_on - 90) l ON l.quantity > 0 AND NOT l.voided
       AND NOT EXISTS (SELECT 1 FROM row x WHERE x.line_id = l.id AND x.change = 'corrected' AND x.quantity < 0)
  JOIN members_receipt k ON k.id = l.receipt_id
  LEFT JOIN given_back g ON g.id = l.id
 WHERE r.bad_code IS NULL AND r.quantity < 0 AND r.change IN ('new', 'corrected')
 ORDER BY r.sold_at, r.receipt_no, r.line_no, r.line,
          CASE WHEN r.returns_receipt_no IS NULL THEN k.sold_at END DESC, l.line_no, l.id
"""

# A corrected row that is, or becomes, a return is taken out and written anew: the trigger gives its units back.
DROP = """
WITH gone AS (
DELETE FROM members_receiptline l
 USING row r
 WHERE r.bad_code IS NULL AND r.change = %s
   AND l.receipt_id = r.receipt_id AND l.line_no = r.line_no AND (l.quantity < 0 OR r.quantity < 0)
RETURNING l.returns_line_id)
SELECT DISTINCT s.receipt_id FROM gone JOIN members_receiptline s ON s.id = gone.returns_line_id
"""

# A sale in place of a return: the return is gone, the row makes a line.
NEW_SALES = """
UPDATE row r SET change = 'corrected_anew'
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND r.quantity > 0
   AND EXISTS (SELECT 1 FROM members_receiptline l WHERE l.id = r.line_id AND l.quantity < 0)
RETURNING r.line
"""

ANY_RETURN = "SELECT FROM row WHERE bad_code IS NULL AND quantity < 0 AND change IN ('new', 'corrected') LIMIT 1"

RETURN_RECEIPTS = """
INSERT INTO members_receipt (store_id, number, sold_at, sold_on, arrived_at, staff_id, member_id, recorded_at,
       recorded_by_id, void_reason, net_amount, net_units, counted_amount, counted_units)
SELECT h.store_id, h.receipt_no, h.sold_at, h.sold_on, h.arrived_at, h.staff_id, u.member_id, %s,
       %s, '', 0, 0, 0, 0
  FROM head h
  JOIN (SELECT r.store_id, r.receipt_no, min(u.member_id) AS member_id FROM undoes u JOIN row r USING (line)
         GROUP BY r.store_id, r.receipt_no) u USING (store_id, receipt_no)
 WHERE h.receipt_id IS NULL
"""

RETURN_LINES = """
INSERT INTO members_receiptline (receipt_id, line_no, part, product_id, product_name, category, style, list_price,
       unit_price, quantity, returns_line_id, voided, returned_quantity, returned_amount)
SELECT h.receipt_id, r.line_no, u.part, s.product_id, coalesce(r.product_name, s.product_name),
       coalesce(r.category, s.category), coalesce(r.style, s.style), coalesce(r.list_price, s.list_price),
       r.unit_price, -u.units, s.id, false, 0, 0
  FROM undoes u JOIN row r USING (line) JOIN head h USING (store_id, receipt_no)
  JOIN members_receiptline s ON s.id = u.sold_id
 WHERE r.bad_code IS NULL
"""


# The return belongs to the original receipt's member: a receipt of returns alone follows her, whoever it names.
OWNERS = """
UPDATE members_receipt z SET member_id = o.member_id
  FROM (SELECT b.receipt_id, min(k.member_id) AS member_id
          FROM members_receiptline b
          JOIN members_receiptline l ON l.id = b.returns_line_id JOIN members_receipt k ON k.id = l.receipt_id
         WHERE b.receipt_id IN (SELECT receipt_id FROM head WHERE takes_back UNION
               SELECT x.receipt_id FROM head h JOIN members_receiptline y ON y.receipt_id = h.receipt_id
                 JOIN members_receiptline x ON x.returns_line_id = y.id WHERE h.changed)
         GROUP BY b.receipt_id) o
 WHERE z.id = o.receipt_id AND z.member_id IS DISTINCT FROM o.member_id
   AND NOT EXISTS (SELECT 1 FROM members_receiptline s WHERE s.receipt_id = z.id AND s.quantity > 0)
"""

# Rows of one receipt agree on the card: a return that leaves it blank means hers.
SAME_MEMBER = """
UPDATE row r SET member_id = coalesce(h.named_member_id, h.member_before)
  FROM head h
 WHERE r.bad_code IS NULL AND r.quantity < 0 AND r.member_id IS NULL AND r.returns_receipt_no IS NULL
   AND (h.store_id, h.receipt_no) = (r.store_id, r.receipt_no)
"""

FILL_RECEIPTS = """
UPDATE head h SET receipt_id = k.id
  FROM members_receipt k WHERE h.receipt_id IS NULL AND k.store_id = h.store_id AND k.number = h.receipt_no
"""

# What each return undoes; returns that are refused, and why; corrected ones among them, which stay as they were.
TABLES = """
DROP TABLE IF EXISTS undoes, refused, staying;
CREATE TEMP TABLE undoes (line int, part int, sold_id bigint, units int, member_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE refused (line int, code text) ON COMMIT DROP;
CREATE TEMP TABLE staying (line int) ON COMMIT DROP
"""

WITHOUT_CANDIDATES = """
INSERT INTO refused
SELECT r.line, CASE WHEN r.returns_receipt_no IS NULL AND r.member_id IS NULL THEN 'return_of_whom'
                    ELSE 'nothing_to_return' END
  FROM row r
 WHERE r.bad_code IS NULL AND r.quantity < 0 AND r.change IN ('new', 'corrected')
   AND NOT EXISTS (SELECT FROM undoes u WHERE u.line = r.line)
   AND NOT EXISTS (SELECT FROM refused f WHERE f.line = r.line)
"""

STAY = """
INSERT INTO staying
SELECT f.line FROM refused f JOIN row r USING (line)
 WHERE r.change = 'corrected' AND NOT EXISTS (SELECT FROM staying s WHERE s.line = f.line)
"""

MARK = """
UPDATE row r SET bad_column = c.name, bad_code = f.code
  FROM refused f JOIN (VALUES {columns}) c (code, name) USING (code) WHERE f.line = r.line
"""

COLUMN_OF = {
    "return_of_whom": "returns_receipt_no",
    "nothing_to_return": "returns_receipt_no",
    "sold_later": "sold_at",
    "other_product": "product_code",
    "return_too_much": "quantity",
    "return_too_dear": "unit_price",
}


class Candidate(NamedTuple):
    """A sold line that a return may undo, as it stands before any return of this file; `contended`: another one of the
    file may undo it too."""

    line: int
    sold_at: object
    receipt_no: str
    line_no: int
    units: int
    unit_price: Decimal
    sold_id: int
    units_left: int
    amount_left: Decimal
    sold_later: bool
    other_product: bool
    member_id: int | None
    contended: bool


Undone = tuple[int, int, int, int, int | None]  # line of the file, part, sold line, units, member
Left = dict[int, tuple[int, Decimal]]  # sold line → units and money that this file has left of it so far


def make_way_for_sales() -> list[int]:
    """Takes out returns that a corrected row turns into sales; says which receipts get units back."""
    return _drop("corrected_anew") if fetch(NEW_SALES) else []


def _drop(change: str) -> list[int]:
    return [row[0] for row in fetch(DROP, change)]


def write_returns(outcome: Outcome) -> list[int]:
    """Finds what each return undoes and writes the return lines; a return that finds nothing is a bad row.

    Says which receipts got units back from a corrected return.
    """
    execute(TABLES)
    if not fetch(ANY_RETURN):
        _follow_owners()
        return []
    execute(SAME_MEMBER)
    _settle()
    execute(MARK.format(columns=", ".join(f"('{code}', '{column}')" for code, column in COLUMN_OF.items())))
    given_back = _drop("corrected")
    execute(RETURN_RECEIPTS, outcome.now, outcome.by_id)
    execute(FILL_RECEIPTS)
    execute(RETURN_LINES)
    _follow_owners()
    return given_back


def _follow_owners() -> None:
    if fetch("SELECT FROM head WHERE changed OR takes_back LIMIT 1"):
        execute("ANALYZE head")  # a few of very many: the planner must know
        execute(OWNERS)


def _settle() -> None:
    """Fills `undoes` and `refused`. A corrected return that is refused stays as it was and gives nothing back, which
    may leave less for the others: then they are settled again."""
    while True:
        execute("TRUNCATE undoes, refused")
        _allocate()
        execute(WITHOUT_CANDIDATES)
        if not execute(STAY):
            return


def _allocate() -> None:
    """Takes units from the candidates in order, returns in the order of their time. One pass: each return changes
    what is left for the next. In portions, as a file may hold a million of them."""
    left: Left = {}
    undone: list[Undone] = []
    refused: list[tuple[int, str]] = []
    candidates = map(Candidate._make, chain.from_iterable(fetch_many(CANDIDATES)))
    for line, choices in groupby(candidates, key=lambda candidate: candidate.line):
        taken = _take(list(choices), left)
        if isinstance(taken, str):
            refused.append((line, taken))
        else:
            undone += _undo(taken, left)
        if len(undone) + len(refused) >= ROWS_AT_ONCE:
            _keep(undone, refused)
            undone, refused = [], []
    _keep(undone, refused)


def _keep(undone: Iterable[Undone], refused: Iterable[tuple[int, str]]) -> None:
    for table, rows in (("undoes", undone), ("refused", refused)):
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _take(choices: list[Candidate], left: Left) -> list[tuple[Candidate, int]] | str:
    """How many units of which line, or the code of the reason why not."""
    missing = choices[0].units
    if choices[0].sold_later:
        return "sold_later"
    if choices[0].other_product:
        return "other_product"
    open_choices = [one for one in choices if _left_of(one, left)[0] > 0]
    if not open_choices:
        return "nothing_to_return"
    taken = []
    for choice in open_choices:
        units_left, amount_left = _left_of(choice, left)
        units = min(missing, units_left)
        if units * choice.unit_price > amount_left:
            return "return_too_dear"
        taken.append((choice, units))
        missing -= units
        if not missing:
            return taken
    return "return_too_much"


def _left_of(choice: Candidate, left: Left) -> tuple[int, Decimal]:
    return left.get(choice.sold_id) or (choice.units_left, choice.amount_left)


def _undo(taken: list[tuple[Candidate, int]], left: Left) -> list[Undone]:
    """The parts of one return; what others of the file may want too is counted down."""
    for choice, units in taken:
        if choice.contended:
            units_left, amount_left = _left_of(choice, left)
            left[choice.sold_id] = (units_left - units, amount_left - units * choice.unit_price)
    return [(choice.line, part, choice.sold_id, units, choice.member_id) for part, (choice, units) in enumerate(taken)]
