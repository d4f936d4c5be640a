"""A member's tier history as a pure function of her purchases (handbook 3)."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

from members.rules.programme import DEFAULT_PROGRAMME, ONE_DAY, Programmes, ProgrammeSpec, TierSpec
from members.rules.tier_run import CENTS, Run, code_of
from members.rules.tier_values import Change, HandSet, History, Opening, Purchase, Standing

__all__ = [
    "DEFAULT_PROGRAMME",
    "Change",
    "HandSet",
    "History",
    "Opening",
    "ProgrammeSpec",
    "Programmes",
    "Purchase",
    "Standing",
    "TierSpec",
    "history",
    "history_in_full",
    "replay",
    "replay_many",
    "standing",
]

NEW_CHANGE: Callable[[tuple[object, ...]], Change] = partial(tuple.__new__, Change)  # past the slower constructor

Who = TypeVar("Who", bound=Hashable)


def replay(
    programmes: Programmes,
    purchases: Sequence[Purchase],
    *,
    hand_set: Sequence[HandSet] = (),
    opening: Opening | None = None,
    until: date,
) -> list[Change]:
    """The tier changes of one member up to and including `until`, reviews of that day too (handbook 3.11).

    `purchases` must be sorted. Raises ValueError for a tier code that its version does not have.
    """
    if not hand_set and opening is None and (joined := _joined_only(programmes, purchases, until)):
        return joined
    return history_in_full(programmes, purchases, hand_set=hand_set, opening=opening, until=until).changes


def replay_many(
    programmes: Programmes, groups: Iterable[tuple[Who, Sequence[Purchase]]], *, until: date
) -> Iterator[tuple[Who, list[Change]]]:
    """`replay` for many members who have neither tiers by hand nor an opening, one after the other, in little memory.

    The short way of `_joined_only` is written out here: it is taken for nearly everybody, and calls are its cost.
    """
    harmless, stays_lowest, on = programmes.harmless, programmes.stays_lowest, programmes.on
    for who, purchases in groups:
        total = sum(map(CENTS, purchases))
        if purchases and (total < harmless or stays_lowest(total, map(CENTS, purchases))):
            at, _, _, day, cents, key = purchases[0]
            if day <= until:
                programme = on(day)
                joined = (day, at, None, programme.lowest.code, "joined", cents, (key,), programme.version)
                yield who, [NEW_CHANGE(joined)]
                continue
        yield who, history_in_full(programmes, purchases, until=until).changes


def history(
    programmes: Programmes,
    purchases: Sequence[Purchase],
    *,
    hand_set: Sequence[HandSet] = (),
    opening: Opening | None = None,
    until: date,
) -> History:
    """What `replay` gives, and the standing after it."""
    if not hand_set and opening is None and (joined := _joined_only(programmes, purchases, until)):
        total = sum([purchase.cents for purchase in purchases if purchase.day <= until])
        return History(joined, Standing(programmes.on(until).lowest, joined[0].day, None, total, None, None, 0, None))
    return history_in_full(programmes, purchases, hand_set=hand_set, opening=opening, until=until)


def standing(
    programmes: Programmes,
    purchases: Sequence[Purchase],
    *,
    hand_set: Sequence[HandSet] = (),
    opening: Opening | None = None,
    until: date,
) -> Standing:
    """Where the member stands at the end of `until`, for her page (handbook 3.10)."""
    return history(programmes, purchases, hand_set=hand_set, opening=opening, until=until).standing


def _joined_only(programmes: Programmes, purchases: Sequence[Purchase], until: date) -> list[Change] | None:
    """The short way: most members never come near a higher tier, their history is one line. None = go the long way.

    Purchases after `until` can be left in: they only make the sum larger.
    """
    if not purchases or not programmes.stays_lowest(sum(map(CENTS, purchases)), map(CENTS, purchases)):
        return None
    at, _, _, day, cents, key = purchases[0]
    if day > until:
        return None
    programme = programmes.on(day)
    return [Change(day, at, None, programme.lowest.code, "joined", cents, (key,), programme.version)]


def history_in_full(
    programmes: Programmes,
    purchases: Sequence[Purchase],
    *,
    hand_set: Sequence[HandSet] = (),
    opening: Opening | None = None,
    until: date,
) -> History:
    """What `history` gives, without the short way for members who never leave the lowest tier.

    When a tier by hand ends she gets what the history without it gives: the rest is that other history.
    """
    begins = opening.day if opening else date.min
    known = [purchase for purchase in purchases if begins <= purchase.day <= until]
    hands = [hand for hand in hand_set if begins <= hand.day <= until]
    run = Run(programmes, known, hands, opening if begins <= until else None)
    changes: list[Change] = []
    kept = 0
    for day in _ends(hands, until):
        run.advance(day)
        changes += run.changes[kept:]
        hands = [hand for hand in hands if hand.until != day]
        without = Run(programmes, known, hands, opening)
        without.advance(day)
        kept = len(without.changes)
        changes += _end_of_hold(programmes, day, run.tier, without.tier)
        run = without
    run.advance(until + ONE_DAY)
    return History(changes + run.changes[kept:], run.standing(until))


def _ends(hands: list[HandSet], until: date) -> list[date]:
    """The days up to `until` on which a tier by hand ends, in order. Raises ValueError for one before its start."""
    if any(hand.until is not None and hand.until <= hand.day for hand in hands):
        raise ValueError("a tier by hand must end after the day on which it begins")
    return sorted({hand.until for hand in hands if hand.until is not None and hand.until <= until})


def _end_of_hold(programmes: Programmes, day: date, held: TierSpec | None, then: TierSpec | None) -> list[Change]:
    before, after = code_of(held), code_of(then)
    if before == after:
        return []
    return [Change(day, None, before, after, "manual", 0, (), programmes.on(day).version)]
