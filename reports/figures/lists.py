"""The list behind a figure: the same relation with the same condition, one id per counted member or receipt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.figures import buyers, heads, purchases
from reports.figures.query import Frame, rows

MEMBERS, RECEIPTS = "members", "receipts"
OF_HEADS = (MEMBERS, heads.HEADS, "heads", "member_id")
OF_BUYERS = (MEMBERS, buyers.BUYERS, "buyers", "member_id")
OF_PURCHASES = (RECEIPTS, purchases.PURCHASES, "bought", "receipt_id")

Relation = tuple[str, str, str, str]


@dataclass(frozen=True)
class Behind:
    """`kind`: members or receipts. `times`: how often a row counts (somebody may join twice in a month)."""

    kind: str
    relation: Relation
    condition: str
    times: str = "1"
    key: str = ""

    def ids(self, frame: Frame) -> tuple[str, list[Any]]:
        """A statement with one column of ids, and its positional parameters, for `pk__in`."""
        _kind, common, name, column = self.relation
        return _positional(f"{common} SELECT {column} FROM {name} WHERE {self.condition}", frame.params | self._own)

    def total(self, frame: Frame) -> int:
        """The figure: how much the rows count together."""
        _kind, common, name, _column = self.relation
        sql = f"{common} SELECT coalesce(sum({self.times}), 0)::bigint AS total FROM {name} WHERE {self.condition}"
        return int(rows(sql, frame, **self._own)[0]["total"])

    @property
    def _own(self) -> dict[str, str]:
        return {"key": self.key} if self.key else {}


def _positional(sql: str, params: Mapping[str, Any]) -> tuple[str, list[Any]]:
    names = re.findall(r"%\((\w+)\)s", sql)
    return re.sub(r"%\(\w+\)s", "%s", sql), [params[name] for name in names]


def _member(condition: str, times: str = "1") -> Behind:
    return Behind(MEMBERS, OF_HEADS, condition, times)


def _of(relation: Relation, conditions: Mapping[str, str], prefix: str, keys: Mapping[str, str]) -> dict[str, Behind]:
    return {f"{prefix}.{path}": Behind(relation[0], relation, conditions[name]) for path, name in keys.items()}


FIXED: dict[str, Behind] = {
    "base.start": _member(heads.CONDITIONS["start"]),
    "base.end": _member(heads.CONDITIONS["end"]),
    "base.joined": _member("joined > 0", "joined"),
    "base.left": _member("gone > 0", "gone"),
    "growth.joined": _member("joined > 0", "joined"),
    "dead_cards.eligible": _member(heads.CONDITIONS["eligible"]),
    "dead_cards.dead": _member(heads.CONDITIONS["dead"]),
    "dead_cards.never_returned": _member(heads.CONDITIONS["never_returned"]),
    **_of(OF_PURCHASES, purchases.CONDITIONS, "growth", {"captured": "captured", "walk_ins": "walk_ins"}),
    **_of(OF_PURCHASES, purchases.CONDITIONS, "new_vs_existing", {f"{g}.purchases": g for g in purchases.GROUPS}),
    **_of(OF_BUYERS, buyers.CONDITIONS, "new_vs_existing", {f"{g}.buyers": g for g in purchases.GROUPS}),
    **_of(OF_BUYERS, buyers.CONDITIONS, "frequency", {"buyers": "buyers", "returned": "returned"}),
    **_of(OF_BUYERS, buyers.CONDITIONS, "frequency.buyers_by_purchases", {key: f"times_{key}" for key in buyers.TIMES}),
    **_of(OF_PURCHASES, purchases.CONDITIONS, "basket.purchases_by_units", {k: f"units_{k}" for k in purchases.UNITS}),
}

# The group stands for a tier, a source, a username.
KEYED: dict[str, tuple[str, str]] = {
    r"base\.by_tier\.(.+)": (f"{heads.CONDITIONS['end']} AND tier = %(key)s", "1"),
    r"growth\.by_source\.(.+)": ("joined > 0 AND source = %(key)s", "joined"),
    r"growth\.by_staff\.(.+)": ("joined > 0 AND staff = %(key)s", "joined"),
    r"dead_cards\.by_tier\.(.+)\.eligible": (f"{heads.CONDITIONS['eligible']} AND tier = %(key)s", "1"),
    r"dead_cards\.by_tier\.(.+)\.dead": (f"{heads.CONDITIONS['dead']} AND tier = %(key)s", "1"),
}


def behind(figure: str) -> Behind | None:
    """What stands behind the figure at a path such as `base.by_tier.vip`; None when there is no such list."""
    if figure in FIXED:
        return FIXED[figure]
    if "\0" in figure:  # PostgreSQL takes none in a text
        return None
    for pattern, (condition, times) in KEYED.items():
        if found := re.fullmatch(pattern, figure):
            return Behind(MEMBERS, OF_HEADS, condition, times, found[1])
    return None
