"""Run as a process of its own: reads the first sheet of a workbook and writes its rows as JSON lines.

It knows neither Django nor the database. Its memory and time are limited before the parser is loaded, so a workbook
that promises little and unfolds into much ends this process and nothing else. See docs/decisions/0005.

    python xlsx_child.py WORKBOOK MEMORY_BYTES CPU_SECONDS MAX_COLUMNS

A line of the output is a batch: a list of [row of the sheet, cells] or, for a row that cannot be taken,
[row of the sheet, cells, position of the faulty cell, code]. Exit 0; 3 = not readable; 4 = too wide; 5 = no rows.
"""

from __future__ import annotations

import datetime
import json
import posixpath
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterable
from decimal import Decimal

BATCH = 500
BATCH_CHARACTERS = 1 << 20
LONGEST_CELL = 10_000  # characters, as limits.MAX_CELL: what is cut here stays longer than that and is refused there
FIFTEEN_DIGITS = 10**15  # Excel keeps no more
UNREADABLE, TOO_WIDE, NO_ROWS = 3, 4, 5
CLIPPED, ERROR_VALUE = "clipped", "error value"
CHUNK = 1 << 20
MAX_ERRORS = 100_000

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def main(path: str, memory: int, cpu_seconds: int, max_columns: int) -> int:
    """Read the workbook within the limits; the exit code."""
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
    ):
        resource.setrlimit(kind, (limit, limit))
    import python_calamine

    try:
        with python_calamine.load_workbook(path) as workbook:
            sheet = workbook.get_sheet_by_index(0)
            if sheet.start is None or sheet.end is None:
                return NO_ROWS
            if sheet.end[1] >= max_columns:
                return TOO_WIDE
            write_rows(sheet.iter_rows(), sheet.start, error_cells(path))
    except (python_calamine.CalamineError, zipfile.BadZipFile, zlib.error, MemoryError, OSError) as error:
        sys.stderr.write(str(error))
        return UNREADABLE
    return 0


def write_rows(rows: Iterable[list[Cell]], start: tuple[int, int], errors: dict[int, int]) -> None:
    """Write the rows that are not blank, in batches."""
    first_row, first_column = start
    margin = [""] * first_column
    batch: list[list[object]] = []
    size = 0
    for number, cells in enumerate(rows, start=first_row + 1):
        texts = margin + [cell if type(cell) is str else as_text(cell) for cell in cells]
        length = sum(map(len, texts))
        if length > LONGEST_CELL:
            texts = [cut(text) for text in texts]
        size += length
        if number in errors:
            batch.append([number, texts, errors[number], ERROR_VALUE])
        elif any(texts):
            long = [at for at, cell in enumerate(cells, first_column) if type(cell) is float and is_clipped(cell)]
            batch.append([number, texts, long[0], CLIPPED] if long else [number, texts])
        if len(batch) == BATCH or size > BATCH_CHARACTERS:
            write(batch)
            batch.clear()
            size = 0
    if batch:
        write(batch)


def cut(text: str) -> str:
    """A text of many megabytes is not carried any further than it takes to be refused."""
    stripped = text.strip()
    return stripped if len(stripped) <= LONGEST_CELL else stripped[:LONGEST_CELL] + "…"


def error_cells(path: str) -> dict[int, int]:
    """Row → position of its first cell with #N/A and the like, which python-calamine shows as blank."""
    errors: dict[int, int] = {}
    with zipfile.ZipFile(path) as archive:
        part = first_sheet(archive)
        if part is None:
            return errors
        with archive.open(part) as sheet:
            rest = b""
            while (chunk := sheet.read(CHUNK)) and len(errors) < MAX_ERRORS:
                text = rest + chunk
                if b'"e"' in text:
                    for cell in re.finditer(rb'<c\s(?=[^<>]*?\bt="e")[^<>]*?\br="([A-Z]{1,3})(\d{1,7})"', text):
                        errors.setdefault(int(cell[2]), column_position(cell[1]))
                rest = text[max(text.rfind(b"<c "), len(text) - 200) :]
    return errors


def first_sheet(archive: zipfile.ZipFile) -> str | None:
    """The name of the part with the first sheet; None if the workbook is put together in an unusual way."""
    try:
        workbook = archive.read("xl/workbook.xml")
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return None
    sheet = re.search(rb'<sheet\s[^<>]*?r:id="([^"]+)"', workbook)
    for relation in re.findall(rb"<Relationship\s[^<>]*>", relations) if sheet else []:
        target = re.search(rb'Target="([^"]+)"', relation)
        if sheet and target and b'Id="' + sheet[1] + b'"' in relation:
            name = posixpath.normpath(posixpath.join("/xl", target[1].decode())).lstrip("/")
            return name if name in archive.NameToInfo else None
    return None


def column_position(letters: bytes) -> int:
    """A → 0, AA → 26."""
    position = 0
    for letter in letters:
        position = position * 26 + letter - 64
    return position - 1


def write(batch: list[list[object]]) -> None:
    """One line of output."""
    sys.stdout.buffer.write(json.dumps(batch, ensure_ascii=False).encode() + b"\n")


def is_clipped(number: float) -> bool:
    """Is this number so long that the spreadsheet has already replaced its last digits by zeros?"""
    return abs(number) >= FIFTEEN_DIGITS


def as_text(cell: Cell) -> str:
    """The cell as a clerk would write it: 2026-10-31, 18:05, 1234.5, 13800138000, yes."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, datetime.datetime):
        return moment_text(cell)
    if isinstance(cell, datetime.timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    if isinstance(cell, datetime.time):
        return cell.strftime("%H:%M:%S" if cell.second else "%H:%M")
    return str(cell)


def number_text(number: float) -> str:
    """Without `.0`, without an exponent, without the noise after the fifteenth digit."""
    if number.is_integer() and abs(number) < FIFTEEN_DIGITS:
        return str(int(number))
    return format(Decimal(f"{number:.15g}"), "f")


def moment_text(moment: datetime.datetime) -> str:
    """To the second: a sheet holds a moment as a fraction of a day."""
    moment = (moment + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)
    return moment.strftime("%Y-%m-%d %H:%M:%S" if moment.second else "%Y-%m-%d %H:%M")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
