"""The records of a CSV text, each with the physical line where it starts.

Most of a real file is plain: no quotes, nothing to strip. The text is taken in blocks, and a plain block goes through
csv.reader as it is; only the others are looked at record by record. A block of nothing but delimiters, spaces and line
ends is passed over at once.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .limits import MAX_CELL, MAX_RECORD, MAX_UNREADABLE
from .refusal import OnFault, RowFault, TableRefused, shortened
from .table import Batch, Record, too_long

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BLOCK = 1 << 18  # characters
_NEVER_CLOSED = _("A quote is opened here and never closed: close it, or delete it.")


class _QuoteNeverClosed(Exception):
    pass


class CsvRecords:
    """Reads records to the end of `text`, whose first line is line `line` + 1 of the file.

    A record that cannot be read costs its first line only: the fault is told, reading goes on with the next line.
    """

    def __init__(self, text: TextIO, delimiter: str, line: int, on_fault: OnFault) -> None:
        self._text = text
        self._delimiter = delimiter
        self._line = line  # the last line of the last record
        self._on_fault = on_fault
        self._unreadable = 0
        self._waiting: deque[str] = deque()  # lines to be read record by record
        self._pending: list[str] = []  # the lines of the record being read

    def batches(self) -> Iterator[Batch]:
        """The records, a block at a time. Use up each batch before the next."""
        while block := self._next_block():
            if _is_blank(block, self._delimiter):
                self._line += block.count("\n") + block.count("\r") - block.count("\r\n")
                continue
            lines = _lines(block)
            if _is_plain(block, self._delimiter) and max(map(len, lines)) <= MAX_CELL:
                reader = csv.reader(lines, delimiter=self._delimiter)
                yield Batch(enumerate(reader, self._line + 1), clean=True)
                self._line += len(lines)
            else:
                self._waiting.extend(lines)
                yield Batch(self._one_by_one(), clean=False)

    def _next_block(self) -> str:
        block = self._text.read(BLOCK)
        return block + self._text.readline() if block else ""

    def _one_by_one(self) -> Iterator[Record]:
        while True:
            try:
                yield from self._sound_records()
                return
            except csv.Error as error:
                self._give_up_line(_unreadable(error))
            except _QuoteNeverClosed:
                self._give_up_line(_NEVER_CLOSED)

    def _sound_records(self) -> Iterator[Record]:
        for cells in csv.reader(self._feed(), delimiter=self._delimiter, strict=True):
            line = self._line + 1
            self._line += len(self._pending)
            self._pending.clear()
            yield line, cells

    def _feed(self) -> Iterator[str]:
        """Lines for the reader, until none waits and no record is open."""
        size = 0
        while True:
            if not self._waiting and self._pending:
                self._waiting.extend(_lines(self._next_block()))
            if not self._waiting:
                return
            line = self._waiting.popleft()
            size = size + len(line) if self._pending else 0
            self._pending.append(line)
            if size > MAX_RECORD:
                raise _QuoteNeverClosed
            yield line

    def _give_up_line(self, reason: StrOrPromise) -> None:
        self._unreadable += 1
        if not self._pending:
            raise TableRefused(reason)
        if self._unreadable > MAX_UNREADABLE:
            raise TableRefused(
                format_lazy(
                    _("Line {line}: over {limit} rows have wrong quotes by here. Save the file anew as “CSV UTF-8”."),
                    line=self._line + 1,
                    limit=MAX_UNREADABLE,
                )
            )
        bad, *rest = self._pending
        self._pending.clear()
        self._waiting.extendleft(reversed(rest))
        self._line += 1
        self._on_fault(RowFault(self._line, "", reason, [shortened(bad.strip())]))


def _lines(block: str) -> list[str]:
    return list(io.StringIO(block, newline=""))


def _is_blank(block: str, delimiter: str) -> bool:
    marks = {delimiter, " ", "\t", "\r", "\n"}
    return not block[:1_000].strip("".join(marks)) and sum(map(block.count, marks)) == len(block)


def _is_plain(block: str, delimiter: str) -> bool:
    """Is there nothing to unquote, strip, restore or refuse in any cell?"""
    if any(mark in block for mark in "\"'\0\x0b\x0c\xa0\u3000"):
        return False
    if delimiter != "\t" and "\t" in block:
        return False
    edges = (f" {delimiter}", f"{delimiter} ", " \n", " \r", "\n ", "\r ")
    return not block.startswith(" ") and not block.endswith(" ") and not any(edge in block for edge in edges)


def _unreadable(error: csv.Error) -> StrOrPromise:
    if "field limit" in str(error):
        return too_long()
    if "unexpected end" in str(error):
        return _NEVER_CLOSED
    return _("A quote stands inside a cell: write it twice, and quote the whole cell.")
