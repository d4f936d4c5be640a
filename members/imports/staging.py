"""From a file into a temporary table: raw texts by COPY, then typed values and each row's first fault, set-based."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from typing import Any

from django.db import connection

from members.imports.columns import Cell, Column, Layout
from members.imports.fault_list import FaultList
from vipcrm.tabular import OnFault, Record, Table

ROWS_AT_ONCE = 5_000
DAY_ALONE = re.compile(r"\d{4}-\d\d-\d\d")

Progress = Callable[[int], None]


@dataclass
class Staged:
    """What reading gave: how many rows, and those that could not even be read."""

    read: int = 0
    faults: FaultList = field(default_factory=FaultList)


def execute(sql: str, *values: Any) -> int:
    """Runs one statement and says how many rows it touched. Values only for the data, never for names."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return int(cursor.rowcount)


def fetch(sql: str, *values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


def fetch_many(sql: str) -> Iterator[list[tuple]]:
    """The rows in portions, for results that may be as long as the file. Other statements may run in between."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows


def stage(table: Table, layout: Layout, *, progress: Progress) -> Staged:
    """Copies the rows into the temporary table `raw (line, <column> text …)`; a blank cell is null."""
    present = [column for column in layout.columns if column.name in layout.positions]
    execute("DROP TABLE IF EXISTS raw")
    fields = ", ".join(f'"{column.name}" text' for column in present)
    execute(f"CREATE TEMP TABLE raw (line int, {fields}) ON COMMIT DROP")
    staged = Staged()
    places = [layout.positions[column.name] for column in present]
    names = ", ".join(f'"{column.name}"' for column in present)
    with connection.cursor() as cursor, cursor.copy(f"COPY raw (line, {names}) FROM STDIN (FORMAT csv)") as copy:
        for chunk, count in _chunks(_with_midnights(table, layout, staged.faults.append), places):
            copy.write(chunk)
            staged.read += count
            progress(staged.read)
    staged.read += len(staged.faults)
    execute("ANALYZE raw")
    return staged


def _with_midnights(table: Table, layout: Layout, on_fault: OnFault) -> Iterator[Record]:
    """The rows. A workbook's time of exactly midnight arrives as a bare day: it gets its hour back."""
    rows = table.rows(on_fault)
    places = [layout.positions.get(column.name) for column in layout.columns if column.cell is Cell.MOMENT]
    moments = [place for place in places if place is not None]
    if table.kind != "xlsx" or not moments:
        return rows
    return map(partial(_with_hours, moments), rows)


def _with_hours(moments: list[int], record: Record) -> Record:
    line, cells = record
    for place in moments:
        if DAY_ALONE.fullmatch(cells[place]):
            cells[place] += " 00:00"
    return line, cells


def _chunks(rows: Iterator[Record], places: list[int]) -> Iterator[tuple[str, int]]:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    count = 0
    for line, cells in rows:
        writer.writerow([line, *[cells[place] for place in places]])
        count += 1
        if count == ROWS_AT_ONCE:
            yield buffer.getvalue(), count
            buffer.seek(0)
            buffer.truncate()
            count = 0
    yield buffer.getvalue(), count


def typed_select(layout: Layout, columns: tuple[Column, ...] | None = None) -> str:
    """SQL: each raw row with typed values, `bad_column` and `bad_code` of its first fault (null if it has none).

    Columns the file does not have are null; of a cell that does not read the value is null. OFFSET 0 keeps the planner
    from working a cell out again wherever its value is used.
    """
    values, cells, faults = [], [], []
    for column in columns or layout.columns:
        name, text = column.name, f'raw."{column.name}"'
        if name not in layout.positions:
            values.append(f'NULL::{column.sql_type} AS "{name}"')
            continue
        values.append(f'"{name}"')
        cells.append(f'CASE WHEN {column.is_valid(text)} THEN {column.value(text)} END AS "{name}"')
        cells.append(f'{text} IS NOT NULL AS "{name}_filled"')
        if column.needed:
            faults.append((f'NOT "{name}_filled"', name, "missing"))
        if column.cell is not Cell.LOOKED_UP:
            faults.append((f'"{name}_filled" AND "{name}" IS NULL', name, column.cell.name))
    whens = " ".join(f"WHEN {condition} THEN '{name} {code}'" for condition, name, code in faults)
    return f"""
SELECT line, {", ".join(values)},
       split_part(fault, ' ', 1) AS bad_column, split_part(fault, ' ', 2) AS bad_code, NULL::text AS bad_why
  FROM (SELECT *, CASE {whens} END AS fault FROM (SELECT line, {", ".join(cells)} FROM raw OFFSET 0) cell OFFSET 0) c
"""


def refuse(table: str, column: str, code: str, where: str, *, why: str = "NULL") -> int:
    """Marks the rows of the temporary table for which `where` (SQL, row alias r) holds; the first fault stays."""
    return execute(
        f"UPDATE {table} r SET bad_column = '{column}', bad_code = '{code}', bad_why = {why}"
        f" WHERE r.bad_code IS NULL AND ({where})"
    )


def read_by_python(column: str, rule: Callable[[str], object], fields: str) -> None:
    """Makes the temporary table `read_<column> (raw text, <fields>, why text)`: each distinct cell read once.

    `rule` gives a tuple with as many values as `fields` (SQL column definitions) or raises ValueError; `why` is its
    `fault`, a word that faults.WHY knows.
    """
    name = f"read_{column}"
    execute(f"DROP TABLE IF EXISTS {name}")
    execute(f"CREATE TEMP TABLE {name} (raw text, {fields}, why text) ON COMMIT DROP")
    blanks = (None,) * (fields.count(",") + 1)
    for rows in fetch_many(f'SELECT DISTINCT "{column}" FROM raw WHERE "{column}" IS NOT NULL'):
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for (text,) in rows:
                try:
                    copy.write_row((text, *rule(text), None))  # type: ignore[misc]
                except ValueError as error:
                    copy.write_row((text, *blanks, getattr(error, "fault", "unreadable")))
    execute(f"ANALYZE {name}")
