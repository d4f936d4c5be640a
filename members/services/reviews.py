"""The annual reviews that beat runs each day, and the rebuild of everything derived."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from members.enums import TierReason
from members.models import Member, Receipt, Standing
from members.services import receipts_net
from members.services.refresh import lock_members, refresh_members, refresh_receipts
from members.services.tier_history import replay_members

MEMBERS_AT_ONCE = 2_000
REVIEWS = (TierReason.RETAINED, TierReason.DOWNGRADED)


def _due(as_of: date) -> list[int]:
    return list(
        Standing.objects.filter(next_event_on__lte=as_of).order_by("member_id").values_list("member_id", flat=True)
    )


def _counts(reasons: Counter[str]) -> dict[str, int]:
    counts = {str(reason): reasons[reason] for reason in REVIEWS}
    return {"due": sum(counts.values()), **counts}


def _whose_day_has_come(member_ids: Sequence[int], as_of: date | None, now: datetime) -> Sequence[int]:
    """Those in whose home store `as_of` is today or past."""
    if as_of is None:
        return member_ids
    zones = Member.objects.filter(pk__in=member_ids).order_by("pk").values_list("pk", "home_store__time_zone")
    return [pk for pk, zone in zones if as_of <= now.astimezone(ZoneInfo(zone)).date()]


def review_tiers(*, as_of: date | None = None, now: datetime) -> dict[str, int]:
    """Runs the reviews due up to `as_of` (default: each member's own today): `due, retained, downgraded`.

    A date after today, which is each home store's own, only counts and writes nothing. Batches of members, each in its
    own transaction, so that a stop loses nothing; a second run finds nothing due.
    """
    latest = now.astimezone(UTC).date() + timedelta(days=1)  # the furthest "today" of any home store
    reasons: Counter[str] = Counter()
    due = _due(as_of or latest)
    for start in range(0, len(due), MEMBERS_AT_ONCE):
        some = due[start : start + MEMBERS_AT_ONCE]
        with transaction.atomic():
            lock_members(some)
            replayed = replay_members(some, now=now, until=as_of)
            reasons.update(row.reason for _member, _place, row in replayed.new)
            refresh_members(_whose_day_has_come(some, as_of, now), at=now, until=as_of)
    return _counts(reasons)


def members_with_cards(cards: Sequence[str]) -> list[int]:
    """Ids of the members with these cards. Raises Member.DoesNotExist naming the first unknown one."""
    found = dict(Member.objects.filter(card_no__in=cards).values_list("card_no", "pk"))
    for card in cards:
        if card not in found:
            raise Member.DoesNotExist(card)
    return sorted(found.values())


class _Undo(Exception):
    pass


def rebuild(
    *,
    member_ids: Sequence[int] | None = None,
    now: datetime,
    check: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Counter[str]:
    """Rebuilds everything derived of all or some members and says how many stored rows differed, by what they are.

    With `check` each batch is rolled back: the same code finds the differences, nothing is written.
    """
    differing: Counter[str] = Counter()
    ids = (
        sorted(member_ids)
        if member_ids is not None
        else list(Member.objects.order_by("pk").values_list("pk", flat=True))
    )
    for start in range(0, len(ids), MEMBERS_AT_ONCE):
        differing += _rebuild_batch(ids[start : start + MEMBERS_AT_ONCE], now, check)
        progress(min(start + MEMBERS_AT_ONCE, len(ids)), len(ids))
    if member_ids is None:
        differing += _rebuild_batch([], now, check, walk_ins=True)
    return differing


def _rebuild_batch(member_ids: Sequence[int], now: datetime, check: bool, walk_ins: bool = False) -> Counter[str]:
    changed: Counter[str] = Counter()
    whose = Q(member__isnull=True) if walk_ins else Q(member_id__in=member_ids)
    try:
        with transaction.atomic():
            receipts = list(Receipt.objects.filter(whose).order_by("pk").values_list("pk", flat=True))
            changed["returned"] += receipts_net.refresh_returned(receipts)
            changed["days"] += receipts_net.refresh_days(receipts)
            changed += refresh_receipts(receipts, at=now, also_members=member_ids)
            if check:
                raise _Undo
    except _Undo:
        pass
    return changed
