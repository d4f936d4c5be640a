"""What the first screen says, decided from the figures by stated rules (docs/decisions/0009). No words here.

A change counts as one from 1 % on for amounts and heads, from half a point on for shares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

LEAST_CHANGE = 0.01
LEAST_POINTS = 0.005
BIG_POINTS = 0.01
MOST_LISTED = 3


class Turn(StrEnum):
    """How a figure moved."""

    UP = "up"
    DOWN = "down"
    FLAT = "flat"


Figure = float | int | None


def turn_of(now: Figure, then: Figure, *, is_share: bool = False) -> Turn | None:
    """How `now` stands against `then`; None when one of them is unknown or an amount is compared with nothing."""
    if now is None or then is None or (not is_share and not then):
        return None
    change = round(now - then if is_share else now / then - 1, 6)
    least = LEAST_POINTS if is_share else LEAST_CHANGE
    return Turn.FLAT if abs(change) < least else Turn.UP if change > 0 else Turn.DOWN


def got_worse(turn: Turn | None, *, more_is_better: bool) -> bool:
    return turn == (Turn.DOWN if more_is_better else Turn.UP)


@dataclass(frozen=True)
class Mover:
    """A share that moved by a point or more."""

    key: str
    then: float
    now: float

    @property
    def points(self) -> float:
        return round(self.now - self.then, 6)


def biggest_movers(now: Mapping[str, Figure], then: Mapping[str, Figure]) -> Sequence[Mover]:
    """The shares that moved most against last month, most first, at most three; equal moves by name."""
    movers = (
        Mover(key, before, value)
        for key, value in now.items()
        if value is not None and (before := then.get(key)) is not None
    )
    big = [mover for mover in movers if abs(mover.points) >= BIG_POINTS]
    return sorted(big, key=lambda mover: (-abs(mover.points), mover.key))[:MOST_LISTED]
