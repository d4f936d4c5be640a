"""Tier histories of a set of members: facts in, replay (rules.tiers), differences out. Handbook 3.6: late data is no
special case, because the whole history is replayed and only what differs is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from members.models import ProgrammeVersion, Tier
from members.rules.programme import Programmes, ProgrammeSpec, TierSpec
from members.rules.tiers import Change, HandSet, History, Opening, Purchase, Standing, history
from members.services.ids import id_array

# A purchase is a receipt whose net amount or units are not zero; spend counts without excluded lines (handbook 3.1).
# The time as a text: Python reads it five times as fast as the driver.
PURCHASES = """
SELECT r.member_id, r.sold_at::text, r.number, s.code, r.sold_on, (r.counted_amount * 100)::bigint, r.id
  FROM members_receipt r JOIN vipcrm_store s ON s.id = r.store_id
 WHERE r.member_id = ANY(%s::bigint[]) AND r.voided_at IS NULL AND (r.net_amount <> 0 OR r.net_units <> 0)
"""

HAND_SETS = """
SELECT member_id, at, "on", tier, until FROM members_manualtier WHERE member_id = ANY(%s::bigint[]) ORDER BY at, id
"""

OPENINGS = """
SELECT member_id, tier, coalesce(tier_since, "on"), (year_spend * 100)::bigint, (counted_spend * 100)::bigint, "on"
  FROM members_openingbalance WHERE member_id = ANY(%s::bigint[]) AND tier <> ''
"""

STORED = """
SELECT member_id, id, at, "on", from_tier, to_tier, reason, (spend * 100)::bigint, receipt_ids, version_id,
       seq
  FROM members_tierchange WHERE member_id = ANY(%s::bigint[]) AND withdrawn_at IS NULL ORDER BY member_id, seq
"""

VERSION_FIELDS = ("id", "valid_from", "window", "year", "drop", "grace_days")
TIER_FIELDS = ("id", "rank", "code", "name_zh", "name_en", "single", "cumulative", "keep")
VERSIONS = f"""
SELECT {", ".join(f'v."{name}"' for name in VERSION_FIELDS)}, {", ".join(f"t.{name}" for name in TIER_FIELDS)}
  FROM members_tier t JOIN members_programmeversion v ON v.id = t.version_id
 ORDER BY v.valid_from NULLS FIRST, v.id, t.rank
"""

ZONES = """
SELECT m.id, s.time_zone FROM members_member m JOIN vipcrm_store s ON s.id = m.home_store_id
 WHERE m.id = ANY(%s::bigint[]) ORDER BY m.id
"""

WITHDRAW = "UPDATE members_tierchange SET withdrawn_at = %s WHERE id = ANY(%s::bigint[])"

COPY_CHANGES = """
COPY members_tierchange
     (member_id, seq, at, "on", from_tier, to_tier, reason, spend, receipt_ids, version_id, recorded_at) FROM STDIN
"""


class ChangeRow(NamedTuple):
    """A tier change as it is stored; money in cents."""

    at: datetime
    on: date
    from_tier: str
    to_tier: str
    reason: str
    cents: int
    receipt_ids: list[int]
    version_id: int | None


Stored = tuple[int, int, ChangeRow]  # id, position (from 1), row


@dataclass
class Replayed:
    """What a replay of some members gave: where each stands, and what had to be written."""

    standings: dict[int, Standing] = field(default_factory=dict)
    new: list[tuple[int, int, ChangeRow]] = field(default_factory=list)  # member, position, row
    withdrawn: list[int] = field(default_factory=list)  # ids of stored rows no longer in force

    @property
    def differing(self) -> int:
        return len(self.new) + len(self.withdrawn)


@dataclass(frozen=True)
class StoredProgramme:
    """The tiers of all versions, each with its version, oldest version and lowest tier first; and as the rules take
    them. Shared by everybody who asks: to be read only."""

    tiers: tuple[Tier, ...]
    programmes: Programmes


def load_programme_versions() -> StoredProgramme:
    """The programme as it is stored, by one query; what is built from its rows serves as long as they are the same.

    A version without a tier says nothing yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS)
        return _built(tuple(cursor.fetchall()))


def load_programmes() -> Programmes:
    """All versions of the programme as values for the rules; amounts in cents."""
    return load_programme_versions().programmes


@lru_cache(maxsize=8)
def _built(rows: tuple[tuple, ...]) -> StoredProgramme:
    tiers = tuple(_tier_of(row[: len(VERSION_FIELDS)], row[len(VERSION_FIELDS) :]) for row in rows)
    specs = [_spec_of(list(own)) for _version, own in groupby(tiers, attrgetter("version_id"))]
    return StoredProgramme(tiers, Programmes(specs))


def _tier_of(version: tuple, tier: tuple) -> Tier:
    known = ProgrammeVersion(**dict(zip(VERSION_FIELDS, version, strict=True)))
    return Tier(version=known, **dict(zip(TIER_FIELDS, tier, strict=True)))


def _cents(amount: object) -> int | None:
    return None if amount is None else int(amount * 100)  # type: ignore[operator]


def _spec_of(tiers: list[Tier]) -> ProgrammeSpec:
    version = tiers[0].version
    return ProgrammeSpec(
        version.pk,
        tuple(
            TierSpec(tier.code, tier.rank, _cents(tier.single), _cents(tier.cumulative), _cents(tier.keep) or None)
            for tier in tiers
        ),
        version.valid_from,
        window=version.window,  # type: ignore[arg-type]
        year=version.year,  # type: ignore[arg-type]
        drop=version.drop,  # type: ignore[arg-type]
        grace_days=version.grace_days,
    )


def _rows(sql: str, member_ids: Sequence[int]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [id_array(member_ids)])
        return cursor.fetchall()


def purchases_of(member_ids: Sequence[int]) -> dict[int, list[Purchase]]:
    """Each member's purchases in the order in which they count (handbook 3.3)."""
    found: dict[int, list[Purchase]] = defaultdict(list)
    for member_id, sold_at, *values in _rows(PURCHASES, member_ids):
        found[member_id].append(Purchase(datetime.fromisoformat(sold_at), *values))
    for purchases in found.values():
        purchases.sort()
    return found


def _hand_sets_of(member_ids: Sequence[int]) -> dict[int, list[HandSet]]:
    found: dict[int, list[HandSet]] = defaultdict(list)
    for member_id, *values in _rows(HAND_SETS, member_ids):
        found[member_id].append(HandSet(*values))
    return found


def _openings_of(member_ids: Sequence[int]) -> dict[int, Opening]:
    return {member_id: Opening(*values) for member_id, *values in _rows(OPENINGS, member_ids)}


def _zones_of(member_ids: Sequence[int]) -> dict[int, ZoneInfo]:
    return {member_id: ZoneInfo(name) for member_id, name in _rows(ZONES, member_ids)}


def _stored_rows(member_ids: Sequence[int]) -> dict[int, list[Stored]]:
    stored: dict[int, list[Stored]] = defaultdict(list)
    for member_id, pk, *values, seq in _rows(STORED, member_ids):
        stored[member_id].append((pk, seq, ChangeRow(*values)))
    return stored


def _as_row(change: Change, zone: ZoneInfo) -> ChangeRow:
    at = change.at or datetime.combine(change.day, time(), zone)
    keys: list[int] = list(change.keys)  # type: ignore[arg-type]
    return ChangeRow(
        at,
        change.day,
        change.from_code or "",
        change.to_code or "",
        change.reason,
        change.cents,
        keys,
        change.version,
    )


def histories(
    member_ids: Sequence[int], *, now: datetime, until: date | None = None
) -> Iterator[tuple[int, History, ZoneInfo]]:
    """Each member's history by the rules: up to `until`, or to today by her home store's date.

    A purchase where it is tomorrow already counts at once: without `until` her history goes on to its day.
    """
    programmes = load_programmes()
    purchases, hands, openings = purchases_of(member_ids), _hand_sets_of(member_ids), _openings_of(member_ids)
    for member_id, zone in _zones_of(member_ids).items():
        bought = purchases.get(member_id, [])
        today = now.astimezone(zone).date()
        yield (
            member_id,
            history(
                programmes,
                bought,
                hand_set=hands.get(member_id, ()),
                opening=openings.get(member_id),
                until=until or max(today, max((purchase.day for purchase in bought[-2:]), default=today)),
            ),
            zone,
        )


def _difference(stored: list[Stored], rows: list[ChangeRow]) -> int:
    """The position of the first row that differs."""
    same = 0
    while same < len(stored) and same < len(rows) and stored[same][1:] == (same + 1, rows[same]):
        same += 1
    return same


def replay_members(member_ids: Sequence[int], *, now: datetime, until: date | None = None) -> Replayed:
    """The stored histories held against the rules; writes nothing."""
    stored = _stored_rows(member_ids)
    result = Replayed()
    for member_id, told, zone in histories(member_ids, now=now, until=until):
        rows = [_as_row(change, zone) for change in told.changes]
        present = stored.get(member_id, [])
        same = _difference(present, rows)
        result.standings[member_id] = told.standing
        result.withdrawn += [pk for pk, _seq, _row in present[same:]]
        result.new += [(member_id, place + 1, row) for place, row in enumerate(rows[same:], start=same)]
    return result


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _write_changes(new: Iterable[tuple[int, int, ChangeRow]], now: datetime) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY_CHANGES) as copy:
        for member_id, position, row in new:
            ids = "{" + ",".join(map(str, row.receipt_ids)) + "}"
            copy.write_row((member_id, position, *row[:5], _money(row.cents), ids, row.version_id, now))


def store_histories(replayed: Replayed, *, now: datetime) -> None:
    """Withdraws what is no longer in force and adds what is new; the withdrawn rows stay as the audit trail."""
    if replayed.withdrawn:
        with connection.cursor() as cursor:
            cursor.execute(WITHDRAW, [now, replayed.withdrawn])
    if replayed.new:
        _write_changes(replayed.new, now)
