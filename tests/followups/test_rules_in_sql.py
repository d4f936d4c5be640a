"""The rules that stand in the database as functions say what the pure ones say."""

from datetime import date, time

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followups.rules import Window, contact_window, next_open_day

pytestmark = pytest.mark.django_db
AS_HERE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
TIMES = st.sampled_from([time(hour, minute) for hour in range(24) for minute in (0, 30)])


def answer(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


@AS_HERE
@given(DAYS, st.sets(st.integers(1, 7)))
def test_next_open_day(day, closed):
    said = answer("SELECT followups_next_open_day(%s::date, %s::smallint[])", day, sorted(closed))

    assert said == next_open_day(day, closed)


@AS_HERE
@given(DAYS, st.lists(TIMES, min_size=2, max_size=2, unique=True), TIMES | st.none(), TIMES | st.none())
def test_contact_window(day, hours, own_from, own_until):
    store, plan = Window(*sorted(hours)), Window(time(10), time(21))

    said = answer(
        "SELECT followups_window(%s::date, %s::time, %s::time, %s::time, %s::time, %s::time, %s::time)",
        day, store.opens, store.closes, plan.opens, plan.closes, own_from, own_until,
    )  # fmt: skip

    window = contact_window(day, store=store, plan=plan, own_from=own_from, own_until=own_until)
    assert said == [window.opens, window.closes]
