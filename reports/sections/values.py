"""What a section of the report is made of: the same for page, HTML file and PDF."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reports.figures.query import NONE


@dataclass(frozen=True)
class Cell:
    """A written figure. `figure`: the path of the list behind it. `tone`: up = better, down = worse, flat."""

    text: str
    figure: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Row:
    head: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """`heads`: the first one stands over the row heads."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Row]
    foot: Row | None = None


@dataclass(frozen=True)
class Bar:
    """`css`: t0–t4 for tiers, f1 else. `mark`: last month's value."""

    label: str
    value: float
    mark: float | None = None
    css: str = "f1"


@dataclass(frozen=True)
class Bars:
    """A bar chart; `title` states the finding for those who do not see it, `note` says how to read it."""

    title: str
    bars: Sequence[Bar]
    unit: str = ""
    places: int = 0
    note: str = ""


@dataclass(frozen=True)
class Fact:
    label: str
    cell: Cell


@dataclass(frozen=True)
class Section:
    """`charted`: which of the tables has the figures of the chart."""

    key: str
    title: str
    note: str
    tables: Sequence[Table]
    chart: Bars | None = None
    facts: Sequence[Fact] = ()
    charted: int = 0

    @property
    def beside(self) -> Table:
        """The table of the chart: on paper they stay together."""
        return self.tables[self.charted]

    @property
    def others(self) -> list[Table]:
        """The tables that may run over pages."""
        return [table for table in self.tables if table is not self.beside]


@dataclass(frozen=True)
class Compared:
    """Figures of the month, of the month before and of a year before (None: never computed)."""

    month: date
    now: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    year: Mapping[str, Any] | None = None

    def at(self, path: str) -> tuple[Any, Any, Any]:
        """The three values at `base.start`; None where there is none."""
        return value_at(self.now, path), value_at(self.before, path), value_at(self.year, path)


def value_at(figures: Mapping[str, Any] | None, path: str) -> Any:
    """The value at a path such as `base.by_tier.vip`; None where there is none."""
    value: Any = figures
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


@dataclass(frozen=True)
class Names:
    """What codes are called, in the active language."""

    tiers: Mapping[str, str]
    sources: Mapping[str, str]
    staff: Mapping[str, str]
    ranks: Mapping[str, int] = field(default_factory=dict)

    def highest_first(self, codes: Iterable[str]) -> list[str]:
        """Tier codes by rank, `none` last."""
        return sorted(codes, key=lambda code: (-self.ranks.get(code, 0), code))

    def tier_css(self, code: str) -> str:
        return f"t{0 if code == NONE else max(1, min(self.ranks.get(code, 1), 4))}"
