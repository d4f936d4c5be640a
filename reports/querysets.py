"""Which stored reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from reports.scopes import Scope


class ReportQuerySet(models.QuerySet[Any]):
    def of(self, scope: Scope) -> ReportQuerySet:
        """All revisions of all months of a scope."""
        return self.filter(kind=scope.kind, code=scope.code)

    def newest(self, *months: date) -> ReportQuerySet:
        """The newest revision of each month and scope; only of `months` when some are given."""
        rows = self.filter(month__in=months) if months else self
        return rows.order_by("kind", "code", "month", "-revision").distinct("kind", "code", "month")

    def by_month(self, months: Iterable[date]) -> dict[date, Any]:
        """The newest revision of each of `months`, of one scope."""
        return {report.month: report for report in self.newest(*months)}
