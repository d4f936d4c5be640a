"""A table: headers, then rows of stripped texts with the line where each starts, streamed."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .escapes import BLANKS, restore
from .limits import MAX_CELL, MAX_COLUMNS
from .refusal import OnFault, RowFault, TableRefused, shortened

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Record = tuple[int, list[str]]


class Batch(NamedTuple):
    """Some records as they came. `clean`: no cell of them needs stripping, restoring or refusing."""

    records: Iterable[Record]
    clean: bool


class Table(ABC):
    """An opened file. `headers` are as the file has them, stripped; a nameless column is ""."""

    kind: str
    headers: list[str]

    def rows(self, on_fault: OnFault) -> Iterator[Record]:
        """(line, cells) of every sound row that is not blank, cells stripped and as many as headers.

        A row that cannot be taken goes to `on_fault` instead, and the reading goes on. Nothing is kept in memory.
        May be called again: each call reads from the first row. Raises TableRefused when the file breaks off.
        """
        width = len(self.headers)
        for records, clean in self._batches(on_fault):
            if not clean:
                yield from self._cleaned(records, on_fault)
                continue
            for record in records:
                cells = record[1]
                if len(cells) < width:
                    cells.extend([""] * (width - len(cells)))
                if len(cells) > width:
                    yield from self._cleaned([record], on_fault)
                elif any(cells):
                    yield record

    @abstractmethod
    def _batches(self, on_fault: OnFault) -> Iterator[Batch]:
        """The records after the headers."""

    def _cleaned(self, records: Iterable[Record], on_fault: OnFault) -> Iterator[Record]:
        width = len(self.headers)
        for line, raw in records:
            cells = [cell.strip(BLANKS) for cell in raw]
            joined = "".join(cells)
            if not joined:
                continue
            if len(cells) != width:
                cells = _fitted(cells, width)
            suspect = len(cells) > width or "\0" in joined or len(joined) > MAX_CELL
            if suspect and (fault := self._fault(line, cells)):
                on_fault(fault)
                continue
            if "'" in joined:
                cells = [restore(cell) for cell in cells]
            yield line, cells

    def _fault(self, line: int, cells: list[str]) -> RowFault | None:
        shown = [shortened(cell) for cell in cells[: 2 * MAX_COLUMNS]]
        if len(cells) > len(self.headers):
            return RowFault(line, "", _too_many(len(cells), len(self.headers)), shown)
        for header, cell in zip(self.headers, cells, strict=True):
            if "\0" in cell:
                return RowFault(
                    line, header, _("The cell holds a NUL character: delete it or type the cell anew."), shown
                )
            if len(cell) > MAX_CELL:
                return RowFault(line, header, too_long(), shown)
        return None

    def close(self) -> None:  # noqa: B027 - a CSV holds nothing open
        """Let go of what the table holds open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _fitted(cells: list[str], width: int) -> list[str]:
    """Missing cells are blank; blank cells too many do not count."""
    return cells if any(cells[width:]) else cells[:width] + [""] * (width - len(cells))


def too_long() -> StrOrPromise:
    """The reason for a cell over the limit."""
    return format_lazy(_("The cell has more than {limit} characters: shorten it."), limit=MAX_CELL)


def _too_many(cells: int, headers: int) -> StrOrPromise:
    return format_lazy(
        _("The row has {cells} cells, but there are only {headers} headers: is a comma inside a cell without quotes?"),
        cells=cells,
        headers=headers,
    )


def checked_headers(raw: list[str]) -> list[str]:
    """The headers, stripped, without nameless columns at the end. Raises TableRefused if they cannot be headers."""
    headers = [restore(cell.replace("\ufeff", "")) for cell in raw]
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise TableRefused(_("Line 1 is blank: the first row must hold the names of the columns."))
    if len(headers) > MAX_COLUMNS:
        raise TableRefused(
            format_lazy(
                _("The file has {columns} columns; at most {limit} are taken: delete those that are not needed."),
                columns=len(headers),
                limit=MAX_COLUMNS,
            )
        )
    if not any(character.isalpha() for header in headers for character in header):
        raise TableRefused(_("Line 1 holds values, not names: put a row with the names of the columns above it."))
    _refuse_twins(headers)
    return headers


def _refuse_twins(headers: list[str]) -> None:
    seen: dict[str, int] = {}
    for position, header in enumerate(headers, start=1):
        if "\0" in header or len(header) > 200:
            raise TableRefused(
                format_lazy(_("The name of column {column} cannot be read: type it anew."), column=position)
            )
        name = normalise_header(header)
        if name and name in seen:
            raise TableRefused(
                format_lazy(
                    _("Columns {first} and {second} are both named “{name}”: rename or delete one of them."),
                    first=seen[name],
                    second=position,
                    name=header,
                )
            )
        seen[name] = position


def normalise_header(header: str) -> str:
    """The header in the form to compare it in: `Ｃard No.*` and `card-no` are both `card_no`."""
    name = unicodedata.normalize("NFKC", header).replace("\ufeff", "").replace("\u200b", "").casefold()
    return re.sub(r"[\s\-_]+", "_", name.strip(BLANKS + "*:.")).strip("_")
