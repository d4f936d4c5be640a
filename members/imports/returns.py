"""Which sold lines a return undoes, and the return lines (import-formats.md, returns_receipt_no)."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from members.imports.outcome import Outcome
from members.imports.staging import execute, fetch

# Sold lines each return may undo, in the order to take them: the named line; else the receipt's lines of the product in
# line order; without a receipt the newest such line of the member sold in the 90 days before, in any store.
CANDIDATES = """
SELECT r.line, r.sold_at, r.receipt_no, r.line_no, -r.quantity AS units, r.unit_price,
       l.id, l.quantity - l.returned_quantity AS units_left, l.amount - l.returned_amount AS amount_left,
       k.sold_at > r.sold_at AS sold_later, l.product_id IS DISTINCT FROM p.id AS other_product, k.member_id
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
 WHERE r.bad_code IS NULL AND r.quantity < 0 AND r.change IN ('new', 'corrected')
 ORDER BY r.sold_at, r.receipt_no, r.line_no, r.line,
          CASE WHEN r.returns_receipt_no IS NULL THEN k.sold_at END DESC, l.line_no, l.id
"""

# Units and money that come back when a corrected return is taken out and written anew.
GIVEN_BACK = """
SELECT l.returns_line_id, -sum(l.quantity), -sum(l.amount)
  FROM row r JOIN members_receiptline l ON l.receipt_id = r.receipt_id AND l.line_no = r.line_no
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND l.quantity < 0 AND r.line <> ALL(%s)
 GROUP BY l.returns_line_id
"""

# A corrected row that is, or becomes, a return is taken out and written anew: the trigger gives its units back.
DROP = """
DELETE FROM members_receiptline l
 USING row r
 WHERE r.bad_code IS NULL AND r.change = %s
   AND l.receipt_id = r.receipt_id AND l.line_no = r.line_no AND (l.quantity < 0 OR r.quantity < 0)
RETURNING l.returns_line_id
"""

# A sale in place of a return: the return is gone, the row makes a line.
NEW_SALES = """
UPDATE row r SET change = 'corrected_anew'
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND r.quantity > 0
   AND EXISTS (SELECT 1 FROM members_receiptline l WHERE l.id = r.line_id AND l.quantity < 0)
RETURNING r.line
"""

RETURN_ROWS = """
SELECT line, change = 'corrected', returns_receipt_no IS NULL AND member_id IS NULL
  FROM row WHERE bad_code IS NULL AND quantity < 0 AND change IN ('new', 'corrected')
"""

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

NO_UNDOES = """
DROP TABLE IF EXISTS undoes;
CREATE TEMP TABLE undoes (line int, part int, sold_id bigint, units int, member_id bigint) ON COMMIT DROP
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
    """A sold line that a return may undo, as it stands before any return of this file."""

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


Undone = tuple[int, int, int, int, int | None]  # line of the file, part, sold line, units, member


def make_way_for_sales() -> list[int]:
    """Takes out returns that a corrected row turns into sales; says which receipts get units back."""
    return _drop("corrected_anew") if fetch(NEW_SALES) else []


def _drop(change: str) -> list[int]:
    gone = fetch(DROP, change)
    ids = [row[0] for row in gone if row[0] is not None]
    return [row[0] for row in fetch("SELECT DISTINCT receipt_id FROM members_receiptline WHERE id = ANY(%s)", ids)]


def write_returns(outcome: Outcome) -> list[int]:
    """Finds what each return undoes and writes the return lines; a return that finds nothing is a bad row.

    Says which receipts got units back from a corrected return.
    """
    execute(SAME_MEMBER)
    rows = fetch(RETURN_ROWS)
    if not rows:
        execute(NO_UNDOES)
        execute(OWNERS)
        return []
    undone, refused = _settle(rows)
    _mark(refused)
    execute(NO_UNDOES)
    with connection.cursor() as cursor, cursor.copy("COPY undoes FROM STDIN") as copy:
        for row in undone:
            copy.write_row(row)
    given_back = _drop("corrected")
    execute(RETURN_RECEIPTS, outcome.now, outcome.by_id)
    execute(FILL_RECEIPTS)
    execute(RETURN_LINES)
    execute(OWNERS)
    return given_back


def _settle(rows: list[tuple]) -> tuple[list[Undone], dict[int, str]]:
    """What each return undoes. A corrected return that is refused stays as it was and gives nothing back, which may
    leave less for the others: then they are settled again."""
    corrected = {line for line, is_corrected, _nobody in rows if is_corrected}
    staying: set[int] = set()
    while True:
        candidates = [Candidate(*row) for row in fetch(CANDIDATES)]
        undone, refused = _allocate(candidates, fetch(GIVEN_BACK, list(staying)))
        found = {candidate.line for candidate in candidates}
        for line, _corrected, nobody in rows:
            if line not in found:
                refused[line] = "return_of_whom" if nobody else "nothing_to_return"
        newly = (corrected & refused.keys()) - staying
        if not newly:
            return [one for one in undone if one[0] not in refused], refused
        staying |= newly


def _allocate(candidates: list[Candidate], given_back: list[tuple]) -> tuple[list[Undone], dict[int, str]]:
    """Takes units from the candidates in order, returns in the order of their time. One pass: each return changes
    what is left for the next."""
    by_row: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_row[candidate.line].append(candidate)
    units_left = {one.sold_id: one.units_left for one in candidates}
    amount_left = {one.sold_id: one.amount_left for one in candidates}
    for sold_id, units, amount in given_back:
        if sold_id in units_left:
            units_left[sold_id] += units
            amount_left[sold_id] += amount
    undone: list[Undone] = []
    refused: dict[int, str] = {}
    for line, choices in by_row.items():
        taken = _take(choices, units_left, amount_left)
        if isinstance(taken, str):
            refused[line] = taken
            continue
        for part, (choice, units) in enumerate(taken):
            units_left[choice.sold_id] -= units
            amount_left[choice.sold_id] -= units * choice.unit_price
            undone.append((line, part, choice.sold_id, units, choice.member_id))
    return undone, refused


def _take(
    choices: list[Candidate], units_left: dict[int, int], amount_left: dict[int, Decimal]
) -> list[tuple[Candidate, int]] | str:
    """How many units of which line, or the code of the reason why not."""
    missing = choices[0].units
    if choices[0].sold_later:
        return "sold_later"
    if choices[0].other_product:
        return "other_product"
    open_choices = [one for one in choices if units_left[one.sold_id] > 0]
    if not open_choices:
        return "nothing_to_return"
    taken = []
    for choice in open_choices:
        units = min(missing, units_left[choice.sold_id])
        if units * choice.unit_price > amount_left[choice.sold_id]:
            return "return_too_dear"
        taken.append((choice, units))
        missing -= units
        if not missing:
            return taken
    return "return_too_much"


def _mark(refused: dict[int, str]) -> None:
    """Says of each refused return why."""
    for code in set(refused.values()):
        lines = [line for line, why in refused.items() if why == code]
        execute("UPDATE row SET bad_column = %s, bad_code = %s WHERE line = ANY(%s)", COLUMN_OF[code], code, lines)
