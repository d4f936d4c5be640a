"""XLSX as a table: the first sheet, read by python-calamine in a process of its own with limits."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .archives import unpacked_size
from .limits import MAX_COLUMNS, MEBI
from .refusal import OnFault, RowFault, TableRefused
from .table import Batch, Record, Table, checked_headers
from .xlsx_child import CLIPPED, ERROR_VALUE, NO_ROWS, TOO_WIDE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_CHILD = Path(__file__).with_name("xlsx_child.py")
_BASE_MEMORY = 112 * MEBI
_MEMORY_PER_BYTE = 5  # a cell of 28 bytes of XML takes 32 as a value and up to 64 as a text
_BASE_SECONDS = 2
_BYTES_PER_SECOND = 4 * MEBI
_PATIENCE = 10  # wall clock over CPU time: the machine may be busy


class XlsxTable(Table):
    """A workbook that has been read; its rows wait in an unnamed temporary file."""

    kind = "xlsx"

    def __init__(self, path: str) -> None:
        self._spool = _read_first_sheet(path, unpacked_size(path))
        try:
            self.headers = checked_headers(self._header_cells())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the temporary file back."""
        self._spool.close()

    def _header_cells(self) -> list[str]:
        number, cells = next(self._rows())[:2]
        return cells if number == 1 else []

    def _batches(self, on_fault: OnFault) -> Iterator[Batch]:
        yield Batch(self._records(on_fault), clean=False)

    def _records(self, on_fault: OnFault) -> Iterator[Record]:
        for number, cells, *fault in islice(self._rows(), 1, None):
            if fault:
                on_fault(RowFault(number, self._header(fault[0]), _REASONS[fault[1]], cells))
            else:
                yield number, cells

    def _rows(self) -> Iterator[list]:
        """Batches are found by their place in the file, so that two readers do not disturb each other."""
        place = 0
        while True:
            self._spool.seek(place)
            batch = self._spool.readline()
            if not batch:
                return
            place = self._spool.tell()
            yield from json.loads(batch)

    def _header(self, position: int) -> str:
        return self.headers[position] if position < len(self.headers) else ""


_REASONS = {
    CLIPPED: _("The number has more than 15 digits, and the spreadsheet has lost the last ones: enter it as text."),
    ERROR_VALUE: _("The cell holds an error such as #N/A: correct the formula, or type the value."),
}


def _read_first_sheet(path: str, size: int) -> IO[bytes]:
    """The rows as the child process wrote them. Raises TableRefused if it did not come to the end."""
    seconds = _BASE_SECONDS + size // _BYTES_PER_SECOND
    memory = _BASE_MEMORY + _MEMORY_PER_BYTE * size
    command = [
        sys.executable,
        "-I",
        str(_CHILD),
        str(Path(path).resolve()),
        str(memory),
        str(seconds),
        str(MAX_COLUMNS),
    ]
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - the table keeps it and closes it
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=spool,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=seconds * _PATIENCE,
            check=False,
        )
        if done.returncode:
            raise TableRefused(_reason(done.returncode))
    except subprocess.TimeoutExpired as error:
        spool.close()
        raise TableRefused(_reason(-1)) from error
    except BaseException:
        spool.close()
        raise
    return spool


def _reason(code: int) -> StrOrPromise:
    if code == TOO_WIDE:
        return _("The first sheet uses columns beyond the 200th: delete everything to the right of the table.")
    if code == NO_ROWS:
        return _("The first sheet is blank: put the table on the first sheet, names of the columns in row 1.")
    if code < 0:
        return _("The first sheet is damaged or far larger than the table on it: copy the table into a new workbook.")
    return _("The workbook breaks off or is damaged: save it again and send it once more.")
