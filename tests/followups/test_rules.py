"""Rules of handbook section 6 as pure decisions: explicit days, no database."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.enums import Result, StepState
from followups.rules import (
    Purchase,
    StepFact,
    Window,
    after_result,
    contact_window,
    fill_script,
    first_due_day,
    is_made,
    is_overdue,
    next_open_day,
    opens_at,
    salutation,
    state_of,
    unknown_placeholders,
)

STORE = Window(time(9), time(22, 30))
PLAN = Window(time(10), time(21))
SATURDAY, MONDAY = date(2026, 3, 7), date(2026, 3, 9)


@pytest.mark.parametrize(
    "sold_on, days, closed, due",
    [
        (date(2026, 3, 2), 3, [], date(2026, 3, 5)),
        (date(2026, 3, 2), 7, [1], date(2026, 3, 10)),
        (date(2024, 2, 26), 3, [], date(2024, 2, 29)),
        (date(2025, 12, 28), 3, [3, 4], date(2026, 1, 2)),
        (date(2026, 3, 2), 15, [], date(2026, 3, 17)),
    ],
)
def test_first_due_day(sold_on, days, closed, due):
    assert first_due_day(sold_on, days, closed) == due


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sets(st.integers(1, 7), max_size=6))
def test_the_next_open_day_is_open_and_the_first_one(day, closed):
    found = next_open_day(day, closed)

    assert found.isoweekday() not in closed
    assert all(date.fromordinal(n).isoweekday() in closed for n in range(day.toordinal(), found.toordinal()))


def test_a_step_is_made_up_to_three_days_late():
    assert is_made(date(2026, 3, 5), date(2026, 3, 8))
    assert not is_made(date(2026, 3, 5), date(2026, 3, 9))


def test_overdue_after_the_end_of_the_next_day():
    assert not is_overdue(date(2026, 3, 5), date(2026, 3, 6))
    assert is_overdue(date(2026, 3, 5), date(2026, 3, 7))


@pytest.mark.parametrize(
    "day, own, expected",
    [
        (MONDAY, (None, None), (time(10), time(21))),
        (MONDAY, (time(8), time(9, 30)), (time(8), time(9, 30))),
        (SATURDAY, (time(8), time(12)), (time(10), time(12))),
        (SATURDAY, (time(8), time(9, 30)), (time(10), time(21))),
        (MONDAY, (time(18, 30), time(23)), (time(18, 30), time(22))),
        (MONDAY, (time(22, 30), time(23, 30)), (time(10), time(21))),
        (MONDAY, (time(14), None), (time(14), time(21))),
        (MONDAY, (None, time(12)), (time(10), time(12))),
    ],
)
def test_contact_hours(day, own, expected):
    window = contact_window(day, store=STORE, plan=PLAN, own_from=own[0], own_until=own[1])

    assert (window.opens, window.closes) == expected


def test_the_store_is_not_open_all_contact_hours():
    assert contact_window(MONDAY, store=Window(time(11), time(20)), plan=PLAN) == Window(time(11), time(20))
    assert contact_window(MONDAY, store=Window(time(5), time(9)), plan=PLAN) == PLAN


TIMES = st.times(time(0), time(23, 59))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), TIMES, TIMES, TIMES | st.none(), TIMES | st.none())
def test_contact_hours_never_leave_the_limits(day, opens, closes, own_from, own_until):
    if opens >= closes:
        opens, closes = closes, time(23, 59, 59)
    window = contact_window(day, store=Window(opens, closes), plan=PLAN, own_from=own_from, own_until=own_until)

    assert window.opens < window.closes <= time(22)
    assert day.isoweekday() < 6 or window.opens >= time(10)


@pytest.mark.parametrize(
    "zone, day, utc",
    [
        ("Asia/Shanghai", date(2026, 3, 9), "2026-03-09T02:00"),
        ("America/New_York", date(2026, 3, 7), "2026-03-07T15:00"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T14:00"),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T09:00"),
        ("Pacific/Kiritimati", date(2026, 3, 9), "2026-03-08T20:00"),
        ("Pacific/Pago_Pago", date(2026, 3, 9), "2026-03-09T21:00"),
    ],
)
def test_due_at_is_the_opening_of_the_hours_in_the_stores_zone(zone, day, utc):
    at = opens_at(day, PLAN, ZoneInfo(zone))

    assert at.astimezone(ZoneInfo("UTC")).replace(tzinfo=None) == datetime.fromisoformat(utc)


def test_no_answer_is_tried_again_and_the_third_time_closes():
    today = date(2026, 3, 6)

    assert after_result(Result.NO_ANSWER, no_answers=0, today=today, closed_weekdays=[]) == ("open", date(2026, 3, 7))
    assert after_result(Result.NO_ANSWER, no_answers=1, today=today, closed_weekdays=[6, 7]) == ("open", MONDAY)
    assert after_result(Result.NO_ANSWER, no_answers=2, today=today, closed_weekdays=[]) == ("not_reached", None)


@pytest.mark.parametrize(
    "result, state",
    [("reached", "done"), ("came_to_store", "done"), ("declined", "declined"), ("wrong_number", "wrong_number")],
)
def test_other_results_close_the_step(result, state):
    assert after_result(Result(result), no_answers=2, today=MONDAY, closed_weekdays=[]) == (state, None)


def purchase(place, undone=None):
    return Purchase((place,), undone)


@pytest.mark.parametrize(
    "own, others, state",
    [
        (purchase(1), [], StepState.OPEN),
        (purchase(2), [purchase(1)], StepState.OPEN),
        (purchase(1), [purchase(2)], StepState.SUPERSEDED),
        (purchase(1, undone=MONDAY), [purchase(2)], StepState.CANCELLED),
        (purchase(1), [purchase(2, undone=SATURDAY)], StepState.OPEN),
        (purchase(1), [purchase(2, undone=MONDAY)], StepState.OPEN),
        (purchase(1), [purchase(2, undone=date(2026, 3, 10))], StepState.SUPERSEDED),
        (purchase(1), [purchase(2, undone=SATURDAY), purchase(3)], StepState.SUPERSEDED),
    ],
)
def test_which_steps_a_newer_purchase_replaces(own, others, state):
    assert state_of(StepFact(own, due_on=MONDAY), others) == state


def test_scripts_are_filled_from_the_file():
    pieces = fill_script("{name}您好，我是{clerk}。{product}", {"name": "王姐", "clerk": "林悦", "product": ""})

    assert pieces == [("王姐", True), ("您好，我是", False), ("林悦", True), ("。", False)]


def test_a_script_with_an_unknown_placeholder_is_found_out():
    assert unknown_placeholders("{name} {nmae} {price}") == ["nmae", "price"]


@pytest.mark.parametrize(
    "name, gender, chinese, said",
    [
        ("王晓梅", "female", True, "王姐"),
        ("欧阳静", "female", True, "欧阳姐"),
        ("李强", "male", True, "李先生"),
        ("王晓梅", "", True, "王晓梅"),
        ("王晓梅", "female", False, "王晓梅"),
        ("Anna Li", "female", True, "Anna Li"),
    ],
)
def test_how_she_is_addressed(name, gender, chinese, said):
    assert salutation(name, gender, chinese=chinese) == said
