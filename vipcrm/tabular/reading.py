"""The one way in: `open_table` finds out by its content what a file is."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .archives import protected
from .csv_files import CsvTable
from .csv_survey import Source
from .limits import MEBI
from .refusal import TableRefused
from .table import Table
from .xlsx_files import XlsxTable

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_HEAD = 65_536
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_OTHERS = {
    b"\x89PNG": _("a PNG picture"),
    b"\xff\xd8\xff": _("a JPEG picture"),
    b"GIF8": _("a GIF picture"),
    b"%PDF": _("a PDF"),
    b"MZ\x90\0": _("a program"),
    b"\x7fELF": _("a program"),
    b"Rar!": _("a RAR archive"),
    b"7z\xbc\xaf": _("a 7z archive"),
    b"BZh": _("a bzip2 archive"),
    b"\xfd7zXZ": _("an xz archive"),
    b"(\xb5/\xfd": _("a zstd archive"),
    b"SQLite format 3": _("a database"),
    b"{\\rtf": _("an RTF text"),
}
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<svg")


def open_table(path: str | os.PathLike[str], *, original_name: str | None = None) -> Table:
    """The table in a CSV, CSV.GZ or XLSX file, its headers read and its rows ready to be streamed.

    What the file is shows in its content; `original_name` (of an upload) is used in messages only. Close it after
    use (`with open_table(path) as table:`). Raises TableRefused with a reason that names what, where and the remedy.
    """
    name = original_name or Path(path).name
    path = os.fspath(path)
    head = _head(path, name)
    if head.startswith(_ZIP):
        return XlsxTable(path)
    packed = head.startswith(_GZIP)
    if packed:
        head = _unpacked_head(path)
    _refuse_other_kinds(path, head, packed)
    return CsvTable(path, packed=packed)


def _head(path: str, name: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise TableRefused(_not_a_file(name)) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise TableRefused(_not_a_file(name))
        head = os.read(descriptor, _HEAD)
    finally:
        os.close(descriptor)
    if not head:
        raise TableRefused(format_lazy(_("The file “{name}” is empty: export it again."), name=name))
    return head


def _not_a_file(name: str) -> StrOrPromise:
    return format_lazy(_("“{name}” is missing, a link or no ordinary file: give the file itself."), name=name)


def _unpacked_head(path: str) -> bytes:
    with Source(path, packed=True).open() as stream:
        head = stream.read(_HEAD)
    if not head:
        raise TableRefused(_("The packed file holds nothing: export it again."))
    if head.startswith((_GZIP, *_ZIP)):
        raise TableRefused(_("The packed file holds another packed file: unpack it once and send what is inside."))
    return head


def _refuse_other_kinds(path: str, head: bytes, packed: bool) -> None:
    if head.startswith(_OLE):
        raise (
            protected()
            if not packed and _is_encrypted(path)
            else TableRefused(
                _("This is an Excel file of the old kind (.xls): save it as “Excel workbook (.xlsx)” or as CSV UTF-8.")
            )
        )
    for magic, kind in _OTHERS.items():
        if head.startswith(magic):
            raise TableRefused(
                format_lazy(_("The file is {kind}, whatever its name says: send an XLSX or CSV file."), kind=kind)
            )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith(_MARKUP):
        raise TableRefused(_("This is a web page or XML, whatever its name says: open it in Excel, save it as XLSX."))
    if head.startswith(_UTF_16) or _looks_like_utf_16(head):
        raise TableRefused(_("The file is in UTF-16 (“Unicode text”): save it as “CSV UTF-8”."))
    if _looks_binary(head):
        raise TableRefused(_("This is not a text file: send an XLSX or CSV file."))


def _is_encrypted(path: str) -> bool:
    """Office puts an encrypted workbook into the old container, as a stream of this name."""
    with open(path, "rb") as stream:
        return "EncryptedPackage".encode("utf-16-le") in stream.read(8 * MEBI)


def _looks_like_utf_16(head: bytes) -> bool:
    half = len(head) // 2
    even, odd = head[::2].count(0), head[1::2].count(0)
    return half > 0 and max(even, odd) > 0.3 * half > 5 * min(even, odd)


def _looks_binary(head: bytes) -> bool:
    """Other noise shows as neither UTF-8 nor GB18030; a text may hold a NUL here and there."""
    return head.count(0) > 0.1 * len(head)
