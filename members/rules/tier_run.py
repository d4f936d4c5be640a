"""One pass through a member's time: what happens to her tier, in order (handbook 3).

Everything that takes effect at the start of a day (a new programme version, then a review) precedes the receipts of
that day; a change by hand comes at its time, after a receipt of the same moment.
"""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from datetime import date, datetime
from operator import attrgetter, itemgetter

from members.rules.programme import ONE_DAY, MembershipYear, Programmes, ProgrammeSpec, Reason, TierSpec
from members.rules.tier_values import Change, HandSet, Opening, Purchase, Standing

CENTS = itemgetter(Purchase._fields.index("cents"))
DAY = attrgetter("day")
AT = attrgetter("at")


def code_of(tier: TierSpec | None) -> str | None:
    """The code of a tier, None without one."""
    return tier.code if tier else None


class Run:
    """One pass over purchases and changes by hand. `advance` may be called again with a later day."""

    __slots__ = (
        "_by_day",
        "_carried",
        "_held_until",
        "_items",
        "_last_end",
        "_next",
        "_purchases",
        "_seen",
        "_sums",
        "_upcoming",
        "_year",
        "changes",
        "counted",
        "counting_start",
        "opening",
        "programmes",
        "since",
        "tier",
    )

    def __init__(
        self,
        programmes: Programmes,
        purchases: Sequence[Purchase],
        hands: Sequence[HandSet],
        opening: Opening | None,
    ) -> None:
        self.programmes = programmes
        self._purchases = purchases
        self._items: Sequence[Purchase | HandSet] = purchases
        if hands:
            self._items = sorted([*purchases, *hands], key=AT)
        self._next = 0
        self._seen: list[Purchase] = []
        self._by_day: list[Purchase] | None = None
        self._sums: list[int] = []
        self._upcoming = programmes.starting_after(opening.day if opening else None)
        self.changes: list[Change] = []
        self.tier: TierSpec | None = None
        self.since: date | None = None
        self.counting_start: date | None = None
        self.counted = 0
        self.opening = opening
        self._carried = 0
        self._held_until: date | None = None
        self._last_end = date.min
        self._year: MembershipYear | None = None
        if opening:
            self._open(opening)

    def _open(self, opening: Opening) -> None:
        programme = self.programmes.on(opening.day)
        change = self._reach(
            programme, programme.tier(opening.tier), opening.since, "opening", opening.counted_cents, ()
        )
        self.changes[:] = [change._replace(day=opening.day)]
        self.counted = opening.counted_cents
        self._carried = opening.year_cents
        self._ended(max(opening.since, opening.day))

    # -- moving through time

    def advance(self, stop: date) -> None:
        """Process what comes before the day `stop`."""
        items = self._items
        while self._next < len(items) and items[self._next].day < stop:
            item = items[self._next]
            self._next += 1
            self._start_of_days(item.day)
            if isinstance(item, HandSet):
                self._take_hand(item)
            else:
                self._take_purchase(item)
        self._start_of_days(stop - ONE_DAY)

    def _start_of_days(self, last: date) -> None:
        """Versions that begin and reviews that are due up to and including a day; on one day the version is first."""
        while True:
            begins = self._upcoming[0].valid_from if self._upcoming else None
            decided_on = self._year.decided_on if self._year else None
            if begins is not None and begins <= last and (decided_on is None or begins <= decided_on):
                self._take_version(self._upcoming.pop(0), begins)
            elif self._year is not None and self._year.decided_on <= last:
                self._review(self._year)
            else:
                return

    # -- what can happen

    def _take_purchase(self, purchase: Purchase) -> None:
        """A receipt counts from the counting start on; the first one gives a tier, later ones can lift it."""
        programme = self.programmes.on(purchase.day)
        self._seen.append(purchase)
        if self.counting_start is not None and purchase.day < self.counting_start:
            return
        self.counted += purchase.cents
        present = self.tier and programme.present(self.tier)
        reached = programme.reached(single=purchase.cents, cumulative=self.counted, above=present)
        if reached is None:
            return
        reason = "joined" if self.tier is None and programme.lowest.asks_nothing else reached.reason
        if reason == "cumulative":
            self._reach(programme, reached.tier, purchase.day, reason, self.counted, self._counted_keys(), purchase.at)
        else:
            self._reach(programme, reached.tier, purchase.day, reason, purchase.cents, (purchase.key,), purchase.at)

    def _take_hand(self, hand: HandSet) -> None:
        programme = self.programmes.on(hand.day)
        tier = programme.tier(hand.to)
        lower = self.tier is not None and tier.rank < programme.present(self.tier).rank
        self._held_until = hand.until
        self._reach(programme, tier, hand.day, "manual", 0, (), hand.at)
        if lower:
            self._count_from(hand.day)

    def _take_version(self, programme: ProgrammeSpec, day: date) -> None:
        """At 00:00 of its first day whoever meets a higher tier is lifted, nobody falls (handbook 3.8)."""
        if self.tier is None:
            return
        largest = max(map(CENTS, self._counted()), default=0)
        reached = programme.reached(single=largest, cumulative=self.counted, above=programme.present(self.tier))
        if reached:
            self._reach(programme, reached.tier, day, "programme", self.counted, self._counted_keys())
        else:
            self._find_year()

    def _review(self, year: MembershipYear) -> None:
        """The spend of the year is held against the tier's minimum (handbook 3.4)."""
        assert self.tier is not None
        if self._held_until is not None:
            return self._ended(year.decided_on)
        programme = self.programmes.on(year.decided_on)
        present = programme.present(self.tier)
        spent = self._spent(year.first, year.decided_on)
        keys = self._keys(year.first, year.decided_on)
        then = programme.after_review(present, spent)
        if then.rank < present.rank:
            self._reach(programme, then, year.decided_on, "downgraded", spent, keys)
            self._count_from(year.decided_on)
        else:
            self._record(programme, then, year.decided_on, "retained", spent, keys)
            self._ended(year.decided_on)

    # -- what follows from it

    def _reach(
        self,
        programme: ProgrammeSpec,
        tier: TierSpec,
        day: date,
        reason: Reason,
        cents: int,
        keys: tuple[Hashable, ...],
        at: datetime | None = None,
    ) -> Change:
        """A membership year of the tier starts on the day."""
        change = self._record(programme, tier, day, reason, cents, keys, at)
        self.since = day
        self._carried = 0
        self._ended(day)
        return change

    def _record(
        self,
        programme: ProgrammeSpec,
        tier: TierSpec,
        day: date,
        reason: Reason,
        cents: int,
        keys: tuple[Hashable, ...],
        at: datetime | None = None,
    ) -> Change:
        change = Change(day, at, code_of(self.tier), tier.code, reason, cents, keys, programme.version)
        self.changes.append(change)
        self.tier = tier
        return change

    def _ended(self, day: date) -> None:
        """Membership years that end up to the day are done with (a decision overtakes older ones)."""
        self._last_end = day
        self._find_year()

    def _find_year(self) -> None:
        if self.tier is not None and self.since is not None:
            self._year = self.programmes.year_after(self.tier, since=self.since, after=self._last_end)

    def _count_from(self, day: date) -> None:
        self.counting_start = day
        self.counted = sum(map(CENTS, self._counted()))

    def _counted(self) -> list[Purchase]:
        start = self.counting_start
        return self._seen if start is None else [purchase for purchase in self._seen if purchase.day >= start]

    def _counted_keys(self) -> tuple[Hashable, ...]:
        return tuple([purchase.key for purchase in self._counted()])

    def _between(self, first: date, stop: date) -> tuple[int, int]:
        """Where the purchases with first <= day < stop lie in `_by_day`, whichever of them came first."""
        if self._by_day is None:
            self._by_day = sorted(self._purchases, key=DAY)
            self._sums = [0]
            for purchase in self._by_day:
                self._sums.append(self._sums[-1] + purchase.cents)
        return bisect_left(self._by_day, first, key=DAY), bisect_left(self._by_day, stop, key=DAY)

    def _spent(self, first: date, stop: date) -> int:
        start, end = self._between(first, stop)
        brought_in = self._carried if self.opening and first <= self.opening.day else 0
        return self._sums[end] - self._sums[start] + brought_in

    def _keys(self, first: date, stop: date) -> tuple[Hashable, ...]:
        start, end = self._between(first, stop)
        return tuple([purchase.key for purchase in (self._by_day or ())[start:end]])

    def standing(self, until: date) -> Standing:
        """Where the member stands at the end of the day."""
        year = None if self._held_until is not None else self._year
        return Standing(
            self.tier and self.programmes.on(until).present(self.tier),
            self.since,
            self.counting_start,
            self.counted,
            year.first if year else None,
            year.decided_on if year else None,
            self._spent(year.first, until + ONE_DAY) if year else 0,
            self._held_until,
        )
