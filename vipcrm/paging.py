"""Keyset pages: a page starts after the last row of the one before, so page 1,000 is as fast as page 1."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.http import QueryDict
from django.utils.translation import gettext as _

SIZES = (20, 50, 100)
OWN_KEYS = ("after", "before", "size")
READERS: Mapping[str, Any] = {
    "d": Decimal,
    "t": datetime.fromisoformat,
    "o": date.fromisoformat,
    "p": lambda value: value,
}


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the cursors for `?after=` and `?before=` ("" where there is nothing more)."""

    rows: list[Any]
    next: str
    previous: str
    size: int
    kept: list[tuple[str, str]]
    sizes: Sequence[int] = SIZES

    @property
    def count_text(self) -> str:
        """How many there are, as far as is known without counting them all: “20+”, or the number."""
        if self.previous:
            return ""
        return (
            _("%(count)s+ found") % {"count": len(self.rows)}
            if self.next
            else _("%(count)s found") % {"count": len(self.rows)}
        )


def page_of(queryset: QuerySet[Any], params: QueryDict, order: Sequence[str], size: int = SIZES[0]) -> Page:
    """One page of `queryset` in `order`, e.g. `("-spend", "pk")`: columns without nulls, the last one unique.
    Rows are models or named tuples with these columns.

    `params` is `request.GET` with `after`, `before` and `size`. A cursor that cannot be read starts from the top.
    """
    size = next((known for known in SIZES if str(known) == params.get("size")), size)
    after, before = _read(params.get("after", ""), order), _read(params.get("before", ""), order)
    backwards = before is not None
    walk = [_turned(key) for key in order] if backwards else list(order)
    rows = _rows(queryset.order_by(*walk), walk, before if backwards else after, size + 1)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, after is not None)
    return Page(
        rows=rows,
        next=_cursor(rows[-1], order) if rows and has_next else "",
        previous=_cursor(rows[0], order) if rows and has_previous else "",
        size=size,
        kept=[(key, value) for key, values in params.lists() if key not in OWN_KEYS for value in values],
    )


def _turned(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _rows(ordered: QuerySet[Any], walk: Sequence[str], cursor: Sequence[Any] | None, most: int) -> list[Any]:
    """The first rows beyond the cursor. One query where the order never turns; where it turns, one more as soon as the
    rows that are equal up to there are used up."""
    rows: list[Any] = []
    for condition in _beyond(walk, cursor) if cursor else [Q()]:
        rows += ordered.filter(condition)[: most - len(rows)]
        if len(rows) == most:
            break
    return rows


def _beyond(order: Sequence[str], values: Sequence[Any]) -> list[Q]:
    """Conditions for the rows that come after `values` in `order`, the nearest rows first.

    Each is one that an index on these columns can start at, however deep the page: equal so far, and from there on
    `(b, c) > (y, z)`. An index cannot start at an OR.
    """
    conditions, start = [], 0
    for _descends, run in groupby(order, key=lambda key: key.startswith("-")):
        end = start + len(list(run))
        equal = Q(**{key.removeprefix("-"): value for key, value in zip(order[:start], values[:start], strict=True)})
        conditions.append(equal & Q(_RowBeyond(tuple(order[start:end]), tuple(values[start:end]))))
        start = end
    return conditions[::-1]


class _RowBeyond(Func):
    """`(a, b) > (x, y)` in SQL for columns that all rise; `<` where they fall."""

    output_field = BooleanField()

    def __init__(self, keys: Sequence[str], values: Sequence[Any]) -> None:
        super().__init__(*(F(key.removeprefix("-")) for key in keys), *(Value(value) for value in values))
        self.operator = "<" if keys[0].startswith("-") else ">"

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        compiled = [compiler.compile(source) for source in self.get_source_expressions()]
        texts = [text for text, _values in compiled]
        half = len(texts) // 2
        sql = f"({', '.join(texts[:half])}) {self.operator} ({', '.join(texts[half:])})"
        return sql, [value for _text, values in compiled for value in values]


def _value(row: Any, key: str) -> Any:
    if isinstance(row, tuple):
        return getattr(row, key.removeprefix("-"))
    for part in key.removeprefix("-").split("__"):
        row = getattr(row, part)
    return row


def _cursor(row: Any, order: Sequence[str]) -> str:
    packed = [" ".join(order), *(_pack(_value(row, key)) for key in order)]
    return base64.urlsafe_b64encode(json.dumps(packed, ensure_ascii=False).encode()).decode().rstrip("=")


def _pack(value: Any) -> list[Any]:
    if isinstance(value, Decimal):
        return ["d", str(value)]
    if isinstance(value, datetime):
        return ["t", value.isoformat()]
    return ["o", value.isoformat()] if isinstance(value, date) else ["p", value]


def _read(cursor: str, order: Sequence[str]) -> list[Any] | None:
    if not cursor:
        return None
    try:
        ordered_by, *packed = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [READERS[kind](value) for kind, value in packed]
    except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error):
        return None
    fits = ordered_by == " ".join(order) and len(values) == len(order)
    return values if fits and not any(isinstance(value, list | dict) for value in values) else None
