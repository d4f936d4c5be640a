"""Computing and storing reports: once after the month's end, a new revision only if a figure differs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from hashlib import blake2b

from django.db import connection, transaction
from django.utils import timezone

from reports import figures
from reports.models import MonthlyReport
from reports.rules.months import Period, add_months, month_text
from reports.rules.numbers import as_json
from reports.scopes import Scope, every_scope
from vipcrm.models import Staff

# The night's jobs (reviews, imports) are done by then.
READY_HOUR = 2
LONGEST_ZONE = timedelta(hours=14)


class MonthNotOver(Exception):
    """The month has not ended in every store of the scope, or lies in the future."""


def compute_report(scope: Scope, month: date, *, at: datetime, by: Staff | None = None) -> MonthlyReport:
    """The newest revision of the report of `month` (its first day), computed now.

    A new revision is stored only if a figure or the definitions differ from the newest; older ones stay. All figures
    are of one moment. Two callers at once: one computes, whoever asked meanwhile waits and gets the same row. Raises
    MonthNotOver.
    """
    if not scope.month_is_over(month, at):
        raise MonthNotOver(month_text(month))
    asked_at = timezone.now()
    with _own_turn(scope, month):
        newest = MonthlyReport.objects.of(scope).newest(month).first()
        if newest is not None and newest.checked_at > asked_at:
            return newest
        found = as_json(figures.compute(scope, Period(month)))
        if newest is not None and (newest.figures, newest.definitions) == (found, figures.DEFINITIONS):
            newest.checked_at = timezone.now()
            newest.save(update_fields=["checked_at"])
            newest.figures = found  # the database has its own order of keys; what is printed has ours
            return newest
        return MonthlyReport.objects.create(
            kind=scope.kind,
            code=scope.code,
            month=month,
            revision=newest.revision + 1 if newest else 1,
            definitions=figures.DEFINITIONS,
            computed_at=at,
            computed_by=by,
            checked_at=timezone.now(),
            figures=found,
        )


@contextmanager
def _own_turn(scope: Scope, month: date) -> Iterator[None]:
    """One transaction under the lock of this report, which sees the data of one moment: an import that commits between
    two statements would make sections disagree. (That moment begins after the wait, hence a lock outside of it.)"""
    name = f"{scope.kind} {scope.code} {month_text(month)}".encode()
    key = int.from_bytes(blake2b(name, digest_size=8).digest(), signed=True)
    if connection.in_atomic_block:  # inside somebody's transaction: its moment, its end
        _execute("SELECT pg_advisory_xact_lock(%s)", key)
        with transaction.atomic():
            yield
        return
    _execute("SELECT pg_advisory_lock(%s)", key)
    try:
        with transaction.atomic():
            _execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield
    finally:
        _execute("SELECT pg_advisory_unlock(%s)", key)


def _execute(sql: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def compute_with_comparisons(scope: Scope, month: date, *, at: datetime, by: Staff | None = None) -> MonthlyReport:
    """`compute_report`, and the months it is compared with where they were never computed. Raises MonthNotOver."""
    report = compute_report(scope, month, at=at, by=by)
    compared = comparison_months(month)
    known = MonthlyReport.objects.of(scope).by_month(compared)
    for other in compared:
        if other not in known:
            compute_report(scope, other, at=at, by=by)
    return report


def comparison_months(month: date) -> tuple[date, date]:
    """The month before and the same month a year before."""
    return add_months(month, -1), add_months(month, -12)


def compute_due(at: datetime) -> list[MonthlyReport]:
    """Last month's report of every scope where that month ended `READY_HOUR` hours ago and that has none yet, and the
    months it is compared with where they are missing (a month of standstill, history that was brought in).

    Safe to repeat: what has a report is left alone. After a standstill the next call catches up.
    """
    return [compute_with_comparisons(scope, month, at=at) for scope, month in _due(every_scope(), at)]


def _due(scopes: Iterable[Scope], at: datetime) -> Iterator[tuple[Scope, date]]:
    latest = (at + LONGEST_ZONE).date().replace(day=1)
    months = [add_months(latest, -1), add_months(latest, -2)]
    stored = set(MonthlyReport.objects.filter(month__in=months).values_list("kind", "code", "month"))
    for scope in scopes:
        over = (month for month in months if scope.month_is_over(month, at, hour=READY_HOUR))
        month = next(over)
        if (scope.kind.value, scope.code, month) not in stored:
            yield scope, month
