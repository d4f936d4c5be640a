"""Both profiles as the papers give them, row by row, and what a broken profile is refused for. No database."""

from dataclasses import replace

import pytest

from service_tickets.enums import Action as A
from service_tickets.enums import SystemStatus as S
from service_tickets.rules.actions import (
    after_action,
    after_setting,
    first_state,
    why_not,
    why_not_delete,
    why_not_status,
)
from service_tickets.rules.profiles import allowed_next, initial_statuses, profile_faults
from service_tickets.rules.values import ProfileSpec, StatusSpec
from service_tickets.services.defaults import STATUSES


def given(type_):
    """The profile as it is seeded."""

    def spec(code, zh, en, number, low, high, rest):
        sets = {k: frozenset(v) if isinstance(v, list) else v for k, v in rest.items()}
        return StatusSpec(code=code, label=zh, number=number, lowest=low, highest=high, **sets)

    return ProfileSpec(tuple(spec(*row) for row in STATUSES[type_]))


Z1, Z2 = given("Z1"), given("Z2")
CLERK, AGENT, MANAGER, REGION, ADMIN = "clerk", "service_agent", "store_manager", "region_manager", "admin"


def at(profile, code, phase=S.NOPR, **more):
    return replace(first_state(profile), phase=phase, numbered=profile.find(code), **more)


def codes(found):
    return [reason.code for reason in found]


@pytest.mark.parametrize(
    ("profile", "present", "following"),
    [
        (Z1, "TZJL", ["KCJS"]),
        (Z1, "KCJS", ["BPZ", "ZGPZ", "ZBHF"]),
        (Z1, "BPZ", ["KCJS"]),
        (Z1, "ZGPZ", ["KCJS", "BPZ", "ZBHF"]),
        (Z1, "ZBHF", ["KCJS", "BPZ", "ZGPZ"]),
        (Z2, "HFYY", ["DDKH", "THCS"]),
        (Z2, "DDKH", ["THCS"]),
        (Z2, "THCS", []),
    ],
)
def test_what_may_follow_by_number(profile, present, following):
    assert [s.code for s in allowed_next(profile, profile.find(present))] == following


@pytest.mark.parametrize(("profile", "first"), [(Z1, "TZJL"), (Z2, "HFYY")])
def test_the_initial_status(profile, first):
    assert [s.code for s in initial_statuses(profile)] == [first]


def test_an_action_can_set_a_status_from_the_start_too():
    asked = StatusSpec("MARK", set_by=frozenset({A.CREATE}))
    assert [s.code for s in first_state(ProfileSpec((*Z1.statuses, asked))).user] == ["TZJL", "MARK"]


def test_the_older_papers_write_another_code():
    assert Z1.find("KCWB") == Z1.find("KCJS")
    assert Z1.find("kcwb ").code == "KCJS"
    assert Z2.find("TZJL") is None


@pytest.mark.parametrize("status", ["ZGPZ", "BPZ"])
@pytest.mark.parametrize(
    ("role", "why"),
    [(CLERK, ["authorisation"]), (AGENT, ["authorisation"]), (MANAGER, []), (REGION, []), (ADMIN, []), (None, [])],
)
def test_only_a_store_manager_or_above_approves(status, role, why):
    assert codes(why_not_status(Z1.find(status), at(Z1, "KCJS"), role)) == why


def test_a_number_outside_the_range_is_refused_whoever_asks():
    assert codes(why_not_status(Z1.find("ZGPZ"), at(Z1, "TZJL"), ADMIN)) == ["range"]
    assert codes(why_not_status(Z1.find("ZGPZ"), at(Z1, "TZJL"), CLERK)) == ["range", "authorisation"]
    assert codes(why_not_status(Z1.find("TZJL"), at(Z1, "KCJS"), ADMIN)) == ["range"]


def test_a_new_numbered_status_replaces_the_present_one():
    after = after_setting(Z1.find("KCJS"), at(Z1, "TZJL"))
    assert [s.code for s in after.user] == ["KCJS"]


@pytest.mark.parametrize(
    ("profile", "status", "why"),
    [
        (Z1, "TZJL", ["TZJL"]),
        (Z1, "KCJS", []),
        (Z1, "BPZ", ["BPZ"]),
        (Z1, "ZGPZ", []),
        (Z1, "ZBHF", []),
        (Z2, "HFYY", ["HFYY"]),
        (Z2, "DDKH", []),
        (Z2, "THCS", []),
    ],
)
def test_from_which_status_a_notification_may_be_completed(profile, status, why):
    assert codes(why_not(A.COMPLETE, at(profile, status))) == why


def test_approval_is_needed_only_where_head_office_is_asked():
    asked = at(Z1, "KCJS", asked=True)
    assert codes(why_not(A.COMPLETE, asked)) == ["approval"]
    assert codes(why_not(A.COMPLETE, at(Z1, "ZBHF", asked=True))) == ["approval"]
    approved = after_setting(Z1.find("ZGPZ"), asked)
    assert why_not(A.COMPLETE, approved) == []
    assert why_not(A.COMPLETE, after_setting(Z1.find("ZBHF"), approved)) == []
    declined = after_setting(Z1.find("BPZ"), approved)
    assert codes(why_not(A.COMPLETE, after_setting(Z1.find("KCJS"), declined))) == ["approval"]
    assert why_not(A.COMPLETE, at(Z2, "DDKH", asked=True)) == []


def test_a_user_status_never_allows_what_the_system_status_forbids():
    assert "complete" in Z1.find("KCJS").allows
    assert codes(why_not(A.COMPLETE, at(Z1, "KCJS", phase=S.NOPO))) == ["NOPO"]


WAIT = StatusSpec("WAIT", forbids=frozenset({A.COMPLETE}), set_by=frozenset({A.ASK_HEAD_OFFICE}),
                  deleted_by=frozenset({A.ADD_ACTIVITY}))  # fmt: skip
WITH_WAIT = ProfileSpec((*Z1.statuses, WAIT))


def test_an_unnumbered_status_comes_and_goes_beside_the_numbered_one():
    waiting = after_setting(WAIT, at(WITH_WAIT, "KCJS"))
    assert [s.code for s in waiting.user] == ["KCJS", "WAIT"]
    assert codes(why_not(A.COMPLETE, waiting)) == ["WAIT"]
    assert why_not_delete(WAIT, waiting, CLERK) == []
    assert codes(why_not_delete(Z1.find("KCJS"), waiting, CLERK)) == ["numbered"]
    assert codes(why_not_status(WAIT, waiting, CLERK)) == ["active"]


def test_an_action_sets_and_deletes_a_status():
    asked = after_action(A.ASK_HEAD_OFFICE, at(WITH_WAIT, "KCJS"))
    assert WAIT in asked.extras
    assert WAIT not in after_action(A.ADD_ACTIVITY, asked).extras


def test_an_action_that_would_set_a_number_outside_the_range_is_refused():
    jump = replace(Z1.find("ZBHF"), set_by=frozenset({A.ADD_TEXT}))
    profile = ProfileSpec((*(s for s in Z1.statuses if s.code != "ZBHF"), jump))
    assert codes(why_not(A.ADD_TEXT, at(profile, "TZJL"))) == ["range"]
    assert why_not(A.ADD_TEXT, at(profile, "KCJS")) == []
    assert after_action(A.ADD_TEXT, at(profile, "KCJS")).numbered == jump


@pytest.mark.parametrize("profile", [Z1, Z2, WITH_WAIT])
def test_the_given_profiles_have_no_fault(profile):
    assert profile_faults(profile) == []


def status(code, number, low, high, **more):
    return StatusSpec(code, number=number, lowest=low, highest=high, **more)


START = status("AAAA", 10, 10, 20, initial=True)


@pytest.mark.parametrize(
    ("statuses", "fault"),
    [
        ([], "no_initial"),
        ([status("AAAA", 10, 10, 20)], "no_initial"),
        ([START, status("BBBB", 20, 20, 20, initial=True)], "two_initial"),
        ([START, status("BBBB", 30, 30, 30)], "unreachable"),
        ([START, status("BBBB", 20, 20, 20), status("CCCC", 15, 15, 15), status("DDDD", 30, 10, 30)], "unreachable"),
        ([START, status("BBBB", 20, 40, 50)], "range_empty"),
        ([START, status("BBBB", 20, 30, 20)], "range_upside_down"),
        ([START, status("BBBB", 20, None, None)], "no_range"),
        ([START, status("BBBB", 120, 10, 20)], "number_out_of_range"),
        ([START, StatusSpec("BBBB", lowest=10, highest=20)], "range_without_number"),
        ([START, status("AAAA", 20, 20, 20)], "code_twice"),
        ([START, status("BBBB", 20, 20, 20, aliases=frozenset({"AAAA"}))], "code_twice"),
        ([START, status("BBBB", 20, 20, 20, forbids=frozenset({"fly"}))], "unknown_action"),
        ([START, status("BBBB", 20, 20, 20, forbids=frozenset({A.CHANGE}), allows=frozenset({A.CHANGE}))], "both"),
        ([START, status("BBBB", 20, 20, 20, deleted_by=frozenset({A.CHANGE}))], "number_deleted"),
        ([START, StatusSpec("X", set_by=frozenset({A.CHANGE}), deleted_by=frozenset({A.CHANGE}))], "set_and_deleted"),
        ([replace(START, forbids=frozenset({A.COMPLETE}))], "dead_end"),
        ([START, status("BBBB", 20, 20, 20, forbids=frozenset({A.COMPLETE}))], "dead_end"),
        ([replace(START, forbids=frozenset({A.SET_STATUS})), status("BBBB", 20, 20, 20)], "unreachable"),
        ([START, StatusSpec("LOCK", forbids=frozenset({A.COMPLETE, A.DELETE_STATUS}))], "dead_end"),
    ],
)
def test_a_broken_profile_is_refused_with_the_reason(statuses, fault):
    found = profile_faults(ProfileSpec(tuple(statuses)))
    assert fault in codes(found)
    assert all(str(reason) for reason in found)
