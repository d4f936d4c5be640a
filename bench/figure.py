"""One figure, and how it is taken."""

import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """What was measured: `ours` and `floor` in `unit`, medians; `limit` is the most that ours / floor (or, without a
    floor, ours itself) may be; None = only told, nothing promised."""

    name: str
    ours: float
    floor: float | None = None
    limit: float | None = None
    unit: str = "s"
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        if self.limit is None:
            return None
        return (self.ours if self.ratio is None else self.ratio) <= self.limit

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "met": self.met}

    def as_cells(self) -> tuple[str, ...]:
        """figure, ours, floor, ratio, limit, verdict"""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} ×"
        limit = "" if self.limit is None else f"{self.limit:g} {self.unit if self.ratio is None else '×'}"
        verdict = {None: "", True: "met", False: "MISSED"}[self.met]
        floor = "" if self.floor is None else self._amount(self.floor)
        return self.name, self._amount(self.ours), floor, ratio, limit, verdict

    def _amount(self, value: float) -> str:
        digits = 0 if isinstance(value, int) or value >= 1000 else 1 if value >= 10 else 3
        return f"{value:,.{digits}f} {self.unit}"


HEADINGS = ("figure", "ours", "floor", "ratio", "limit", "")


def table(figures: list[Figure]) -> str:
    """The figures in columns, for people."""
    rows = [HEADINGS, *(figure.as_cells() for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )


def markdown(figures: list[Figure]) -> str:
    """The same for docs/bench.md."""
    rows = [HEADINGS, ("---", *["--:"] * 5), *(figure.as_cells() for figure in figures)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def say(text: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
    sys.stderr.flush()


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(*columns: list[float]) -> list[float]:
    return [median(column) for column in columns]


@contextmanager
def step(text: str):
    """Says what is being done and how long it took."""
    start = time.perf_counter()
    yield
    say(f"{text}: {time.perf_counter() - start:.1f} s")
