"""Progress of a long command on a terminal: nothing under two seconds, then one line that is written over."""

from time import monotonic
from types import TracebackType
from typing import Any

QUIET_SECONDS = 2.0
EVERY_SECONDS = 0.5


class Progress:
    """`progress(done, total)` prints “12,000 / 40,000 members” now and then; silent where no person looks."""

    def __init__(self, stream: Any, noun: str) -> None:
        self._stream, self._noun = stream, noun
        self._next = monotonic() + QUIET_SECONDS
        self._written = False

    def __enter__(self) -> "Progress":
        return self

    def __call__(self, done: int, total: int | None = None) -> None:
        if monotonic() < self._next or not self._stream.isatty():
            return
        self._next = monotonic() + EVERY_SECONDS
        self._written = True
        whole = f" / {total:,}" if total else ""
        self._stream.write(f"\r{done:,}{whole} {self._noun}", ending="")
        self._stream.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._written:
            self._stream.write("")
