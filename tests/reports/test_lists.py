"""The list behind a figure is as long as the figure says, for every figure that counts members or receipts."""

from datetime import date

import pytest
from django.db import connection

from reports import figures
from reports.figures import lists
from reports.figures.query import Frame
from reports.rules.months import Period
from reports.scopes import every_scope
from reports.sections.values import value_at
from tests.reports.world import World

pytestmark = pytest.mark.django_db
KEYED = ["base.by_tier", "growth.by_source", "growth.by_staff", "dead_cards.by_tier"]


def paths(found):
    for path in lists.FIXED:
        if value_at(found, path) is not None:
            yield path, value_at(found, path)
    for group in KEYED:
        for key, value in value_at(found, group).items():
            if isinstance(value, dict):
                yield f"{group}.{key}.eligible", value["eligible"]
                yield f"{group}.{key}.dead", value["dead"]
            else:
                yield f"{group}.{key}", value


def ids(behind, frame):
    with connection.cursor() as cursor:
        cursor.execute(*behind.ids(frame))
        return [row[0] for row in cursor.fetchall()]


def test_every_list_is_as_long_as_its_figure():
    World(5)
    month, seen = Period(date(2026, 2, 1)), set()
    for scope in every_scope():
        found, frame = figures.compute(scope, month), Frame.of(scope, month)
        for path, value in paths(found):
            behind = lists.behind(path)
            assert behind.total(frame) == value, path
            if behind.times == "1":
                assert len(set(ids(behind, frame))) == value, path
            seen.add(path)
    assert {"base.joined", "growth.by_source.none", "dead_cards.by_tier.regular.dead", "frequency.returned"} - seen == {
        "frequency.returned"  # a share in the report: counted below
    }


def test_the_lists_behind_the_shares_are_their_numerators():
    World(6)
    month = Period(date(2026, 2, 1))
    for scope in every_scope():
        found, frame = figures.compute(scope, month), Frame.of(scope, month)
        count = {path: lists.behind(path).total(frame) for path in lists.FIXED}
        captured, walk_ins = count["growth.captured"], count["growth.walk_ins"]
        returned, buyers = count["frequency.returned"], count["frequency.buyers"]
        assert found["growth"]["capture_rate"] == figures.purchases.ratio(captured, captured + walk_ins)
        assert found["frequency"]["repeat_rate"] == figures.purchases.ratio(returned, buyers)


@pytest.mark.parametrize("path", ["base", "base.by_tier", "contribution.member_spend", "base.start; DROP", "x.y"])
def test_what_counts_nobody_has_no_list(path):
    assert lists.behind(path) is None
