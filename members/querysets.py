"""Which members and receipts a person sees; every list, page, export and address goes through `visible_to`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from members.enums import MemberStatus
from members.rules.search import Lookup, is_covered, lookups
from vipcrm.enums import Role

if TYPE_CHECKING:
    from vipcrm.models import Staff

# A search shows the best of so many matches; whoever gets them all has to type one letter more.
MOST_MATCHES = 100

# In which order a look-up is read until there are enough: one that its own index gives (a word before longer ones), or
# one that no index gives (the shortest name first) – never one that makes the planner walk through all members.
TABLE = '"members_member"'
WALKS = {
    "initials": f"ORDER BY {TABLE}.initials, {TABLE}.id",
    "pinyin": f"ORDER BY {TABLE}.pinyin, {TABLE}.id",
    "name_bigrams": f"ORDER BY length({TABLE}.name), {TABLE}.id",
}

# Stands for “has not bought yet” where lists sort by the last purchase.
NEVER = Value(date(1, 1, 1), output_field=models.DateField())

# A service agent sees the members with an unfinished notification (handbook 1). Which those are, service_tickets knows
# and says here when it starts: functions from the agent to a condition on members.
agent_scopes: list[Callable[[Staff], Q]] = []


def _visible_stores(staff: Staff) -> models.QuerySet[Any]:
    return apps.get_model("vipcrm", "Store").objects.visible_to(staff)


class MemberQuerySet(models.QuerySet[Any]):
    def visible_to(self, staff: Staff) -> MemberQuerySet:
        """Members whose file `staff` may open: own store, region, all; a service agent: open notifications only."""
        if staff.role == Role.ADMIN:
            return self.all()
        if staff.role == Role.SERVICE_AGENT:
            scope = Q(pk__in=[])
            for condition in agent_scopes:
                scope |= condition(staff)
            return self.filter(scope)
        if staff.role == Role.REGION_MANAGER:
            return self.filter(home_store__in=_visible_stores(staff))
        return self.filter(home_store_id=staff.store_id)

    def present(self) -> MemberQuerySet:
        """Files that are somebody's: not merged into another, not erased."""
        return self.exclude(status__in=[MemberStatus.MERGED, MemberStatus.ERASED])

    def matching(self, typed: str, phone: str = "") -> MemberQuerySet:
        """All members found by what was typed (rules.search); the whole queryset when nothing was."""
        found = lookups(typed, phone)
        return self.filter(reduce(or_, (Q(**lookup) for lookup in found))) if found else self

    def best_matches(self, typed: str, phone: str = "") -> MemberQuerySet:
        """The best 100 members found by what was typed, `match_rank` 0 first. Each look-up is one index scan."""
        found = lookups(typed, phone)
        if not found:
            return self.none().annotate(match_rank=_rank(found))
        ids = self._ids_of([lookup for lookup in found if not is_covered(lookup, found)])
        return self.filter(pk__in=ids).annotate(match_rank=_rank(found))

    def _ids_of(self, found: Sequence[Lookup]) -> RawSQL:
        """Ids of each look-up, the closest first where `WALKS` says so, else as its index gives them.

        As text: the ORM takes longer to put five queries like these together than PostgreSQL to answer them.
        """
        query = self.order_by().values("pk").query
        scope, given = query.sql_with_params()
        parts, values = [], []
        for lookup in found:
            condition, wanted = _condition(lookup)
            walk = WALKS.get(next(iter(lookup)).partition("__")[0], "")
            parts.append(f"{scope} {'AND' if query.where else 'WHERE'} {condition} {walk} LIMIT {MOST_MATCHES}")
            values += [*given, *wanted]
        union = parts[0] if len(parts) == 1 else " UNION ALL ".join(f"({part})" for part in parts)
        return RawSQL(union, values)  # noqa: S611  values are parameters

    def with_standing(self) -> MemberQuerySet:
        """Joined with what her purchases add up to; `last_on` is the last purchase, 1 January 1 without one."""
        joined = self.filter(standing__isnull=False).select_related("standing")
        return joined.annotate(last_on=Coalesce("standing__last_purchase_on", NEVER))


def _rank(found: Sequence[Lookup]) -> RawSQL | Value:
    """The place of the first look-up that finds a member."""
    if not found:
        return Value(0)
    conditions = [_condition(lookup) for lookup in found]
    whens = " ".join(f"WHEN {condition} THEN {rank}" for rank, (condition, _values) in enumerate(conditions))
    values = [value for _condition, given in conditions for value in given]
    return RawSQL(f"CASE {whens} ELSE {len(found)} END", values, models.IntegerField())  # noqa: S611


def _condition(lookup: Lookup) -> tuple[str, list[Any]]:
    """A look-up of `rules.search` as a condition in SQL and its values."""
    signs, values = [], []
    for key, value in lookup.items():
        column, _, kind = key.partition("__")
        if column == "name_bigrams":
            signs.append(f"{TABLE}.name_bigrams @> %s::varchar[]")
            values.append(value)
        else:
            signs.append(f"{TABLE}.{column} {'LIKE' if kind else '='} %s")
            values.append(PATTERNS[kind](value.translate(ESCAPED)) if kind else value)
    return f"({' AND '.join(signs)})", values


PATTERNS: dict[str, Callable[[str], str]] = {
    "startswith": "{}%".format,
    "endswith": "%{}".format,
    "contains": "%{}%".format,
}
ESCAPED = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


class ReceiptQuerySet(models.QuerySet[Any]):
    def visible_to(self, staff: Staff) -> ReceiptQuerySet:
        """Receipts of the stores `staff` sees, and those of the members whose file she may open."""
        if staff.role == Role.ADMIN:
            return self.all()
        members = apps.get_model("members", "Member").objects.visible_to(staff)
        if staff.role == Role.SERVICE_AGENT:
            return self.filter(member__in=members)
        if staff.role == Role.REGION_MANAGER:
            return self.filter(Q(store__in=_visible_stores(staff)) | Q(member__in=members))
        return self.filter(Q(store_id=staff.store_id) | Q(member__in=members))

    def purchases(self) -> ReceiptQuerySet:
        """Receipts that are purchases: not voided, net amount or net units not zero (report-definitions)."""
        return self.filter(voided_at__isnull=True).exclude(net_amount=0, net_units=0)
