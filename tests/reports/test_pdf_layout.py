"""How the report lies on paper (look.md): sections flow, none starts in the last quarter of a page, figure and table
stay together."""

from io import BytesIO
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from reports.charts import draw
from reports.documents import PAPER
from reports.sections.values import Bar, Bars, Cell, Row, Section, Table
from vipcrm.pdf import render_pdf

MM = 72 / 25.4
BOTTOM, CONTENT = 20 * MM, 257 * MM


def section(number, *, rows, bars, more):
    def table(name, count):
        return Table(
            f"T{number}{name}", ["Head", "A", "B"], [Row(f"r{n}", [Cell("1"), Cell("2")]) for n in range(count)]
        )

    chart = Bars(title="t", bars=[Bar(f"b{n}", n) for n in range(bars)]) if bars else None
    tables = [table("x", more), table("y", rows)] if more else [table("y", rows)]
    return Section(f"s{number}", f"Section {number}", "note", tables, chart, charted=1 if more else 0)


def printed(built):
    context = {
        "report": SimpleNamespace(month=None, computed_at=None, revision=1, definitions="1"),
        "scope": SimpleNamespace(label="静安店", clock=None),
        "sections": [(one, draw(one.chart, PAPER, one.key) if one.chart else "") for one in built],
        "headlines": [], "finding": [], "movers": [], "attention": [], "has_before": False,
    }  # fmt: skip
    content = render_pdf("reports/report_pdf.html", context, "en", styles=("css/pdf-report.css",))
    return PdfReader(BytesIO(content))


def starts(pdf, entries=None):
    """Title → (page, height of its heading over the lower edge) of every section."""
    found = {}
    for entry in pdf.outline if entries is None else entries:
        if isinstance(entry, list):
            found |= starts(pdf, entry)
        elif entry.title.startswith("Section "):
            found[entry.title] = (pdf.get_destination_page_number(entry), float(entry.top))
    return found


@pytest.fixture(scope="module")
def long_report():
    sizes = [
        (3, 0, 0),
        (5, 5, 2),
        (1, 0, 4),
        (7, 3, 0),
        (2, 0, 9),
        (6, 6, 30),
        (1, 0, 0),
        (4, 4, 3),
        (2, 0, 0),
        (8, 2, 14),
    ]
    return printed([section(n, rows=rows, bars=bars, more=more) for n, (rows, bars, more) in enumerate(sizes)])


def test_sections_follow_each_other_and_none_starts_in_the_last_quarter(long_report):
    found = starts(long_report)

    assert len(found) == 10
    assert all(top >= BOTTOM + CONTENT / 4 for _page, top in found.values()), found
    pages = [page for page, _top in found.values()]
    assert len(set(pages)) < len(pages) and len(long_report.pages) <= 8


def test_a_long_table_runs_over_the_page_with_its_head_and_a_short_one_does_not(long_report):
    texts = [page.extract_text() for page in long_report.pages]

    assert sum("r29" in text or "T5x" in text for text in texts) == 2
    for n, rows in ((1, 5), (3, 7), (7, 4), (9, 8)):
        page, _top = starts(long_report)[f"Section {n}"]
        after = texts[page].split(f"Section {n}", 1)[1]
        assert f"r{rows - 1}" in after, (n, after)
