"""The rows in error as a file: each as it came, plus where and why (import-formats.md)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from vipcrm.tabular import RowFault, Table, open_table
from vipcrm.tabular.writing import error_file

Row = tuple[int, Sequence[str]]


def error_rows(path: str | Path, faults: Iterable[RowFault]) -> Iterator[bytes]:
    """CSV chunks with each bad row as the file has it; reads the file once more and keeps nothing in memory.

    `faults` are in the order of their lines.
    """
    with open_table(path) as table:
        yield from error_file(table.headers, _with_cells(faults, _all_rows(table)))


def _all_rows(table: Table) -> Iterator[Row]:
    """The rows in order, also those that cannot be taken."""
    refused: list[Row] = []
    for row in table.rows(lambda fault: refused.append((fault.line, fault.cells))):
        yield from refused
        refused.clear()
        yield row
    yield from refused


def _with_cells(faults: Iterable[RowFault], rows: Iterator[Row]) -> Iterator[RowFault]:
    line, cells = next(rows, (0, ()))
    for fault in faults:
        while line < fault.line and (row := next(rows, None)):
            line, cells = row
        yield replace(fault, cells=cells if line == fault.line else ())


def write_error_file(path: str | Path, faults: Iterable[RowFault], target: Path) -> None:
    """Writes the bad rows of `path` to `target`; without any, only the headers."""
    with target.open("wb") as file:
        file.writelines(error_rows(path, faults))
