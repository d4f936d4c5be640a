"""How reading says no: to a whole file (TableRefused) or to one row of it (RowFault)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


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
    starts, `column` the header as the file has it ("" = the row as a whole), `cells` the row as it came."""

    line: int
    column: str
    reason: StrOrPromise
    cells: Sequence[str]


OnFault = Callable[[RowFault], object]
