"""Makers of hostile files: each takes a folder and returns the path of the file it made there."""

import gzip
import os
import struct
import zipfile
import zlib
from random import Random

MEBI = 1 << 20
CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>'
TAIL = "</sheetData></worksheet>"
HEADER_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>card_no</t></is></c></row>'
GOOD_CSV = "card_no,name\nC1,林晓\nC2,王芳\n"


def workbook(path, sheet=HEAD + HEADER_ROW + TAIL, *, sheets=1, extra=(), shared=None, level=6):
    """A workbook from raw XML; `sheet` may be an iterable of chunks. `extra` are (name, content) members."""
    names = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, sheets + 1))
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, sheets + 1)
    )
    if shared:
        targets += f'<Relationship Id="rIdS" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" '
            f'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{names}</sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{targets}</Relationships>')
        if shared:
            write_member(archive, "xl/sharedStrings.xml", shared)
        for number in range(1, sheets + 1):
            write_member(archive, f"xl/worksheets/sheet{number}.xml", sheet)
        for name, content in extra:
            archive.writestr(name, content)
    return path


def write_member(archive, name, content):
    with archive.open(name, "w") as member:
        for chunk in [content] if isinstance(content, str) else content:
            member.write(chunk.encode() if isinstance(chunk, str) else chunk)


def write(path, *chunks):
    with open(path, "wb") as stream:
        for chunk in chunks:
            stream.write(chunk)
    return path


def repeated(content, size):
    """Chunks of about `size` bytes in all, without holding them."""
    chunk = content * max(1, MEBI // len(content))
    for _ in range(size // len(chunk) + 1):
        yield chunk


def zip_bomb(folder):
    return workbook(folder / "bomb.xlsx", repeated(b" ", 400 * MEBI), level=1)


def zip_bomb_of_cells(folder):
    """As in the engineering notes: well-formed, small, and 46 s of CPU in openpyxl."""
    row = "<row>" + "<c><v>1</v></c>" * 100 + "</row>"
    return workbook(folder / "cells.xlsx", [HEAD, *repeated(row, 60 * MEBI), TAIL])


def zip_bomb_below_the_caps(folder):
    """Under every limit of the directory: the densest sheet of 8 MB."""
    row = "<row>" + "<c><v>1</v></c>" * 190 + "</row>"
    return workbook(folder / "dense.xlsx", [HEAD, HEADER_ROW, *repeated(row, 6 * MEBI), TAIL])


def zip_bomb_of_strings(folder):
    text = f'<sst xmlns="{MAIN}">', *repeated("<si><t>a</t></si>", 6 * MEBI), "</sst>"
    return workbook(folder / "strings.xlsx", shared=text)


def zip_with_a_lying_directory(folder):
    """Unpacks to 300 MB and says 1,000 bytes, in the directory and before the part itself."""
    path = workbook(folder / "lying.xlsx", [HEAD, *repeated("<row><c><v>1</v></c></row>", 300 * MEBI), TAIL], level=1)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    content = path.read_bytes()
    said = struct.pack("<L", info.file_size)
    assert content.count(said) >= 1
    return write(path, content.replace(said, struct.pack("<L", 1_000)))


def nested_zip(folder):
    inner = workbook(folder / "inner.xlsx").read_bytes()
    with zipfile.ZipFile(folder / "nested.xlsx", "w") as archive:
        for number in range(50):
            archive.writestr(f"{number}.xlsx", inner)
    return folder / "nested.xlsx"


def ten_thousand_sheets(folder):
    return workbook(folder / "sheets.xlsx", sheets=10_000, level=1)


def million_members(folder):
    """A zip directory of a million entries, 46 MB, all pointing at the same part."""
    part = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    entries = 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 999, 999, entries * len(entry), len(part), 0)
    return write(folder / "members.xlsx", part, entry * entries, end)


def xxe(folder):
    sheet = HEAD.replace("<worksheet", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet')
    row = '<row r="2"><c r="A2" t="inlineStr"><is><t>&x;</t></is></c></row>'
    return workbook(folder / "xxe.xlsx", sheet + HEADER_ROW + row + TAIL)


def billion_laughs(folder):
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11))
    sheet = HEAD.replace("<worksheet", f"<!DOCTYPE w [{entities}]><worksheet")
    row = '<row r="2"><c r="A2" t="inlineStr"><is><t>&a10;</t></is></c></row>'
    return workbook(folder / "laughs.xlsx", sheet + HEADER_ROW + row + TAIL)


def claimed_dimension(folder):
    sheet = HEAD.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    row = '<row r="2"><c r="A2" t="inlineStr"><is><t>C1</t></is></c></row>'
    return workbook(folder / "dimension.xlsx", sheet + HEADER_ROW + row + TAIL)


def two_far_corners(folder):
    """Two cells, and a rectangle of 17,000,000,000 between them."""
    return workbook(folder / "corners.xlsx", HEAD + HEADER_ROW + _cell("XFD", 1_048_576) + TAIL)


def two_corners_within_200_columns(folder):
    """Two cells, and a rectangle of 200,000,000 between them."""
    return workbook(folder / "corners200.xlsx", HEAD + HEADER_ROW + _cell("GR", 1_048_576) + TAIL)


def huge_cell_of_a_workbook(folder):
    """20 MB of a noise that does not pack, in one cell."""
    noise = "".join(Random(1).choices("abcdefghij", k=20 * MEBI))
    text = f'<row r="2"><c r="A2" t="inlineStr"><is><t>{noise}</t></is></c></row>'
    return workbook(folder / "cell.xlsx", [HEAD, HEADER_ROW, text, TAIL])


def _cell(column, row):
    return f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>'


def deep_nesting(folder):
    return workbook(folder / "deep.xlsx", [HEAD, *repeated("<a>", 6 * MEBI), TAIL])


def path_traversal(folder):
    return workbook(folder / "traversal.xlsx", extra=[("../../../../tmp/owned", "x")])


def link_inside(folder):
    info = zipfile.ZipInfo("xl/worksheets/sheet2.xml")
    info.external_attr = 0o120777 << 16
    return workbook(folder / "link.xlsx", extra=[(info, "/etc/passwd")])


def encrypted_members(folder):
    path = workbook(folder / "flags.xlsx")
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        content[at + 8] |= 1
    return write(path, bytes(content))


def truncated_xlsx(folder):
    path = workbook(folder / "truncated.xlsx", [HEAD, HEADER_ROW, *repeated(_cell("A", 2), MEBI), TAIL])
    return write(path, path.read_bytes()[:-200])


def damaged_xlsx(folder):
    path = workbook(folder / "damaged.xlsx", [HEAD, HEADER_ROW, os.urandom(4_096).hex(), TAIL])
    content = bytearray(path.read_bytes())
    middle = content.find(b"xl/worksheets/sheet1.xml") + 1_000
    content[middle : middle + 200] = bytes(200)
    return write(path, bytes(content))


def long_number(folder):
    row = '<row r="2"><c r="A2"><v>6222021234567890</v></c></row>'
    return workbook(folder / "long.xlsx", HEAD + HEADER_ROW + row + TAIL)


def error_values(folder):
    """What is left of formulas that failed; the parser would show the cells as blank."""
    rows = '<row r="2"><c r="A2" t="e"><v>#N/A</v></c></row><row r="3"><c r="A3"><v>5</v></c></row>'
    return workbook(folder / "errors.xlsx", HEAD + HEADER_ROW + rows + TAIL)


def xlsx_without_header(folder):
    return workbook(folder / "low.xlsx", HEAD + _cell("A", 3) + TAIL)


def empty_sheet(folder):
    return workbook(folder / "blank.xlsx", HEAD + TAIL)


def word_document(folder):
    with zipfile.ZipFile(folder / "letter.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("word/document.xml", "<document/>")
    return folder / "letter.xlsx"


def picture(folder):
    return write(folder / "picture.xlsx", b"\x89PNG\r\n\x1a\n", os.urandom(50_000))


def program(folder):
    return write(folder / "members.csv", b"MZ\x90\0", os.urandom(50_000))


def pdf(folder):
    return write(folder / "report.csv", b"%PDF-1.7\n", os.urandom(50_000))


def noise(folder):
    return write(folder / "noise.csv", b"\x01\x02\x03", os.urandom(MEBI))


def old_excel(folder):
    return write(folder / "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(20_000), "Workbook".encode("utf-16-le"))


def encrypted_xlsx(folder):
    name = "EncryptedPackage".encode("utf-16-le")
    return write(folder / "secret.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(20_000), name, bytes(500))


def web_page(folder):
    return write(folder / "export.xls", b"\r\n<html><table><tr><td>card_no</td></tr></table></html>")


def gzip_bomb(folder):
    """10 GB of zeros."""
    return write(folder / "bomb.csv.gz", gzip.compress(bytes(MEBI)) * 10_000)


def gzip_bomb_of_rows(folder):
    return write(folder / "rows.csv.gz", gzip.compress(b"card_no,name\n"), gzip.compress(b"C1,\n" * MEBI) * 2_000)


def gzip_in_gzip(folder):
    return write(folder / "twice.csv.gz", gzip.compress(gzip.compress(GOOD_CSV.encode())))


def truncated_gzip(folder):
    return write(
        folder / "cut.csv.gz", gzip.compress(b"card_no,name\n" + os.urandom(500_000).hex("\n").encode())[:-5_000]
    )


def damaged_gzip(folder):
    packed = bytearray(gzip.compress(GOOD_CSV.encode() * 1_000))
    packed[-8:-4] = struct.pack("<L", zlib.crc32(b"other"))
    return write(folder / "crc.csv.gz", bytes(packed))


def truncated_csv(folder):
    return write(folder / "cut.csv", (GOOD_CSV * 50).encode()[:-2])


def mixed_encodings(folder):
    return write(folder / "mixed.csv", "card_no,name\nC1,林晓\n".encode(), b"C2,\xff\xff\xff\n")


def utf_16(folder):
    return write(folder / "unicode.csv", GOOD_CSV.encode("utf-16"))


def utf_16_without_mark(folder):
    return write(folder / "unicode2.csv", "card_no,name\nC1,Lin\n".encode("utf-16-le"))


def nul_bytes(folder):
    return write(folder / "nul.csv", b"card_no,name\nC1,a\nC2,b\0b\nC3,c\n")


def all_nul(folder):
    return write(folder / "zeros.csv", *repeated(b"\0", 100 * MEBI))


def huge_cell(folder):
    return write(folder / "cell.csv", b'card_no,name\nC1,"', *repeated(b"x", 50 * MEBI), b'"\nC2,b\n')


def large_cells(folder):
    """Cells over the limit of a cell, on lines under the limit of a line."""
    return write(
        folder / "cells.csv", b"card_no,name\nC1,a\nC2," + b"x" * 20_000 + b"\nC3," + b"y" * 400_000 + b"\nC4,d\n"
    )


def huge_quoted_cell(folder):
    """50 MB in one quoted cell of many lines, each of them sound by itself."""
    return write(
        folder / "lines.csv", b'card_no,name\nC1,a\nC2,"', *repeated(b"x" * 1_000 + b"\n", 50 * MEBI), b'"\nC3,c\n'
    )


def million_columns(folder):
    return write(folder / "wide.csv", b",".join(b"c%d" % n for n in range(1_000_000)), b"\n", b"," * 999_999)


def thousands_of_columns(folder):
    return write(folder / "wide2.csv", b",".join(b"c%d" % n for n in range(5_000)), b"\n")


def spaces(folder):
    return write(folder / "spaces.csv", *repeated(b" ", 100 * MEBI))


def spaces_in_lines(folder):
    return write(folder / "spaces2.csv", b"card_no,name\n", *repeated(b" " * 200 + b"\n", 100 * MEBI), b"C1,a\n")


def newlines(folder):
    return write(folder / "newlines.csv", *repeated(b"\n", 100 * MEBI))


def newlines_after_header(folder):
    return write(folder / "newlines2.csv", b"card_no,name\n", *repeated(b"\r\n", 100 * MEBI))


def commas(folder):
    return write(folder / "commas.csv", b"card_no,name\n", *repeated(b",", 100 * MEBI))


def commas_in_lines(folder):
    return write(folder / "commas2.csv", b"card_no,name\n", *repeated(b"," * 30 + b"\r\n", 100 * MEBI), b"C1,a\n")


def no_header(folder):
    return write(folder / "values.csv", b"13800138000,2026-10-31,1299.00\n13800138001,2026-10-31,5\n")


def blank_header(folder):
    return write(folder / "blank.csv", b",,\nC1,a,b\n")


def twin_headers(folder):
    return write(folder / "twins.csv", b"card_no,name,Card No\nC1,a,b\n")


def empty(folder):
    return write(folder / "empty.csv")


def quote_never_closed(folder):
    rows = "".join(f"C{n},name\n" for n in range(20_000))
    return write(folder / "quote.csv", b'card_no,name\nC1,"open\n', rows.encode())


def quotes_everywhere(folder):
    """Every line opens a quote that the next line closes wrongly."""
    return write(folder / "quotes.csv", b"card_no,name\n", *repeated(b'"aaa,b\n', 2 * MEBI))


def link(folder):
    target = write(folder / "target.csv", GOOD_CSV.encode())
    (folder / "link.csv").symlink_to(target)
    return folder / "link.csv"


def pipe(folder):
    os.mkfifo(folder / "pipe.csv")
    return folder / "pipe.csv"


def folder_itself(folder):
    (folder / "folder.csv").mkdir()
    return folder / "folder.csv"


def gb18030(folder):
    return write(folder / "gb.csv", GOOD_CSV.encode("gb18030"))


def byte_order_mark(folder):
    return write(folder / "bom.csv", GOOD_CSV.encode("utf-8-sig"))


REFUSED = {
    zip_bomb: "unpacks to 401 MB",
    zip_bomb_of_cells: "unpacks to 60 MB",
    zip_with_a_lying_directory: "larger than|damaged",
    nested_zip: "zip archive",
    ten_thousand_sheets: "over 1000 parts",
    million_members: "over 1000 parts",
    two_far_corners: "far larger",
    two_corners_within_200_columns: "far larger",
    path_traversal: "as no spreadsheet writes",
    link_inside: "link to another file",
    encrypted_members: "password",
    truncated_xlsx: "breaks off",
    damaged_xlsx: "breaks off",
    xlsx_without_header: "Line 1 is blank",
    empty_sheet: "first sheet is blank",
    word_document: "not a workbook",
    picture: "a PNG picture",
    program: "a program",
    pdf: "a PDF",
    noise: "neither UTF-8|not a text",
    old_excel: "old kind",
    encrypted_xlsx: "password",
    web_page: "web page",
    gzip_bomb: "unpacks|not a text|UTF-16",
    gzip_bomb_of_rows: "unpacks|lines",
    gzip_in_gzip: "another packed file",
    truncated_gzip: "breaks off",
    damaged_gzip: "breaks off",
    truncated_csv: "Line 150",
    mixed_encodings: "Line 3",
    utf_16: "UTF-16",
    utf_16_without_mark: "UTF-16",
    all_nul: "not a text",
    huge_cell: "Line 2 is over 1 MB",
    million_columns: "over 1 MB",
    thousands_of_columns: "5000 columns",
    spaces: "over 1 MB",
    newlines: "lines",
    newlines_after_header: "lines",
    commas: "Line 2 is over 1 MB",
    no_header: "values, not names",
    blank_header: "Line 1 is blank",
    twin_headers: "both named",
    empty: "empty",
    link: "link",
    pipe: "no ordinary file",
    folder_itself: "no ordinary file",
}
"""Maker → part of the reason."""

HANDLED = {
    gb18030: (2, []),
    byte_order_mark: (2, []),
    nul_bytes: (2, [3]),
    large_cells: (2, [3, 4]),
    quote_never_closed: (20_000, [2]),
    spaces_in_lines: (1, []),
    commas_in_lines: (1, []),
    claimed_dimension: (1, []),
    long_number: (0, [2]),
    error_values: (1, [2]),
    zip_bomb_of_strings: (0, []),
    huge_cell_of_a_workbook: (0, [2]),
}
"""Maker → (sound rows, lines of the faults)."""

EITHER = [xxe, billion_laughs, zip_bomb_below_the_caps, deep_nesting, quotes_everywhere, huge_quoted_cell]
"""Refused or handled: what counts is that it costs little and gives nothing away."""
