import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.enums import ImportKind
from members.imports.outcome import Outcome
from members.imports.report import write_error_file
from members.imports.run import import_file
from vipcrm.progress import Progress
from vipcrm.tabular import TableRefused

SOME_ROWS_BAD = 3
SHOWN = 10


class Command(BaseCommand):
    help = "Imports a file of stores, staff, products, members or purchases (import-formats.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=ImportKind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check everything, keep nothing")
        parser.add_argument("--all-or-nothing", action="store_true", help="keep nothing if any row is in error")
        parser.add_argument("--enrol-unknown", action="store_true", help="make a member of each unknown phone")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write the rows in error to this CSV")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, kind: str, file: Path, errors: Path | None, json: bool, **options: Any) -> None:
        if errors:
            _check_target(errors, file)
        try:
            with Progress(self.stderr, "rows") as progress:
                outcome = import_file(
                    kind,
                    file,
                    now=timezone.now(),
                    dry_run=options["dry_run"],
                    all_or_nothing=options["all_or_nothing"],
                    enrol_unknown=options["enrol_unknown"],
                    progress=progress,
                )
        except TableRefused as error:
            raise CommandError(str(error)) from error
        if errors:
            write_error_file(file, outcome.faults, errors)
        self.stdout.write(_as_json(outcome) if json else _as_text(outcome))
        if outcome.errors:
            sys.exit(SOME_ROWS_BAD)


def _check_target(errors: Path, file: Path) -> None:
    """Says before anything is imported that the bad rows could not be written. Raises CommandError."""
    try:
        errors.open("ab").close()
    except OSError as error:
        raise CommandError(f"cannot write {errors}: {error.strerror}") from error
    if file.exists() and errors.samefile(file):
        raise CommandError(f"{errors} is the file to import: name another one for the rows in error")


def _as_json(outcome: Outcome) -> str:
    return json.dumps(outcome.as_counts())


def _as_text(outcome: Outcome) -> str:
    lines = [", ".join(f"{name} {count:,}" for name, count in outcome.as_counts().items())]
    if outcome.ignored_columns:
        lines.append("columns not used: " + ", ".join(outcome.ignored_columns))
    lines += [f"line {fault.line}, {fault.column}: {fault.reason}" for fault in outcome.faults[:SHOWN]]
    if outcome.errors > SHOWN:
        lines.append(f"… and {outcome.errors - SHOWN:,} more (--errors FILE writes them all)")
    return "\n".join(lines)
