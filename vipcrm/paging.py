"""Keyset pages: a page starts after the last row of the one before, so page 1,000 is as fast as page 1."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
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

    `params` is `request.GET` with `after`, `before` and `size`. A cursor that cannot be read starts from the top.
    """
    size = next((known for known in SIZES if str(known) == params.get("size")), size)
    after, before = _read(params.get("after", ""), order), _read(params.get("before", ""), order)
    backwards = before is not None
    walk = [_turned(key) for key in order] if backwards else list(order)
    cursor = before if backwards else after
    rows = list((queryset.filter(_beyond(walk, cursor)) if cursor else queryset).order_by(*walk)[: size + 1])
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


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after `values` in `order`."""
    wanted, equal = Q(pk__in=[]), Q()
    for key, value in zip(order, values, strict=True):
        name, operator = (key[1:], "lt") if key.startswith("-") else (key, "gt")
        wanted |= equal & Q(**{f"{name}__{operator}": value})
        equal &= Q(**{name: value})
    # Said once more for the first column alone: an index starts there, it cannot start at an OR.
    name, operator = (order[0][1:], "lte") if order[0].startswith("-") else (order[0], "gte")
    return wanted & Q(**{f"{name}__{operator}": values[0]})


def _value(row: Any, key: str) -> Any:
    for part in key.removeprefix("-").split("__"):
        row = getattr(row, part)
    return row


def _cursor(row: Any, order: Sequence[str]) -> str:
    packed = [_pack(_value(row, key)) for key in order]
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
        packed = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [READERS[kind](value) for kind, value in packed]
    except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error):
        return None
    return values if len(values) == len(order) and not any(isinstance(v, list | dict) for v in values) else None
