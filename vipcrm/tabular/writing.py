"""Tables out: CSV and XLSX that a spreadsheet opens without running anything, and that `open_table` reads back.

Texts are escaped (escapes.py); numbers stay numbers, days and times are written as import-formats writes them.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

from django.utils.functional import Promise

from .escapes import escape
from .refusal import RowFault

BOM = b"\xef\xbb\xbf"
ERROR_COLUMNS = ("error_line", "error_column", "error")
_ROWS_A_CHUNK = 500
_FIFTEEN_DIGITS = 10**15
_FIRST_YEAR = 1900  # a sheet counts days from there, and counts the first two months wrongly
_SHEET_ROWS = 1_048_576
_CELL_CHARACTERS = 32_767
_UNWRITABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


def csv_chunks(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The CSV (UTF-8 with BOM) in pieces, for a streamed answer. Rows are taken as they are needed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(map(as_text, headers))
    yield BOM
    for number, row in enumerate(rows, start=1):
        writer.writerow(map(as_text, row))
        if number % _ROWS_A_CHUNK == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def write_csv(stream: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write the CSV (UTF-8 with BOM) to a binary file."""
    stream.writelines(csv_chunks(headers, rows))


def write_xlsx(stream: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a workbook of one sheet to a binary file; rows go to disk as they come.

    Numbers are numbers, days are days. A number of more than 15 digits is a text, or the spreadsheet would round it.
    Raises ValueError when there are more rows than a sheet holds (1,048,576): write a CSV.
    """
    import xlsxwriter

    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(stream, options) as workbook:
        sheet = _Sheet(workbook)
        sheet.write(headers)
        for row in rows:
            sheet.write(row)


def error_file(headers: Sequence[str], faults: Iterable[RowFault]) -> Iterator[bytes]:
    """The CSV of the bad rows, each as it came plus error_line, error_column, error; in pieces.

    Once the rows are put right, the file can be imported again as it is.
    """
    return csv_chunks([*headers, *ERROR_COLUMNS], (_error_row(len(headers), fault) for fault in faults))


def _error_row(width: int, fault: RowFault) -> list[object]:
    """Cells beyond the headers come after the error, so that nothing is lost and nothing moves."""
    cells = [*fault.cells, *[""] * (width - len(fault.cells))]
    return [*cells[:width], fault.line, fault.column, fault.reason, *cells[width:]]


def as_text(value: object) -> str:
    """The value as a CSV holds it: 1299.00, 2026-10-31, 2026-10-31 18:05, yes; a text escaped."""
    if isinstance(value, (str, Promise)):
        return escape(_UNWRITABLE.sub("\ufffd", str(value)))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if isinstance(value, (int, float, datetime.date)):
        return str(value)
    return escape(_UNWRITABLE.sub("\ufffd", str(value)))


class _Sheet:
    def __init__(self, workbook: Any) -> None:
        self._sheet = workbook.add_worksheet()
        self._money = workbook.add_format({"num_format": "0.00"})
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._row = 0

    def write(self, values: Sequence[object]) -> None:
        if self._row >= _SHEET_ROWS:
            raise ValueError("More rows than a sheet holds")
        for column, value in enumerate(values):
            self._write_cell(column, value)
        self._row += 1

    def _write_cell(self, column: int, value: Any) -> None:
        if isinstance(value, (str, bool)):
            self._write_text(column, value)
        elif isinstance(value, (int, float, Decimal)) and -_FIFTEEN_DIGITS < value < _FIFTEEN_DIGITS:
            self._sheet.write_number(self._row, column, value, self._money if isinstance(value, Decimal) else None)
        elif isinstance(value, datetime.datetime) and value.year > _FIRST_YEAR:
            wall_clock = value.replace(tzinfo=None, microsecond=0)
            self._sheet.write_datetime(self._row, column, wall_clock, self._moment)
        elif isinstance(value, datetime.date) and value.year > _FIRST_YEAR:
            self._sheet.write_datetime(self._row, column, value, self._day)
        else:
            self._write_text(column, value)

    def _write_text(self, column: int, value: object) -> None:
        if text := as_text(value):
            self._sheet.write_string(self._row, column, text[:_CELL_CHARACTERS])
