"""Receipts that an import will change or count anew, locked in one order with the till (decision 13)."""

from members.imports.staging import execute, fetch

# Known receipts whose rows differ, the receipts that their returns undo, those with returns of a receipt that changes
# its member, and every receipt that a return of the file may undo.
TO_LOCK = """
DROP TABLE IF EXISTS locked;
CREATE TEMP TABLE locked ON COMMIT DROP AS
WITH differing AS (
       SELECT receipt_id AS id FROM row WHERE bad_code IS NULL AND change <> 'same' AND receipt_id IS NOT NULL
        UNION SELECT receipt_id FROM head WHERE changed),
     back AS (
       SELECT r.*, coalesce(r.member_id, h.named_member_id, h.member_before) AS whose
         FROM row r JOIN head h USING (store_id, receipt_no)
        WHERE r.bad_code IS NULL AND r.quantity < 0 AND r.change IN ('new', 'corrected'))
SELECT id FROM differing
 UNION
SELECT sold.receipt_id FROM differing d JOIN members_receiptline back ON back.receipt_id = d.id
  JOIN members_receiptline sold ON sold.id = back.returns_line_id
 UNION
SELECT back.receipt_id FROM head h JOIN members_receiptline sold ON sold.receipt_id = h.receipt_id
  JOIN members_receiptline back ON back.returns_line_id = sold.id
 WHERE h.changed
 UNION
SELECT k.id FROM back b JOIN vipcrm_store s ON s.code = b.returns_store
  JOIN members_receipt k ON k.store_id = s.id AND k.number = b.returns_receipt_no
 UNION
SELECT k.id FROM back b JOIN members_product p ON p.code = b.product_code
  JOIN members_receipt k ON k.member_id = b.whose AND k.sold_at <= b.sold_at AND k.sold_on >= b.sold_on - 90
  JOIN members_receiptline l ON l.receipt_id = k.id AND l.product_id = p.id AND l.quantity > 0
 WHERE b.returns_receipt_no IS NULL
"""

LOCK = "SELECT FROM members_receipt WHERE id IN (SELECT id FROM locked) ORDER BY id FOR NO KEY UPDATE"

VOIDED_MEANWHILE = """
SELECT FROM row r JOIN locked ON locked.id = r.receipt_id JOIN members_receipt k ON k.id = r.receipt_id
 WHERE r.voided_at IS NULL AND k.voided_at IS NOT NULL LIMIT 1
"""


class ChangedMeanwhile(Exception):
    """A receipt of the file was voided after it was read: the file is read anew."""


def lock_receipts() -> None:
    """Locks them, by id, before the first is written. Needs the temporary tables `row` and `head`.

    Raises ChangedMeanwhile.
    """
    execute(TO_LOCK)
    execute(LOCK)
    if fetch(VOIDED_MEANWHILE):
        raise ChangedMeanwhile
