"""The one function that brings everything derived up to date for a set of receipts or members (design.md).

Live sales, voids, imports and `rebuild` all call it; run twice it changes nothing the second time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from members.models import Receipt
from members.services import receipts_net
from members.services.ids import id_array
from members.services.standings import refresh_standings
from members.services.tier_history import load_programmes, replay_members, store_histories
from members.signals import receipts_changed

MEMBERS_AT_ONCE = 5_000
RECEIPTS_AT_ONCE = 50_000

# A return changes the receipt that it undoes.
WITH_UNDONE = """
SELECT id FROM unnest(%(ids)s::bigint[]) AS t(id)
 UNION
SELECT sold.receipt_id FROM members_receiptline back JOIN members_receiptline sold ON sold.id = back.returns_line_id
 WHERE back.receipt_id = ANY(%(ids)s::bigint[])
"""

MEMBERS_OF = "SELECT DISTINCT member_id FROM members_receipt WHERE id = ANY(%s::bigint[]) AND member_id IS NOT NULL"


RECEIPTS_OF_STORES = "SELECT id FROM members_receipt WHERE store_id = ANY(%s::bigint[])"
MEMBERS_OF_STORES = "SELECT id FROM members_member WHERE home_store_id = ANY(%s::bigint[])"

# Two that change one member's receipts at once wait here for each other: the later one then replays what both wrote.
LOCK = "SELECT FROM members_member WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"


LOCK_RECEIPTS = "SELECT FROM members_receipt WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"


def lock_receipts(receipt_ids: Iterable[int]) -> None:
    """Whoever changes these receipts, or the lines of them, comes after the end of this transaction (decision 13)."""
    ids = sorted(set(receipt_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(LOCK_RECEIPTS, [id_array(ids)])


def lock_members(member_ids: Sequence[int]) -> None:
    """Whoever writes what rests on the receipts of these members comes after the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [id_array(member_ids)])


def _slices(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _ids(sql: str, values: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def _earliest_today(at: datetime) -> date:
    """The date where the day begins last: west of it nothing has been replayed any further."""
    return (at.astimezone(UTC) - timedelta(hours=12)).date()


@transaction.atomic
def refresh_receipts(
    receipt_ids: Iterable[int], *, at: datetime, made: Sequence[int] = (), also_members: Iterable[int] = ()
) -> Counter[str]:
    """Everything that rests on these receipts: nets, enrolment, status, tiers, standing, follow-ups.

    `made`: further receipts, of sales only, stored with right nets; name their members in `also_members`, as well as
    members a receipt was taken away from. `at`: now; reviews due up to its day are run. Returns how many rows changed,
    by what they are.
    """
    changed: Counter[str] = Counter()
    touched = sorted(_ids(WITH_UNDONE, {"ids": id_array(receipt_ids)}))
    members = set(also_members)
    for some in _slices(touched, RECEIPTS_AT_ONCE):
        changed["receipts"] += receipts_net.refresh_nets(some)
        members.update(_ids(MEMBERS_OF, [id_array(some)]))
    changed += refresh_members(sorted(members), at=at)
    changed_ids = sorted({*touched, *made})
    for _receiver, answer in receipts_changed.send(sender=Receipt, receipt_ids=changed_ids, at=at):
        changed.update(answer or {})
    return changed


@transaction.atomic
def refresh_stores(store_ids: Sequence[int], *, at: datetime) -> Counter[str]:
    """Everything that goes by the time zone of these stores: days of their receipts, reviews of their members."""
    receipts = _ids(RECEIPTS_OF_STORES, [id_array(store_ids)])
    changed = Counter({"days": receipts_net.refresh_days(receipts)})
    return changed + refresh_receipts(receipts, at=at, also_members=_ids(MEMBERS_OF_STORES, [id_array(store_ids)]))


@transaction.atomic
def refresh_members(member_ids: Sequence[int], *, at: datetime, until: date | None = None) -> Counter[str]:
    """Enrolment, status, tier history and standing of the members; nets of their receipts are taken as they stand.

    `until`: reviews due up to this day are run; default: today by each member's home store.
    """
    changed: Counter[str] = Counter()
    programmes = load_programmes()
    for some in _slices(member_ids, MEMBERS_AT_ONCE):
        lock_members(some)
        changed["enrolments"] += receipts_net.refresh_enrolment(some)
        changed["statuses"] += receipts_net.refresh_status(some)
        replayed = replay_members(some, now=at, until=until)
        store_histories(replayed, now=at)
        changed["tier changes"] += replayed.differing
        changed["standings"] += refresh_standings(programmes, replayed.standings, today=until or _earliest_today(at))
    return changed
