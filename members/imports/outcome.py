"""What an import was asked to do and what came of it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.text import format_lazy

from members.imports.columns import COLUMNS, Column, Layout
from members.imports.faults import REASONS
from members.imports.staging import fetch
from vipcrm.tabular import RowFault

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
    faults: list[RowFault] = field(default_factory=list)
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


def faults_of(kind: str, table: str, layout: Layout) -> list[RowFault]:
    """The bad rows of the temporary table, with the header as the file has it and the reason in words."""
    columns = {column.name: column for column in COLUMNS[kind]}
    texts = ", ".join(f"'{name}', raw.\"{name}\"" for name in layout.positions)
    rows = fetch(
        f"SELECT r.line, r.bad_column, r.bad_code, r.bad_why, json_build_object({texts})"
        f" FROM {table} r JOIN raw USING (line) WHERE r.bad_code IS NOT NULL ORDER BY r.line"
    )
    return [_fault(line, columns[name], code, why, cells, layout) for line, name, code, why, cells in rows]


def _fault(line: int, column: Column, code: str, why: str | None, cells: dict[str, Any], layout: Layout) -> RowFault:
    reason = format_lazy(
        REASONS[code],
        value=_shortened(cells.get(column.name) or ""),
        limit=column.limit,
        choices=", ".join(column.choices),
        why=why or "",
    )
    return RowFault(line, layout.headers.get(column.name, column.name), reason, list(cells.values()))


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
