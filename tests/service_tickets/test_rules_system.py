"""Every row of the table of system statuses, as a table of cases. No database."""

from dataclasses import replace

import pytest

from service_tickets.enums import Action as A
from service_tickets.enums import SystemStatus as S
from service_tickets.rules.actions import after_action, changes_between, first_state, why_not, why_not_task
from service_tickets.rules.system import task_marks
from service_tickets.rules.values import ProfileSpec, State, StatusSpec

FREE = ProfileSpec((StatusSpec("FREE", number=10, lowest=10, highest=10, initial=True),))


def state(phase, *marks, **more):
    return State(phase=phase, profile=FREE, marks=frozenset(marks), **more)


def allowed(action, at):
    return why_not(action, at) == []


def codes(action, at):
    return [reason.code for reason in why_not(action, at)]


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        (A.POSTPONE, state(S.OSNO), state(S.NOPO)),
        (A.TAKE_UP, state(S.NOPO), state(S.OSNO)),
        (A.PUT_IN_PROCESS, state(S.OSNO), state(S.NOPR)),
        (A.CREATE_ORDER, state(S.OSNO), state(S.NOPR, S.ORAS)),
        (A.CREATE_ORDER, state(S.NOPR), state(S.NOPR, S.ORAS)),
        (A.COMPLETE, state(S.NOPR), state(S.NOCO)),
        (A.COMPLETE, state(S.NOPR, S.ATCO), state(S.NOCO, S.ATCO)),
        (A.COMPLETE, state(S.NOPR, S.ORAS), state(S.NOCO, S.ORAS)),
        (A.REOPEN, state(S.NOCO), state(S.NOPR)),
        (A.FLAG_DELETION, state(S.OSNO), state(S.OSNO, S.DLFL)),
        (A.FLAG_DELETION, state(S.NOCO), state(S.NOCO, S.DLFL)),
        (A.UNFLAG_DELETION, state(S.OSNO, S.DLFL), state(S.OSNO)),
        (A.UNFLAG_DELETION, state(S.NOCO, S.DLFL), state(S.NOCO)),
    ],
)
def test_an_action_that_the_table_allows(action, before, after):
    assert allowed(action, before)
    assert after_action(action, before) == after


@pytest.mark.parametrize(
    ("action", "at", "why"),
    [
        (A.POSTPONE, state(S.NOPR), ["NOPR"]),  # cannot be postponed any more
        (A.POSTPONE, state(S.NOPO), ["NOPO"]),
        (A.POSTPONE, state(S.NOCO), ["NOCO"]),
        (A.TAKE_UP, state(S.OSNO), ["OSNO"]),
        (A.TAKE_UP, state(S.NOPR), ["NOPR"]),
        (A.PUT_IN_PROCESS, state(S.NOPO), ["NOPO"]),  # no processing until taken up
        (A.PUT_IN_PROCESS, state(S.NOPR), ["NOPR"]),
        (A.CREATE_ORDER, state(S.NOPO), ["NOPO"]),
        (A.ADD_TASK, state(S.NOPO), ["NOPO"]),
        (A.COMPLETE_TASK, state(S.NOPO), ["NOPO"]),
        (A.SET_STATUS, state(S.NOPO), ["NOPO"]),
        (A.COMPLETE, state(S.NOPO), ["NOPO"]),
        (A.COMPLETE, state(S.OSNO), ["OSNO"]),
        (A.COMPLETE, state(S.NOPR, S.TSOS, open_tasks=("缝",)), ["TSOS"]),  # completing is refused
        (A.COMPLETE, state(S.NOCO), ["NOCO"]),
        (A.REOPEN, state(S.OSNO), ["OSNO"]),
        (A.REOPEN, state(S.NOPO), ["NOPO"]),
        (A.REOPEN, state(S.NOPR), ["NOPR"]),
        (A.FLAG_DELETION, state(S.NOPO), ["NOPO"]),  # a completed or never used one
        (A.FLAG_DELETION, state(S.NOPR), ["NOPR"]),
        (A.FLAG_DELETION, state(S.OSNO, used=True), ["used"]),
        (A.FLAG_DELETION, state(S.NOCO, S.DLFL), ["DLFL"]),
        (A.UNFLAG_DELETION, state(S.OSNO), ["not_flagged"]),
        (A.UNFLAG_DELETION, state(S.NOCO), ["not_flagged"]),
    ],
)
def test_an_action_that_the_table_forbids(action, at, why):
    assert codes(action, at) == why


@pytest.mark.parametrize("action", sorted(set(A) - {A.CREATE}))
@pytest.mark.parametrize("phase", [S.OSNO, S.NOPO, S.NOPR, S.NOCO])
def test_a_missing_partner_holds_up_the_work_and_nothing_else(action, phase):
    with_all, without = codes(action, state(phase)), codes(action, state(phase, missing=("AB 处理部门",)))
    work = {A.PUT_IN_PROCESS, A.RELEASE_TASK, A.CREATE_ORDER, A.COMPLETE}
    assert without == with_all + (["partner"] if action in work else [])


@pytest.mark.parametrize("action", sorted(set(A) - {A.CREATE, A.REOPEN, A.FLAG_DELETION, A.UNFLAG_DELETION}))
def test_a_completed_notification_is_only_shown(action):
    assert "NOCO" in codes(action, state(S.NOCO))


@pytest.mark.parametrize("action", sorted(set(A) - {A.CREATE, A.UNFLAG_DELETION}))
@pytest.mark.parametrize("phase", [S.OSNO, S.NOCO])
def test_nothing_is_done_to_one_flagged_for_deletion(action, phase):
    assert "DLFL" in codes(action, state(phase, S.DLFL))


def test_the_flag_of_a_completed_one_can_be_taken_back():
    assert allowed(A.UNFLAG_DELETION, state(S.NOCO, S.DLFL))


@pytest.mark.parametrize(
    ("tasks", "marks"),
    [
        ([], set()),
        (["created"], {S.TSOS}),
        (["released"], {S.TSOS}),
        (["completed", "created"], {S.TSOS}),
        (["completed", "released", "successful"], {S.TSOS}),
        (["completed"], {S.ATCO}),
        (["completed", "successful"], {S.ATCO}),
    ],
)
def test_task_marks(tasks, marks):
    assert task_marks(tasks) == marks


def test_a_new_task_after_all_were_completed_is_outstanding_again():
    after = after_action(A.ADD_TASK, state(S.NOPR, S.ATCO, S.ORAS), ["completed", "created"])
    assert after.marks == {S.TSOS, S.ORAS}


@pytest.mark.parametrize(
    ("action", "task", "why"),
    [
        (A.RELEASE_TASK, "created", []),
        (A.RELEASE_TASK, "released", ["task"]),
        (A.COMPLETE_TASK, "released", []),
        (A.COMPLETE_TASK, "created", ["task"]),
        (A.CONFIRM_TASK, "completed", []),
        (A.CONFIRM_TASK, "released", ["task"]),
        (A.CONFIRM_TASK, "successful", ["task"]),
    ],
)
def test_a_task_goes_from_created_to_successful_step_by_step(action, task, why):
    assert [r.code for r in why_not_task(action, task, state(S.NOPR, S.TSOS))] == why


def test_the_reason_names_the_outstanding_tasks():
    [reason] = why_not(A.COMPLETE, state(S.NOPR, S.TSOS, open_tasks=("重缝左袖口", "里料补织")))
    assert "2" in str(reason) and "重缝左袖口" in str(reason) and "里料补织" in str(reason)


def test_a_new_notification_is_outstanding_with_the_initial_status():
    first = first_state(FREE)
    assert first.system == {S.OSNO}
    assert [s.code for s in first.user] == ["FREE"]


def test_changes_say_from_and_to():
    before = state(S.NOPR, S.TSOS)
    after = replace(before, phase=S.NOCO, marks=frozenset({S.ATCO}))
    assert [(c.old, c.new) for c in changes_between(before, after)] == [("NOPR", "NOCO"), ("TSOS", ""), ("", "ATCO")]
