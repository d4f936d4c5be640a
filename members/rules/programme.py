"""Tier programmes as values: what a tier asks, which version holds on a day (handbook 3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

Reason = Literal["joined", "single", "cumulative", "programme", "retained", "downgraded", "manual", "opening"]
Window = Literal["counting_start"]  # the quarterly cards of handbook 3.9 will be a second one
YearPolicy = Literal["membership", "calendar"]
DropPolicy = Literal["matching", "one_step"]

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TierSpec:
    """What one tier asks, in cents.

    `single`, `cumulative`: None = this way does not lead here; the lowest tier with neither asks nothing, a higher one
    with neither is given by hand only. `keep`: spend of a membership year; None = asks nothing.
    """

    code: str
    rank: int
    single: int | None = None
    cumulative: int | None = None
    keep: int | None = None

    @property
    def asks_nothing(self) -> bool:
        return (self.single is None and self.cumulative is None) or self.single == 0 or self.cumulative == 0

    def kept_by(self, cents: int) -> bool:
        return self.keep is None or cents >= self.keep


class Reached(NamedTuple):
    """The tier that a purchase reaches, and by which of its two conditions."""

    tier: TierSpec
    reason: Reason


@dataclass(frozen=True, slots=True)
class ProgrammeSpec:
    """One version of the programme. Raises ValueError when it cannot work.

    `valid_from`: the first day on which it holds; of the first version it is not looked at, that one holds for all
    earlier days too (handbook 3.8). `year`, `drop`, `grace_days`: handbook 3.4.
    """

    version: int | None
    tiers: tuple[TierSpec, ...]
    valid_from: date | None = None
    window: Window = "counting_start"
    year: YearPolicy = "membership"
    drop: DropPolicy = "matching"
    grace_days: int = 0
    lowest: TierSpec = field(init=False, repr=False, compare=False)
    from_top: tuple[TierSpec, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check(self)
        ordered = tuple(sorted(self.tiers, key=lambda tier: tier.rank))
        object.__setattr__(self, "tiers", ordered)
        object.__setattr__(self, "lowest", ordered[0])
        object.__setattr__(self, "from_top", ordered[::-1])

    def tier(self, code: str) -> TierSpec:
        """The tier with this code; raises ValueError for one the version does not have."""
        for tier in self.tiers:
            if tier.code == code:
                return tier
        raise ValueError(f"programme version {self.version} has no tier {code!r}")

    def present(self, tier: TierSpec) -> TierSpec:
        """The same tier as this version defines it; one it no longer has stays as it was."""
        for own in self.tiers:
            if own.code == tier.code:
                return own
        return tier

    def next_above(self, tier: TierSpec | None) -> TierSpec | None:
        """The tier one step up; for a member without a tier the lowest."""
        if tier is None:
            return self.lowest
        return next((own for own in self.tiers if own.rank > tier.rank), None)

    def reached(self, *, single: int, cumulative: int, above: TierSpec | None) -> Reached | None:
        """The highest tier above the given one whose join condition holds; `single` when both do (handbook 3.3)."""
        for tier in self.from_top:
            if above is not None and tier.rank <= above.rank:
                return None
            if tier.single is not None and single >= tier.single:
                return Reached(tier, "single")
            if tier.cumulative is not None and cumulative >= tier.cumulative:
                return Reached(tier, "cumulative")
        return Reached(self.lowest, "single") if self.lowest.asks_nothing else None

    def after_review(self, tier: TierSpec, spent: int) -> TierSpec:
        """The tier after a membership year with this spend (handbook 3.4); the same one = retained."""
        below = [own for own in self.from_top if own.rank < tier.rank]
        if tier.kept_by(spent) or not below:
            return tier
        if self.drop == "one_step":
            return below[0]
        return next((own for own in below if own.kept_by(spent)), below[-1])


def _check(programme: ProgrammeSpec) -> None:
    tiers = programme.tiers
    if not tiers:
        raise ValueError("a programme needs at least one tier")
    if len({tier.rank for tier in tiers}) < len(tiers) or len({tier.code for tier in tiers}) < len(tiers):
        raise ValueError("two tiers of a programme have the same rank or code")
    if not 0 <= programme.grace_days < 365:
        raise ValueError("grace days must be fewer than a year")
    for value, allowed in ((programme.window, Window), (programme.year, YearPolicy), (programme.drop, DropPolicy)):
        if value not in get_args(allowed):
            raise ValueError(f"{value!r} is not one of {', '.join(get_args(allowed))}")


DEFAULT_PROGRAMME = ProgrammeSpec(
    version=None,
    tiers=(
        TierSpec("regular", 1),
        TierSpec("senior", 2, single=1_000_00, cumulative=2_000_00, keep=1_099_00),
        TierSpec("vip", 3, single=2_500_00, cumulative=4_000_00, keep=2_499_00),
        TierSpec("supreme", 4, single=3_500_00, cumulative=8_000_00, keep=3_499_00),
    ),
)


class MembershipYear(NamedTuple):
    """A year that a review looks at: counted by day from `first` to the day before `decided_on`.

    `end` is the anniversary, `decided_on` that plus the days of grace.
    """

    first: date
    end: date
    decided_on: date


class Programmes:
    """All versions of the programme in the order of their days. Build once, use for every member."""

    __slots__ = ("_cumulative_from", "_single_from", "_starts", "harmless", "versions")

    def __init__(self, versions: Iterable[ProgrammeSpec] = (DEFAULT_PROGRAMME,)) -> None:
        self.versions = tuple(sorted(versions, key=lambda version: version.valid_from or date.min))
        if not self.versions:
            raise ValueError("there is no programme version")
        starts = [version.valid_from or date.min for version in self.versions]
        if len(set(starts)) < len(starts):
            raise ValueError("two programme versions start on the same day")
        self._starts = tuple(starts[1:])
        self._cumulative_from, self._single_from = _leaving_lowest(self.versions)
        self.harmless = min(self._cumulative_from, self._single_from)

    def on(self, day: date) -> ProgrammeSpec:
        """The version valid on a day."""
        index = len(self._starts)
        while index and day < self._starts[index - 1]:
            index -= 1
        return self.versions[index]

    def starting_after(self, day: date | None) -> list[ProgrammeSpec]:
        """The versions whose first day is a change (not the first one), later than `day`, oldest first."""
        later = zip(self.versions[1:], self._starts, strict=True)
        return [version for version, start in later if day is None or start > day]

    def stays_lowest(self, total: int, amounts: Iterable[int]) -> bool:
        """Whether purchases of these amounts (none negative) and this sum leave the lowest tier in no version.

        Below `harmless` the sum alone says so.
        """
        return total < self.harmless or (total < self._cumulative_from and max(amounts) < self._single_from)

    def year_after(self, tier: TierSpec, *, since: date, after: date) -> MembershipYear | None:
        """Of a tier's membership years that end after a day the one decided first; None if it has no review.

        Year policy and grace are those of the version valid on the anniversary.
        """
        years = []
        for version, start, stop in zip(
            self.versions, (date.min, *self._starts), (*self._starts, date.max), strict=True
        ):
            if after >= stop or version.present(tier).rank <= version.lowest.rank:
                continue
            first, end = _next_year(version.year, since, start - ONE_DAY if start > after else after)
            if end < stop:
                years.append(MembershipYear(first, end, end + timedelta(days=version.grace_days)))
        return min(years, key=lambda year: year.decided_on, default=None)


def _leaving_lowest(versions: tuple[ProgrammeSpec, ...]) -> tuple[int, int]:
    """(sum, single purchase) in cents from which members leave the lowest tier in some version; 0: cannot be said."""
    if len({version.lowest.code for version in versions}) > 1 or not all(v.lowest.asks_nothing for v in versions):
        return 0, 0
    higher = [tier for version in versions for tier in version.tiers[1:]]
    never = 2**62
    return (
        min((tier.cumulative for tier in higher if tier.cumulative is not None), default=never),
        min((tier.single for tier in higher if tier.single is not None), default=never),
    )


def anniversary(start: date, years: int) -> date:
    """The same day `years` later; of 29 February the 28th where the year has none (handbook 3.4)."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 2, 28)


def _next_year(policy: YearPolicy, since: date, after: date) -> tuple[date, date]:
    """(first day, end) of the first year that ends later than `after`."""
    if policy == "calendar":
        full_from = since.year + ((since.month, since.day) != (1, 1))
        year = max(full_from, after.year)
        return date(year, 1, 1), date(year + 1, 1, 1)
    years = max(1, after.year - since.year)
    if anniversary(since, years) <= after:
        years += 1
    return anniversary(since, years - 1), anniversary(since, years)
