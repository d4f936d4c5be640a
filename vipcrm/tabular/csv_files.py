"""CSV and CSV.GZ as a table: rows are streamed, whatever the size of the file."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from .csv_survey import Source, find_encoding
from .limits import MAX_CELL, MAX_RECORD
from .refusal import OnFault, RowFault, TableRefused
from .table import Record, Table, checked_headers, too_long

DELIMITERS = (",", ";", "\t")


class CsvTable(Table):
    """A CSV whose encoding is known and whose headers are sound."""

    def __init__(self, path: str, *, packed: bool) -> None:
        self.kind = "csv.gz" if packed else "csv"
        self._source = Source(path, packed)
        self.encoding = find_encoding(self._source)
        self._skip, self.delimiter = self._find_delimiter()
        self.headers = checked_headers(self._header_cells())

    def _records(self, on_fault: OnFault) -> Iterator[Record]:
        records = self._all_records(on_fault)
        next(records, None)
        return records

    def _all_records(self, on_fault: OnFault) -> Iterator[Record]:
        with self._source.open() as stream:
            text = io.TextIOWrapper(stream, self.encoding, newline="")
            for _skipped in range(self._skip):
                text.readline()
            yield from _Records(text, self.delimiter, self._skip, on_fault)

    def _header_cells(self) -> list[str]:
        def refuse(fault: RowFault) -> None:
            raise TableRefused(fault.reason)

        return next(self._all_records(refuse), (1, []))[1]

    def _find_delimiter(self) -> tuple[int, str]:
        """(lines to skip, delimiter): the one that cuts the first row into most cells, or Excel's `sep=` line."""
        with self._source.open() as stream:
            text = io.TextIOWrapper(stream, self.encoding, newline="")
            first = text.readline()
        if first.lower().startswith("sep=") and first[4:].strip("\r\n") in DELIMITERS:
            return 1, first[4]
        return 0, max(DELIMITERS, key=lambda delimiter: _cells_in(first, delimiter))


def _cells_in(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 0


class _QuoteNeverClosed(Exception):
    pass


class _Records:
    """The records of a CSV, each with the physical line where it starts.

    A record that cannot be read costs its first line only: the fault is told, reading goes on with the next line.
    """

    def __init__(self, lines: Iterable[str], delimiter: str, line: int, on_fault: OnFault) -> None:
        self._lines = iter(lines)
        self._delimiter = delimiter
        self._line = line  # the last line of the last record
        self._on_fault = on_fault
        self._again: deque[str] = deque()
        self._pending: list[str] = []  # the lines of the record being read

    def __iter__(self) -> Iterator[Record]:
        while True:
            try:
                yield from self._sound_records()
                return
            except csv.Error as error:
                self._give_up_line(_unreadable(error))
            except _QuoteNeverClosed:
                self._give_up_line(_("A quote is opened here and never closed: close it, or delete it."))

    def _sound_records(self) -> Iterator[Record]:
        pending = self._pending
        line = self._line
        for cells in csv.reader(self._feed(), delimiter=self._delimiter, strict=True):
            self._line = line + len(pending)
            pending.clear()
            yield line + 1, cells
            line = self._line

    def _feed(self) -> Iterator[str]:
        pending = self._pending
        size = 0
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            size = size + len(line) if pending else 0
            pending.append(line)
            if size > MAX_RECORD:
                raise _QuoteNeverClosed
            yield line

    def _give_up_line(self, reason: str) -> None:
        if not self._pending:
            raise TableRefused(reason)
        bad, *rest = self._pending
        self._pending.clear()
        self._again.extendleft(reversed(rest))
        self._line += 1
        self._on_fault(RowFault(self._line, "", reason, [bad.strip()]))


def _unreadable(error: csv.Error) -> str:
    if "field limit" in str(error):
        return too_long(csv.field_size_limit())
    if "unexpected end" in str(error):
        return _("A quote is opened here and never closed: close it, or delete it.")
    return _("A quote stands inside a cell: write it twice, and quote the whole cell.")
