"""Members found by the phone of a row, and made from it where that was asked for."""

from members.imports.columns import Layout
from members.imports.staging import execute, fetch, read_by_python, refuse
from members.models import Member
from members.rules.phones import mask_phone, normalise_phone
from members.services.cards import next_card_numbers
from vipcrm.models import Store

# Each distinct phone once: in one form, and who has it. Who is to be made has a number below zero until then, the same
# for each way to write her phone.
OWNERS = """
CREATE TEMP TABLE owner ON COMMIT DROP AS
SELECT p.raw, p.phone, p.masked, p.why, count(m.id) AS members,
       coalesce(min(m.id), -dense_rank() OVER (ORDER BY p.phone)) AS member_id
  FROM read_phone p
  LEFT JOIN members_member m ON m.phone = p.phone AND m.phone <> '' AND m.status NOT IN ('merged', 'erased')
 GROUP BY p.raw, p.phone, p.masked, p.why
"""

FOUND = """
UPDATE row r SET member_id = o.member_id
  FROM owner o WHERE r.bad_code IS NULL AND r.member_id IS NULL AND o.raw = r.phone AND o.members <= 1
"""

# First sale of each unknown phone among the sound rows (a return enrols nobody): name = masked phone, enrolled on the
# receipt's day, home store = the receipt's, advisor = its clerk, if the clerk is of that store.
UNKNOWN = """
SELECT DISTINCT ON (o.phone) o.phone, o.masked, r.store_id, a.id, r.sold_on
  FROM row r JOIN owner o ON o.raw = r.phone
  LEFT JOIN vipcrm_staff a ON a.id = r.staff_id AND a.store_id = r.store_id
 WHERE r.bad_code IS NULL AND r.member_id < 0 AND r.quantity > 0
 ORDER BY o.phone, r.sold_at, r.receipt_no COLLATE "C", r.line
"""

MADE = """
UPDATE row r SET member_id = m.id
  FROM owner o LEFT JOIN members_member m ON m.phone = o.phone AND m.status NOT IN ('merged', 'erased')
 WHERE r.member_id < 0 AND o.raw = r.phone
"""

# With "enrol unknown phones" a return that names its receipt needs nobody.
UNKNOWN_PHONE = """
r.card_no IS NULL AND r.phone IN (SELECT raw FROM owner WHERE members = 0)
AND NOT ({enrol} AND (r.quantity > 0 OR r.returns_receipt_no IS NOT NULL))
"""


def _read_phone(text: str) -> tuple[str, str]:
    phone = normalise_phone(text)
    return phone, mask_phone(phone)


def find_by_phone(layout: Layout, *, enrol_unknown: bool) -> None:
    """Fills `row.member_id` from the phone; phones that lead to nobody, to several or to another are bad rows.

    Whom `enrol_unknown` asks to make is made by `enrol`, when it is known which rows are sound.
    """
    if "phone" not in layout.positions:
        return
    read_by_python("phone", _read_phone, "phone text, masked text")
    execute("DROP TABLE IF EXISTS owner")
    execute(OWNERS)
    refuse("row", "phone", "bad_phone", "r.phone IN (SELECT raw FROM owner WHERE why IS NOT NULL)", why=_why())
    refuse("row", "phone", "phone_disagrees", _disagrees())
    refuse("row", "phone", "shared_phone", "r.card_no IS NULL AND r.phone IN (SELECT raw FROM owner WHERE members > 1)")
    refuse("row", "phone", "unknown_phone", UNKNOWN_PHONE.format(enrol=enrol_unknown))
    execute(FOUND)


def enrol(layout: Layout) -> None:
    """Makes a member of each unknown phone that a sound row buys with."""
    if "phone" not in layout.positions:
        return
    rows = fetch(UNKNOWN)
    stores = Store.objects.in_bulk({store_id for _phone, _masked, store_id, _clerk, _day in rows})
    numbers = {pk: iter(next_card_numbers(store, _rows_of(rows, pk))) for pk, store in stores.items()}
    Member.objects.bulk_create(
        [
            Member(
                card_no=next(numbers[store_id]),
                name=masked,
                phone=phone,
                home_store_id=store_id,
                advisor_id=clerk_id,
                enrolled_by_id=clerk_id,
                enrolled_on_given=day,
                enrolled_on=day,
            )
            for phone, masked, store_id, clerk_id, day in rows
        ],
        batch_size=2_000,
    )
    execute(MADE)


def _rows_of(rows: list[tuple], store_id: int) -> int:
    return sum(row[2] == store_id for row in rows)


def _why() -> str:
    return "(SELECT why FROM owner o WHERE o.raw = r.phone)"


def _disagrees() -> str:
    return (
        "r.card_no IS NOT NULL AND r.phone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM owner o JOIN members_member m"
        " ON m.phone = o.phone WHERE o.raw = r.phone AND m.id = r.member_id)"
    )
