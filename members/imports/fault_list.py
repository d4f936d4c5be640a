"""Bad rows by the million: kept on disk, read back one by one."""

import json
import weakref
from collections.abc import Iterator, Sequence
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, overload

from vipcrm.tabular import RowFault

IN_MEMORY = 1 << 20  # bytes; most imports never come to the disk


class FaultList(Sequence[RowFault]):
    """Faults in the order of their lines, with the reason as it reads in the language of the moment they are added.

    Cells are not kept: the file has them (report.error_rows).
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - open as long as the list is
        self._count = 0
        weakref.finalize(self, self._file.close)

    def append(self, fault: RowFault) -> None:
        self.add(fault.line, fault.column, str(fault.reason))

    def add(self, line: int, column: str, reason: str) -> None:
        """One more, below all that are here. Not while somebody iterates."""
        self._file.write(json.dumps((line, column, reason)).encode() + b"\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RowFault]:
        """One reader at a time."""
        self._file.seek(0)
        for text in self._file:
            line, column, reason = json.loads(text)
            yield RowFault(line, column, reason, ())

    @overload
    def __getitem__(self, place: int) -> RowFault: ...
    @overload
    def __getitem__(self, place: slice) -> list[RowFault]: ...
    def __getitem__(self, place: int | slice) -> RowFault | list[RowFault]:
        if isinstance(place, slice):
            return list(islice(self, *place.indices(self._count)))
        return self[place : place + 1 or None][0]
