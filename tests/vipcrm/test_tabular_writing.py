"""Tables out: safe to open in a spreadsheet, and read back as they were."""

import csv
import datetime
import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vipcrm.tabular import RowFault, open_table
from vipcrm.tabular.escapes import BLANKS, escape, restore
from vipcrm.tabular.writing import csv_chunks, error_file, write_csv, write_xlsx

LIVE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", "  =1", "'=1", "\n-1", "\u3000=1"]
WRITERS = {"csv": write_csv, "xlsx": write_xlsx}

characters = st.characters(codec="utf-8", exclude_characters="\0\ufffe\uffff")
texts = st.text(characters, max_size=30) | st.text("=+-@＝＋－＠'\"\t\r\n ,;\u3000\xa0_x0041ab", max_size=12)
rows_of_texts = st.lists(st.tuples(texts, texts, texts), max_size=30)


@pytest.fixture
def read_back(tmp_path):
    """Write with the writer of a kind, open again: (headers, rows)."""

    def read(kind, headers, rows):
        path = tmp_path / "table"
        with path.open("wb") as stream:
            WRITERS[kind](stream, headers, rows)
        with open_table(path) as table:
            assert table.kind == kind
            return table.headers, [cells for _, cells in table.rows(pytest.fail)]

    return read


@given(texts)
def test_escape_and_restore(text):
    assert restore(escape(text)) == text.strip(BLANKS)


@given(texts)
def test_nothing_escaped_is_live(text):
    assert not escape(text).strip(BLANKS).startswith(tuple("=+-@＝＋－＠\t\r"))


@pytest.mark.parametrize("text", LIVE)
@pytest.mark.parametrize("kind", WRITERS)
def test_a_live_text_is_written_with_an_apostrophe(kind, text, tmp_path):
    stream = io.BytesIO()
    WRITERS[kind](stream, ["a"], [[text]])

    content = stream.getvalue()
    if kind == "xlsx":
        content = zipfile.ZipFile(stream).read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in content
    assert ("'" + text.strip("\r\n\t")).encode() in content.replace(b"\r\n", b"\n") or b"'" in content


@pytest.mark.parametrize("text", ["'", "it's", "'quoted'", "a=b", "1-2", "林-晓", "007", "#N/A", "TRUE", "_x0041_"])
def test_a_dull_text_is_written_as_it_is(text, read_back):
    assert escape(text) == text
    assert read_back("xlsx", ["a"], [[text]])[1] == [[text]]


def without_blank_rows(rows):
    stripped = [[cell.strip(BLANKS) for cell in row] for row in rows]
    return [row for row in stripped if any(row)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows_of_texts)
def test_our_csv_reads_back(read_back, rows):
    assert read_back("csv", ["a", "-b", "姓名"], rows) == (["a", "-b", "姓名"], without_blank_rows(rows))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(st.lists(st.tuples(texts, texts, texts), min_size=10, max_size=60))
def test_our_workbook_reads_back(read_back, rows):
    assert read_back("xlsx", ["a", "-b", "姓名"], rows) == (["a", "-b", "姓名"], without_blank_rows(rows))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**14), 10**14),
            st.decimals(-9_999_999, 9_999_999, places=2),
            st.dates(datetime.date(1901, 1, 1), datetime.date(2100, 12, 31)),
            st.datetimes(datetime.datetime(1901, 1, 1), datetime.datetime(2100, 12, 31)),
            st.booleans(),
        ),
        min_size=1,
        max_size=40,
    )
)
@pytest.mark.parametrize("kind", WRITERS)
def test_values_read_back(read_back, kind, rows):
    rows = [(n, d, day, at.replace(microsecond=0), yes) for n, d, day, at, yes in rows]

    _, cells = read_back(kind, ["int", "amount", "day", "at", "yes"], rows)

    assert [(int(n), Decimal(d), day, datetime.datetime.fromisoformat(at), yes) for n, d, day, at, yes in cells] == [
        (n, d, str(day), at, "yes" if yes else "no") for n, d, day, at, yes in rows
    ]


@pytest.mark.parametrize("kind", WRITERS)
def test_numbers_stay_numbers_and_nothing_is_rounded(kind, read_back):
    long = 6222021234567890123
    rows = [[-5, Decimal("-1299.50"), 0.1, None, long], [1, Decimal("12345678901234567.89"), -0.5, "", -long]]

    _, cells = read_back(kind, ["a", "b", "c", "d", "e"], rows)

    amounts = [[Decimal(text) if text else "" for text in row] for row in cells]
    assert amounts == [[-5, Decimal("-1299.5"), Decimal("0.1"), "", long], [1, rows[1][1], Decimal("-0.5"), "", -long]]


def test_a_negative_number_is_not_escaped_and_a_text_like_one_is():
    lines = b"".join(csv_chunks(["a", "b"], [[-5, "-5"]])).decode("utf-8-sig").splitlines()

    assert lines == ["a,b", "-5,'-5"]


@pytest.mark.parametrize("kind", WRITERS)
def test_what_no_file_can_hold_is_replaced(kind, read_back):
    assert read_back(kind, ["a"], [["x\0y\ud800z"]])[1] == [["x\ufffdy\ufffdz"]]


def test_csv_is_streamed():
    taken = []

    def rows():
        for number in range(10_000):
            taken.append(number)
            yield [number]

    chunks = csv_chunks(["a"], rows())

    assert next(chunks) == b"\xef\xbb\xbf"
    assert taken == []
    next(chunks)
    assert len(taken) == 500


def test_the_error_file_holds_each_bad_row_as_it_came():
    faults = [
        RowFault(3, "name", "Too long.", ["C1", "=x"]),
        RowFault(5, "", "Too many.", ["C2", "b", "c", "d"]),
        RowFault(9, "", "Not readable.", ['C3,"b']),
    ]

    content = b"".join(error_file(["card_no", "name"], faults)).decode("utf-8-sig")

    assert list(csv.reader(io.StringIO(content, newline=""))) == [
        ["card_no", "name", "error_line", "error_column", "error"],
        ["C1", "'=x", "3", "name", "Too long."],
        ["C2", "b", "5", "", "Too many.", "c", "d"],
        ['C3,"b', "", "9", "", "Not readable."],
    ]


def test_the_error_file_can_be_imported_again(tmp_path):
    faults = [RowFault(3, "name", "Wrong.", ["=C1", "'=x"])]
    path = tmp_path / "errors.csv"
    path.write_bytes(b"".join(error_file(["card_no", "name"], faults)))

    with open_table(path) as table:
        assert table.headers[:2] == ["card_no", "name"]
        assert next(table.rows(pytest.fail))[1][:2] == ["=C1", "'=x"]
