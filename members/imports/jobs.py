"""Imports that a person asked for on a page: kept as a row, done by a worker, the result in the same transaction.

The worker holds the row's lock while it works and writes the result together with the data: killed at any moment,
nothing of it stands and the row is found again; done, it is done once. Only that somebody began is written before: a
file that kills its worker each time is given up.
"""

import logging
from contextlib import suppress
from datetime import datetime
from tempfile import TemporaryFile

from django.core.cache import cache
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import get_language, gettext, gettext_noop, override
from redis.exceptions import RedisError

from members.enums import ImportState
from members.imports.outcome import Outcome
from members.imports.report import error_rows
from members.imports.run import ImportStopped, import_file
from members.models import ImportRun
from vipcrm.audit import record_event
from vipcrm.enums import AuditAction
from vipcrm.errors import is_database_gone
from vipcrm.models import Staff
from vipcrm.tabular import TableRefused

logger = logging.getLogger(__name__)

UNFINISHED = (ImportState.WAITING, ImportState.RUNNING)
KEEP_SECONDS = 24 * 3600
SHOWN_FAULTS = 50
MOST_ATTEMPTS = 3
UNFORESEEN = gettext_noop("This is a fault of the program, not of the file. The server's log says more.")
GIVEN_UP = gettext_noop(
    "The program broke off three times in the middle of this file, most likely for want of memory."
    " Split it into smaller files, or ask whoever looks after the server."
)


class _Job:
    """What the page and the worker tell each other while the worker's transaction is open: kept in the cache, and left
    unsaid while there is none."""

    def __init__(self, pk: int) -> None:
        self._rows, self._stop = f"import:{pk}:rows", f"import:{pk}:stop"

    def report(self, rows: int) -> None:
        """Says how many rows are read. Raises ImportStopped if somebody asked for it."""
        stopped = None
        with suppress(RedisError):
            cache.set(self._rows, rows, KEEP_SECONDS)
            stopped = cache.get(self._stop)
        if stopped:
            raise ImportStopped

    def rows(self) -> int | None:
        try:
            return cache.get(self._rows)
        except RedisError:
            return None

    def stop(self) -> bool:
        try:
            cache.set(self._stop, True, KEEP_SECONDS)
        except RedisError:
            return False
        return True


def ask_import(kind: str, upload: UploadedFile, *, by: Staff, at: datetime, **options: bool) -> ImportRun:
    """Keeps the file and the wish; a worker does the rest, and answers in the language of this moment."""
    run: ImportRun = ImportRun.objects.create(
        kind=kind,
        file=upload,
        file_name=(upload.name or "")[:200],
        asked_by=by,
        language=get_language() or "",
        **options,
    )
    record_event(AuditAction.IMPORTED, by=by, subject=run, kind=kind, file=run.file_name, dry_run=run.dry_run)
    return run


def stop_import(run: ImportRun) -> bool:
    """Asks the worker to stop; as long as it still reads, nothing of the file is kept. False: it cannot be told now."""
    return _Job(run.pk).stop()


def rows_read(run: ImportRun) -> int | None:
    """How far the worker has read; None before it began, and when it cannot be asked."""
    return _Job(run.pk).rows()


def run_next(*, now: datetime) -> ImportRun | None:
    """Does the oldest import that nobody works on; None if there is none. Safe to run in any number of workers."""
    run = _claim(now)
    if run is None or run.finished_at or _work(run, now):
        return run
    return None  # another worker was quicker


@transaction.atomic
def _claim(now: datetime) -> ImportRun | None:
    """Writes down that somebody begins, before anything can go wrong; gives up what was begun too often."""
    waiting = ImportRun.objects.filter(state__in=UNFINISHED).select_for_update(skip_locked=True, of=("self",))
    run: ImportRun | None = waiting.select_related("asked_by").order_by("asked_at", "pk").first()
    if run is None:
        return None
    if run.attempts < MOST_ATTEMPTS:
        run.state, run.attempts = ImportState.RUNNING, run.attempts + 1
    else:
        logger.error("import %s given up: it ended its worker %s times", run.pk, run.attempts)
        with override(run.language or get_language()):
            run.state, run.message, run.finished_at = ImportState.FAILED, gettext(GIVEN_UP), now
    run.save()
    return run


@transaction.atomic
def _work(run: ImportRun, now: datetime) -> bool:
    """The import and its result in one transaction that holds the row; False if somebody else holds it."""
    claimed = ImportRun.objects.filter(pk=run.pk, state=ImportState.RUNNING, attempts=run.attempts)
    if not claimed.select_for_update(skip_locked=True).first():
        return False
    with override(run.language or get_language()):
        _carry_out(run, now)
    run.finished_at = now
    run.save()
    return True


def _carry_out(run: ImportRun, now: datetime) -> None:
    """Imports and keeps the result. What nobody foresaw fails this import and not those that wait behind it; a
    database that went away is no fault of the file: it is tried again."""
    try:
        with transaction.atomic():
            _keep_result(run, _import(run, now))
    except ImportStopped:
        run.state = ImportState.STOPPED
    except TableRefused as error:
        run.state, run.message = ImportState.FAILED, str(error)
    except Exception as error:
        if is_database_gone(error):
            raise
        logger.exception("import %s failed", run.pk)
        run.state, run.message = ImportState.FAILED, gettext(UNFORESEEN)


def _import(run: ImportRun, now: datetime) -> Outcome:
    return import_file(
        run.kind,
        run.file.path,
        now=now,
        by=run.asked_by,
        dry_run=run.dry_run,
        all_or_nothing=run.all_or_nothing,
        enrol_unknown=run.enrol_unknown,
        original_name=run.file_name,
        progress=_Job(run.pk).report,
    )


def _keep_result(run: ImportRun, outcome: Outcome) -> None:
    run.state = ImportState.DONE
    for name, count in outcome.as_counts().items():
        setattr(run, name, count)
    run.ignored_columns = list(outcome.ignored_columns)
    run.faults = [
        {"line": fault.line, "column": fault.column, "reason": str(fault.reason)}
        for fault in outcome.faults[:SHOWN_FAULTS]
    ]
    if outcome.faults:
        with TemporaryFile() as content:
            content.writelines(error_rows(run.file.path, outcome.faults))
            run.error_file.save(f"errors-{run.pk}.csv", File(content), save=False)
