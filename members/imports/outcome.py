"""What an import was asked to do and what came of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from operator import attrgetter

from members.imports.columns import COLUMNS, Column, Layout
from members.imports.fault_list import FaultList
from members.imports.faults import REASONS, WHY
from members.imports.staging import fetch, fetch_many
from vipcrm.tabular import RowFault

SHOWN = 60  # characters of a cell in the reason

COUNTS = """
SELECT count(*) FILTER (WHERE bad_code IS NULL AND change = 'new'),
       count(*) FILTER (WHERE bad_code IS NULL AND change LIKE 'corrected%%'),
       count(*) FILTER (WHERE bad_code IS NULL AND change = 'same')
  FROM {table}
"""


@dataclass
class Outcome:
    """Counts as design.md fixes them (`read, created, updated, skipped, errors`) and the rows in error."""

    now: datetime
    by_id: int | None = None
    enrol_unknown: bool = False
    read: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    faults: FaultList = field(default_factory=FaultList)
    ignored_columns: tuple[str, ...] = ()
    refreshed: Counter[str] = field(default_factory=Counter)

    @property
    def errors(self) -> int:
        return len(self.faults)

    def count(self, table: str) -> None:
        """Created, updated and skipped rows of the temporary table, which says of each what changed."""
        self.created, self.updated, self.skipped = fetch(COUNTS.format(table=table).replace("%%", "%"))[0]

    def as_counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("read", "created", "updated", "skipped", "errors")}


def add_faults(outcome: Outcome, unreadable: Iterable[RowFault], kind: str, layout: Layout) -> None:
    """Adds the rows that could not be read and the bad ones of the temporary table `row`, in the order of the file."""
    for fault in merge(unreadable, _faults_of(kind, layout), key=attrgetter("line")):
        outcome.faults.append(fault)


def _faults_of(kind: str, layout: Layout) -> Iterator[RowFault]:
    """The bad rows, with the header as the file has it and the reason in words."""
    columns = {column.name: column for column in COLUMNS[kind]}
    texts = " ".join(f"WHEN '{name}' THEN raw.\"{name}\"" for name in layout.positions)
    sql = (
        f"SELECT r.line, r.bad_column, r.bad_code, r.bad_why, left(CASE r.bad_column {texts} END, {SHOWN + 1})"
        " FROM row r JOIN raw USING (line) WHERE r.bad_code IS NOT NULL ORDER BY r.line"
    )
    reasons = {code: str(words) for code, words in REASONS.items()}
    for rows in fetch_many(sql):
        for line, name, code, why, value in rows:
            reason = _in_words(reasons[code], columns[name], value or "", why or "")
            yield RowFault(line, layout.headers.get(name, name), reason, ())


def _in_words(reason: str, column: Column, value: str, why: str) -> str:
    shown = value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
    return reason.format(value=shown, limit=column.limit, choices=", ".join(column.choices), why=WHY.get(why, why))
