"""A stored report as JSON: keys as in report-definitions, "JSON"."""

from typing import Any

from django.utils import timezone

from reports.figures import SECTIONS
from reports.models import MonthlyReport
from reports.rules.months import month_text


def as_document(report: MonthlyReport) -> dict[str, Any]:
    """Top level, then one object per section."""
    return {
        "month": month_text(report.month),
        "scope": {"kind": report.kind, "code": report.code or None},
        "computed_at": timezone.localtime(report.computed_at).isoformat(timespec="seconds"),
        "definitions": report.definitions,
        "revision": report.revision,
        **{key: report.figures[key] for key in SECTIONS if key in report.figures},
    }
