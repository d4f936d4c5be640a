"""One pass over a CSV before any of it is used: its encoding, and whether it is within the limits.

Bytes are looked at in chunks; nothing of the file is kept. A packed file is unpacked no further than the limits.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO, cast

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .limits import GZIP_FREE_BYTES, MAX_GZIP_RATIO, MAX_LINE_BYTES, MAX_LINES, MAX_TEXT_BYTES, MEBI
from .refusal import TableRefused

CHUNK = MEBI // 4


class Source(NamedTuple):
    """A CSV on disk."""

    path: str
    packed: bool

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes, unpacked. Raises TableRefused where a packed file is damaged."""
        try:
            with open(self.path, "rb") as raw:
                if not self.packed:
                    yield raw
                    return
                with gzip.GzipFile(fileobj=raw, mode="rb") as unpacked:
                    yield cast(BinaryIO, unpacked)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise TableRefused(
                _("The packed file breaks off or is damaged: pack it again, or send the CSV unpacked.")
            ) from error

    @contextmanager
    def text(self, encoding: str, *, skip: int = 0) -> Iterator[TextIO]:
        """Its text after `skip` lines, line ends as they are."""
        with self.open() as stream, io.TextIOWrapper(stream, encoding, newline="") as text:
            for _line in range(skip):
                text.readline()
            yield text


class _Damage(NamedTuple):
    offset: int
    line: int


def find_encoding(source: Source) -> str:
    """The codec that decodes the whole file. Raises TableRefused if none does or a limit is passed."""
    utf8 = _Decoding("utf-8")
    _measure(source, utf8)
    if utf8.damage is None:
        return "utf-8-sig"
    gb18030 = _Decoding("gb18030")
    _decode(source, gb18030)
    if gb18030.damage is None:
        return "gb18030"
    raise _undecodable(max(utf8.damage, gb18030.damage))


class _Decoding:
    """Feeds chunks to a strict decoder and remembers where the first fault lies."""

    def __init__(self, encoding: str) -> None:
        self.decoder = codecs.getincrementaldecoder(encoding)("strict")
        self.damage: _Damage | None = None
        self.offset = 0
        self.line = 1

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk; b"" ends the file."""
        self.offset += len(chunk)
        if self.damage is None:
            try:
                self.decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                offset = self.offset - len(error.object) + error.start
                self.damage = _Damage(offset, self.line + before.count(b"\n"))
        self.line += chunk.count(b"\n") or chunk.count(b"\r")


def _measure(source: Source, decoding: _Decoding) -> None:
    """Decode, and hold every limit on the way."""
    packed_size = Path(source.path).stat().st_size
    run = 0  # bytes since the last line end
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            _refuse_bomb(source, packed_size, stream.tell())
            if run + _first_line_end(chunk) > MAX_LINE_BYTES:
                raise _line_too_long(decoding.line)
            decoding.feed(chunk)
            last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            run = run + len(chunk) if last < 0 else len(chunk) - last - 1
            if decoding.line > MAX_LINES:
                raise TableRefused(
                    format_lazy(
                        _("The file has more than {limit} lines: split it and import the parts one after another."),
                        limit=f"{MAX_LINES:,}",
                    )
                )
        decoding.feed(b"")


def _decode(source: Source, decoding: _Decoding) -> None:
    with source.open() as stream:
        while (chunk := stream.read(CHUNK)) and decoding.damage is None:
            decoding.feed(chunk)
        decoding.feed(b"")


def _first_line_end(chunk: bytes) -> int:
    ends = [end for end in (chunk.find(b"\n"), chunk.find(b"\r")) if end >= 0]
    return min(ends, default=len(chunk))


def _refuse_bomb(source: Source, packed_size: int, size: int) -> None:
    swollen = size > GZIP_FREE_BYTES and size > MAX_GZIP_RATIO * packed_size
    if size > MAX_TEXT_BYTES or (source.packed and swollen):
        raise TableRefused(
            format_lazy(
                _("The file unpacks to more than {size} MB, far more than a table of its kind holds: split it."),
                size=size // MEBI,
            )
        )


def _line_too_long(line: int) -> TableRefused:
    return TableRefused(format_lazy(_("Line {line} is over 1 MB: shorten its cells."), line=line))


def _undecodable(damage: _Damage) -> TableRefused:
    return TableRefused(
        format_lazy(
            _("Line {line} (byte {offset}) is neither UTF-8 nor GB18030: save the file anew as “CSV UTF-8”."),
            line=damage.line,
            offset=damage.offset,
        )
    )
