"""The rows in error as a file: each as it came, plus where and why (import-formats.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from vipcrm.tabular import RowFault, open_table
from vipcrm.tabular.writing import error_file


def error_rows(path: str | Path, faults: Sequence[RowFault]) -> Iterator[bytes]:
    """CSV chunks with each bad row as the file has it; reads the file once more, keeps only the bad rows in memory."""
    with open_table(path) as table:
        as_came: dict[int, Sequence[str]] = {}
        wanted = {fault.line for fault in faults}

        def keep(fault: RowFault) -> None:
            as_came[fault.line] = fault.cells

        as_came.update((line, cells) for line, cells in table.rows(keep) if line in wanted)
        whole = (replace(fault, cells=as_came.get(fault.line, fault.cells)) for fault in faults)
        yield from error_file(table.headers, whole)


def write_error_file(path: str | Path, faults: Sequence[RowFault], target: Path) -> None:
    """Writes the bad rows of `path` to `target`; without any, only the headers."""
    with target.open("wb") as file:
        file.writelines(error_rows(path, faults))
