"""What goes into a replay of tier histories and what comes out (handbook 3)."""

from collections.abc import Hashable
from datetime import date, datetime
from typing import NamedTuple

from members.rules.programme import Reason, TierSpec


class Purchase(NamedTuple):
    """A receipt that counts: not returned in full, net of its returns, without excluded lines.

    `sorted()` of purchases is the order of handbook 3.3. `day`: the date in the receipt's own store. `cents`: never
    negative. `key`: whatever names the receipt for the caller.
    """

    at: datetime
    number: str
    store: str
    day: date
    cents: int
    key: Hashable


class HandSet(NamedTuple):
    """A tier given by hand (handbook 3.7). `until` None = until the next review."""

    at: datetime
    day: date
    to: str
    until: date | None = None


class Opening(NamedTuple):
    """Go-live balances (handbook 3.12) as of the start of `day`; earlier purchases are in them and not looked at."""

    tier: str
    since: date
    year_cents: int
    counted_cents: int
    day: date


class Change(NamedTuple):
    """One row of the history.

    `at` None = at the start of `day` in the home store's zone. `cents`, `keys`: what it rests on; joined and single:
    that receipt; cumulative, programme: since the counting start; reviews: of the year; opening: the spend brought in;
    manual: nothing. `to_code` is None only when a tier by hand ends for a member without a purchase.
    """

    day: date
    at: datetime | None
    from_code: str | None
    to_code: str | None
    reason: Reason
    cents: int
    keys: tuple[Hashable, ...]
    version: int | None


class Standing(NamedTuple):
    """Where a member stands after the last day looked at.

    `counting_start` None = since enrolment (or go-live). `year_start`, `next_review` are None in the lowest tier and
    while a tier by hand suspends the reviews, which it does before `held_until`. The year is counted to the day before
    `next_review`.
    """

    tier: TierSpec | None
    since: date | None
    counting_start: date | None
    counted_cents: int
    year_start: date | None
    next_review: date | None
    year_cents: int
    held_until: date | None


class History(NamedTuple):
    """The changes in force, oldest first, and where they lead."""

    changes: list[Change]
    standing: Standing
