"""A workbook is a zip: its directory is read, and judged, before any parser sees what is inside."""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .limits import MAX_DIRECTORY_BYTES, MAX_MEMBERS, MAX_XML_BYTES, MAX_XML_RATIO, MEBI, XML_FREE_BYTES
from .refusal import TableRefused

_END = struct.Struct("<4s4H2LH")  # "end of central directory"
_LONGEST_COMMENT = 0xFFFF
_XML = (".xml", ".rels")


def unpacked_size(path: str) -> int:
    """Bytes of XML that the workbook unpacks to. Raises TableRefused for anything that is not a sound workbook."""
    with open(path, "rb") as stream:
        _refuse_large_directory(stream)
        try:
            members = zipfile.ZipFile(stream).infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError, EOFError) as error:
            raise _damaged() from error
    _refuse_other_kinds({member.filename.replace("\\", "/").lower() for member in members})
    for member in members:
        _refuse_odd_member(member)
    return _refuse_bomb([member for member in members if member.filename.lower().endswith(_XML)])


def _refuse_large_directory(stream: BinaryIO) -> None:
    """Python reads a directory entry by entry: one of a million entries must not get that far."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _LONGEST_COMMENT - _END.size))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise _damaged()
    entries, directory_bytes = _END.unpack_from(tail, at)[4:6]
    if entries > MAX_MEMBERS or directory_bytes > MAX_DIRECTORY_BYTES:
        raise TableRefused(
            format_lazy(
                _("The workbook has over {limit} parts: copy the sheet to import into a new workbook and send that."),
                limit=MAX_MEMBERS,
            )
        )


def _refuse_other_kinds(names: set[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        raise TableRefused(_("This is a binary workbook (.xlsb): save it as “Excel workbook (.xlsx)” or as CSV UTF-8."))
    if "content.xml" in names:
        raise TableRefused(_("This is an OpenDocument file: save it as “Excel workbook (.xlsx)” or as CSV UTF-8."))
    if "[content_types].xml" in names:
        raise TableRefused(_("This is an Office file, but not a workbook: send an XLSX or CSV file."))
    raise TableRefused(_("This is a zip archive, not a workbook: unpack it and send the XLSX or CSV file inside."))


def _refuse_odd_member(member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/"):
        raise TableRefused(
            format_lazy(_("The workbook holds a part named “{name}”, as no spreadsheet writes it."), name=name[:100])
        )
    if member.flag_bits & 0x1:
        raise protected()
    if (member.external_attr >> 16) & 0xF000 == 0xA000:
        raise TableRefused(_("The workbook holds a link to another file: save it anew with your spreadsheet program."))


def _refuse_bomb(parts: list[zipfile.ZipInfo]) -> int:
    size = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if size > MAX_XML_BYTES or (size > XML_FREE_BYTES and size > MAX_XML_RATIO * packed):
        raise TableRefused(
            format_lazy(
                _("The workbook unpacks to {size} MB: delete blank rows and formatting, or save it as CSV UTF-8."),
                size=size // MEBI,
            )
        )
    return size


def _damaged() -> TableRefused:
    return TableRefused(_("The workbook breaks off or is damaged: save it again and send it once more."))


def protected() -> TableRefused:
    """The refusal of a workbook under a password."""
    return TableRefused(_("The workbook is protected by a password: remove the password and save it again."))
