"""A report as a document: one HTML file that needs nothing beside it, and the PDF for a director."""

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import get_language

from reports import sections
from reports.charts import Paper, draw
from reports.models import MonthlyReport
from reports.scopes import Scope
from reports.services import comparison_months
from vipcrm.pdf import render_pdf

PAPER = Paper(width=300, row=28, bar=16)
FILE_STYLES = ("tokens", "base", "parts", "tables", "pages/report", "report-file")


def shown(report: MonthlyReport, scope: Scope, paper: Paper) -> dict[str, Any]:
    """What every form of a report shows; four queries."""
    months = comparison_months(report.month)
    others = MonthlyReport.objects.of(scope).by_month(months)
    c = sections.compared(report, *(others.get(month) for month in months))
    names = sections.names_for(c)
    built = sections.built(c, names)
    charts = {s.key: draw(s.chart, paper, f"c-{s.key}") for s in built if s.chart}
    return {
        "report": report,
        "scope": scope,
        "sections": [(section, charts.get(section.key, "")) for section in built],
        "headlines": sections.headline.headlines(c),
        "finding": sections.headline.finding(c),
        "movers": sections.headline.movers(c, names),
        "attention": sections.headline.attention(c, names),
        "has_before": c.before is not None,
    }


def html_of(report: MonthlyReport, scope: Scope) -> str:
    """The report as one HTML file with its style inside, in the active language."""
    return render_to_string("reports/report_print.html", shown(report, scope, Paper()) | {"style": _file_style()})


@cache
def _file_style() -> str:
    paths = [Path(str(finders.find(f"css/{name}.css"))) for name in FILE_STYLES]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def pdf_of(report: MonthlyReport, scope: Scope) -> bytes:
    """The report as PDF, in the active language."""
    language = get_language() or "zh-hans"
    return render_pdf("reports/report_pdf.html", shown(report, scope, PAPER), language, styles=("css/pdf-report.css",))
