"""How reading says no: to a whole file (TableRefused) or to one row of it (RowFault)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_SHOWN = 2_000


class TableRefused(ValueError):
    """The file cannot be read as a table; `reason` (translated when shown) names what, where and the remedy."""

    def __init__(self, reason: StrOrPromise) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be taken, and why. `line` is the line of the file (or row of the sheet) where the row
    starts, `column` the header as the file has it ("" = the row as a whole), `cells` the row as it came, though cells
    of more than 2,000 characters are cut: faults are kept in memory."""

    line: int
    column: str
    reason: StrOrPromise
    cells: Sequence[str]


def shortened(cell: str) -> str:
    """The cell, or its first 2,000 characters: enough to find it by."""
    return cell if len(cell) <= _SHOWN else cell[:_SHOWN] + "…"


OnFault = Callable[[RowFault], object]
