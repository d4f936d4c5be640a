"""Tables in: what a file may look like, and what the rows of it are."""

import datetime
import gzip

import pytest
import xlsxwriter
from django.utils import translation

from vipcrm.tabular import TableRefused, normalise_header, open_table

from . import hostile


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def table_of(tmp_path):
    """Open a table from text or bytes."""

    def opened(content, name="members.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_table(path)

    return opened


def read(table):
    """(rows, faults) of a table."""
    faults = []
    return list(table.rows(faults.append)), faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(table_of, encoding, delimiter, end):
    lines = ["卡号,姓名,备注", "C1,林晓,", 'C2,"王,;\t芳",b', ""]
    content = end.join(
        line.replace(",", delimiter) if n != 2 else f'C2{delimiter}"王,;\t芳"{delimiter}b'
        for n, line in enumerate(lines)
    )

    table = table_of(content.encode(encoding))

    assert table.headers == ["卡号", "姓名", "备注"]
    assert read(table) == ([(2, ["C1", "林晓", ""]), (3, ["C2", "王,;\t芳", "b"])], [])


def test_the_content_decides_not_the_name(table_of, tmp_path):
    assert table_of(gzip.compress(b"a,b\n1,2\n"), "table.xlsx").kind == "csv.gz"
    with open_table(hostile.workbook(tmp_path / "sheet.csv")) as table:
        assert table.kind == "xlsx"
    assert table_of("a,b\n1,2\n", "table.csv.gz").kind == "csv"


def test_odd_beginnings_are_still_text(table_of):
    assert table_of("MZ编号,b\n1,2\n").headers == ["MZ编号", "b"]
    assert read(table_of("a\n\x19\x19\n"))[0] == [(2, ["\x19\x19"])]


def test_rows_can_be_read_twice_and_at_the_same_time(table_of):
    table = table_of("a\n1\n2\n")

    assert [pair[0][0] for pair in zip(table.rows(print), table.rows(print), strict=True)] == [2, 3]
    assert read(table) == read(table)


def test_cells_are_stripped_blank_rows_passed_over_and_short_rows_filled(table_of):
    table = table_of("a,b\n \xa0x\u3000,\ty \n,\n\n  , \nz\nw,v,,\n")

    assert read(table) == ([(2, ["x", "y"]), (6, ["z", ""]), (7, ["w", "v"])], [])


def test_blanks_inside_a_cell_stay(table_of):
    assert read(table_of('a,b\n林  晓,"two\nlines"\n'))[0] == [(2, ["林  晓", "two\nlines"])]


def test_the_line_is_that_of_the_file_where_the_row_starts(table_of):
    rows, _ = read(table_of('"a\n1",b\n"x\n\ny",1\nz,2\n\n"p\r\nq",3\nw,4\n'))

    assert [line for line, _ in rows] == [3, 6, 8, 10]


def test_lines_are_right_across_blocks(table_of):
    """Plain, quoted and blank stretches, each longer than a block of the reader."""
    lines = ["id,note", *[f"{n},plain" for n in range(2, 60_000)]]
    lines += [""] * 600_000
    lines += [f'{n},"quoted ""{n}"""' for n in range(len(lines) + 1, len(lines) + 60_000)]
    lines += [f"{n}, padded" for n in range(len(lines) + 1, len(lines) + 60_000)]

    count = 0
    for line, cells in table_of("\n".join(lines)).rows(pytest.fail):
        count += 1
        assert str(line) == cells[0]
    assert count == 3 * 60_000 - 4


def test_a_row_with_too_many_cells_is_a_fault_and_costs_no_other(table_of):
    rows, faults = read(table_of("a,b\n1,2\n3,4,5\n6,7\n"))

    assert rows == [(2, ["1", "2"]), (4, ["6", "7"])]
    assert [(fault.line, fault.column, fault.cells) for fault in faults] == [(3, "", ["3", "4", "5"])]
    assert "3 cells" in str(faults[0].reason)


@pytest.mark.parametrize("wrong", ['3,"open', '3,"a"b', '3,"' + "x" * 200_000, "3,a\0b", "3," + "y" * 10_001])
def test_an_unreadable_row_is_a_fault_and_costs_no_other(table_of, wrong):
    after = "".join(f"{n},fine\n" for n in range(4, 8))

    rows, faults = read(table_of(f"a,b\n2,fine\n{wrong}\n{after}"))

    assert [line for line, _ in rows] == [2, 4, 5, 6, 7]
    assert [fault.line for fault in faults] == [3]


def test_a_fault_names_the_column(table_of):
    _, faults = read(table_of("卡号,姓名\nC1,a\0b\n"))

    assert (faults[0].column, faults[0].cells) == ("姓名", ["C1", "a\0b"])


def test_ten_thousand_characters_are_taken(table_of):
    rows, faults = read(table_of("a,b\n1," + "x" * 10_000 + "\n"))

    assert (len(rows), faults) == (1, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("\n\na,b\n", "Line 1 is blank"),
        (",,\n1,2,3\n", "Line 1 is blank"),
        ("a,b,A \n1,2,3\n", "Columns 1 and 3 are both named"),
        ("1,2\n3,4\n", "values, not names"),
        ('a,"b\n1,2\n', "check the quotes"),
        (",".join(f"c{n}" for n in range(201)), "201 columns"),
    ],
)
def test_headers_that_cannot_be(table_of, content, reason):
    with pytest.raises(TableRefused, match=reason):
        table_of(content)


def test_nameless_columns(table_of):
    table = table_of("a,,b,,\n1,2,3,,\n")

    assert table.headers == ["a", "", "b"]
    assert read(table)[0] == [(2, ["1", "2", "3"])]


def test_the_line_that_names_the_delimiter(table_of):
    table = table_of("sep=;\na;b\n1;2\n")

    assert (table.headers, read(table)[0]) == (["a", "b"], [(3, ["1", "2"])])


def test_a_refusal_names_the_damaged_line(table_of):
    with pytest.raises(TableRefused, match=r"Line 1001 \(byte 13000\)"):
        table_of(b"card,name\n" + "C1,林晓晓\n".encode() * 999 + b"C2,\xff\xff\n" + "C3,林\n".encode() * 10)


def test_a_sheet(tmp_path):
    path = tmp_path / "members.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        book.add_worksheet("second").write(0, 0, "not read")
        day, moment = book.add_format({"num_format": "yyyy/m/d"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["text", "number", "day", "moment", "yes", "formula"])
        sheet.write_string(3, 0, "\u3000007 ")
        sheet.write_number(3, 1, 13800138000)
        sheet.write_datetime(3, 2, datetime.date(2026, 10, 31), day)
        sheet.write_datetime(3, 3, datetime.datetime(2026, 10, 31, 18, 5, 30), moment)
        sheet.write_boolean(3, 4, True)
        sheet.write_formula(3, 5, "=1+1", None, 2)
        for row, number in enumerate([0.1 + 0.2, 1e-7, -1234.5, 999.99, 1e14], start=4):
            sheet.write_number(row, 1, number)
        for row, at in enumerate(["18:05:00", "18:04:59", "00:00:00"], start=9):
            sheet.write_datetime(row, 3, datetime.datetime.fromisoformat(f"2026-10-31 {at}"), moment)

    with open_table(path) as table:
        rows, faults = read(table)

    assert faults == []
    assert rows[0] == (4, ["007", "13800138000", "2026-10-31", "2026-10-31 18:05:30", "yes", "2"])
    assert [cells[1] for _, cells in rows[1:6]] == ["0.3", "0.0000001", "-1234.5", "999.99", "100000000000000"]
    assert [cells[3] for _, cells in rows[6:]] == ["2026-10-31 18:05", "2026-10-31 18:04:59", "2026-10-31"]
    assert [line for line, _ in rows] == list(range(4, 13))


def test_what_a_sheet_has_lost_is_a_fault(tmp_path):
    rows = hostile.HEADER_ROW.replace("</row>", '<c r="C1" t="inlineStr"><is><t>phone</t></is></c></row>')
    rows += '<row r="2"><c r="A2"><v>1</v></c><c r="C2" t="e"><v>#REF!</v></c></row>'
    rows += '<row r="3"><c r="C3"><v>6222021234567890</v></c></row>'

    with open_table(hostile.workbook(tmp_path / "x.xlsx", hostile.HEAD + rows + hostile.TAIL)) as table:
        _, faults = read(table)

    assert [(fault.line, fault.column) for fault in faults] == [(2, "phone"), (3, "phone")]
    assert "#N/A" in str(faults[0].reason) and "15 digits" in str(faults[1].reason)


def test_the_limits_of_the_child_are_what_holds_a_far_corner_back(tmp_path):
    """The control: with the guard off, a sheet of two cells takes 350 MB."""
    import subprocess
    import sys

    from vipcrm.tabular import xlsx_files

    sheet = hostile.HEAD + hostile.HEADER_ROW + hostile._cell("T", 600_000) + hostile.TAIL
    path = hostile.workbook(tmp_path / "corner.xlsx", sheet)
    code = "import runpy, sys\nsys.argv.pop(0)\n"
    code += "try: runpy.run_path(sys.argv[0], run_name='__main__')\nexcept SystemExit: pass\n"
    code += "sys.stderr.write(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    command = [sys.executable, "-c", code, str(xlsx_files._CHILD), str(path), str(4 << 30), "60", "200"]
    unguarded = subprocess.run(command, capture_output=True, check=True)

    assert int(unguarded.stderr) > 200 * 1024
    with pytest.raises(TableRefused, match="far larger"):
        open_table(path)


def test_headers_to_compare():
    same = ["card_no", "Card No", " card-no ", "ＣＡＲＤ　ＮＯ", "\ufeffcard_no*", "Card__No.", "card no:"]

    assert {normalise_header(header) for header in same} == {"card_no"}
    assert normalise_header("卡号*") == "卡号"


def test_memory_does_not_grow_with_the_file(tmp_path):
    import tracemalloc

    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b,c\n" + b"C0000001,2026-10-31 18:05,1299.00\n" * 300_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_table(path).rows(print)) == 300_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 10 << 20
