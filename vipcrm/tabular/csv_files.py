"""CSV and CSV.GZ as a table: rows are streamed, whatever the size of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from .csv_records import CsvRecords
from .csv_survey import Source, find_encoding
from .refusal import OnFault, TableRefused
from .table import Batch, Table, checked_headers

DELIMITERS = (",", ";", "\t")


class CsvTable(Table):
    """A CSV whose encoding is known and whose headers are sound."""

    def __init__(self, path: str, *, packed: bool) -> None:
        self.kind = "csv.gz" if packed else "csv"
        self._source = Source(path, packed)
        self.encoding = find_encoding(self._source)
        self._skip, self.delimiter = self._find_delimiter()
        self._header_lines = 0
        self.headers = checked_headers(self._header_cells())

    def _batches(self, on_fault: OnFault) -> Iterator[Batch]:
        with self._source.text(self.encoding, skip=self._header_lines) as text:
            yield from CsvRecords(text, self.delimiter, self._header_lines, on_fault).batches()

    def _header_cells(self) -> list[str]:
        """The first record; sets the number of lines up to its end."""
        with self._source.text(self.encoding, skip=self._skip) as text:
            try:
                reader = csv.reader(iter(text.readline, ""), delimiter=self.delimiter, strict=True)
                cells = next(reader, [])
            except csv.Error as error:
                raise TableRefused(_("The names of the columns in line 1 cannot be read: check the quotes.")) from error
        self._header_lines = self._skip + reader.line_num
        return cells

    def _find_delimiter(self) -> tuple[int, str]:
        """(lines to skip, delimiter): the one that cuts the first row into most cells, or Excel's `sep=` line."""
        with self._source.text(self.encoding) as text:
            first = text.readline()
        if first.lower().startswith("sep=") and first[4:].strip("\r\n") in DELIMITERS:
            return 1, first[4]
        return 0, max(DELIMITERS, key=lambda delimiter: _cells_in(first, delimiter))


def _cells_in(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 0
