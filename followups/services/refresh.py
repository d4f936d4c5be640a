"""Makes, replaces, reopens and cancels steps for a set of receipts: the one place for sales, imports and rebuild."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from followups.services import wanted
from members.services.ids import id_array
from members.services.refresh import lock_members

MEMBERS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Difference:
    """A step that is not stored as it should be; `was` is None where it is missing."""

    card_no: str
    receipt: str
    code: str
    was: str | None
    state: str
    was_due_on: date | None
    due_on: date

    def __str__(self) -> str:
        was = f"{self.was} {self.was_due_on}" if self.was else "missing"
        return f"step {self.card_no} {self.receipt} {self.code}: {was} → {self.state} {self.due_on}"


def _rows(sql: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + MEMBERS_AT_ONCE] for start in range(0, len(ids), MEMBERS_AT_ONCE))


@transaction.atomic
def refresh_steps(receipt_ids: Iterable[int], *, at: datetime | None = None) -> Counter[str]:
    """Brings the steps of the members behind these receipts up to date (handbook 6.1, 6.2, 6.4, 6.8).

    Makes missing steps, replaces those of older purchases, reopens, cancels. Safe to repeat: a second run changes
    nothing. Whatever was recorded first, the same receipts give the same steps. Returns how many `steps` were written.
    """
    members = [row[0] for row in _rows(wanted.MEMBERS, {"receipts": id_array(receipt_ids)})]
    return _write(sorted(members), at or timezone.now())


@transaction.atomic
def refresh_steps_of_stores(store_ids: Iterable[int], *, at: datetime) -> Counter[str]:
    """The same for everybody whose steps go by the calendar of these stores: closed days, hours or zone have changed.

    A step that was put off to a day that is closed now moves on to the next open one (handbook 6.1).
    """
    stores = {"stores": id_array(store_ids)}
    written = _write(sorted(row[0] for row in _rows(wanted.MEMBERS_OF_STORES, stores)), at)
    written["steps"] += len(_rows(wanted.OPENINGS, stores))
    return written


@transaction.atomic
def rebuild_steps(
    member_ids: Sequence[int] | None = None, *, check: bool = False, at: datetime | None = None
) -> list[Difference]:
    """What is stored differently from what the receipts say, for these members or all; written unless `check`.

    Existence, due day and state of steps without a result; results, put-offs and owners are facts and stay.
    """
    members = sorted(row[0] for row in _rows(wanted.ALL_MEMBERS, None)) if member_ids is None else sorted(member_ids)
    found = [Difference(*row) for some in _slices(members) for row in _rows(wanted.SHOW, {"members": list(some)})]
    if found and not check:
        _write(members, at or timezone.now())
    return found


def _write(members: Sequence[int], at: datetime) -> Counter[str]:
    written: Counter[str] = Counter()
    for some in _slices(members):
        lock_members(some)  # two sales of one member at once: the second sees the first
        ((made, changed),) = _rows(wanted.WRITE, {"members": list(some), "at": at})
        written["steps"] += made + changed
    return written
