"""The one way in: a file is read, checked and written in one transaction, or nothing of it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, OperationalError, connection, transaction

from members.imports.columns import Layout, layout_of
from members.imports.locks import ChangedMeanwhile
from members.imports.masters import write_products, write_staff, write_stores
from members.imports.members import write_members
from members.imports.outcome import Outcome, add_faults
from members.imports.purchases import write_purchases
from members.imports.staging import Progress, stage
from vipcrm.errors import is_database_gone
from vipcrm.models import Staff
from vipcrm.tabular import Table, open_table

WRITERS: dict[str, Callable[[Layout, Outcome], None]] = {
    "stores": write_stores,
    "staff": write_staff,
    "products": write_products,
    "members": write_members,
    "purchases": write_purchases,
}

TRIES = 3


class _Undo(Exception):
    """Leaves the transaction without keeping anything of it."""


class ImportStopped(Exception):
    """Somebody asked for the import to stop; nothing of it was kept. Raised by `progress`."""


def import_file(
    kind: str,
    path: str | Path,
    *,
    now: datetime,
    by: Staff | None = None,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    enrol_unknown: bool = False,
    original_name: str | None = None,
    progress: Progress = lambda rows: None,
) -> Outcome:
    """Imports one file of a kind and says what came of it; good rows are kept, bad ones are in `Outcome.faults`.

    `dry_run` keeps nothing; `all_or_nothing` keeps nothing if any row is bad. The same file twice changes nothing the
    second time. Raises TableRefused if the file as a whole cannot be read.
    """
    with open_table(path, original_name=original_name) as table:
        layout = layout_of(kind, table.headers)
        for attempt in range(1, TRIES + 1):
            outcome = Outcome(now, by.pk if by else None, enrol_unknown, ignored_columns=layout.ignored)
            try:
                with transaction.atomic():
                    _write(kind, table, layout, outcome, progress)
                    if dry_run or (all_or_nothing and outcome.faults):
                        raise _Undo
                return outcome
            except _Undo:
                if not dry_run:
                    outcome.created = outcome.updated = outcome.skipped = 0
                return outcome
            except (IntegrityError, OperationalError, ChangedMeanwhile) as error:
                # somebody took a number that this file brings, or voided a receipt: read anew, it is known then
                if attempt == TRIES or is_database_gone(error):
                    raise
    raise AssertionError("unreachable")


def _write(kind: str, table: Table, layout: Layout, outcome: Outcome, progress: Progress) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import'))")
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL default_statistics_target = 10")  # of temporary tables; sampling them is dear
    staged = stage(table, layout, progress=progress)
    WRITERS[kind](layout, outcome)
    outcome.read = staged.read
    add_faults(outcome, staged.faults, kind, layout)
