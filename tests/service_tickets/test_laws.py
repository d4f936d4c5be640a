"""No sequence of actions reaches what the tables forbid (service-notifications). Two machines: one on the pure rules
with profiles that Hypothesis makes up, one on the real services and the database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from service_tickets import services
from service_tickets.enums import OPEN_TASKS, Action, SystemStatus
from service_tickets.models import Notification, PartnerFunction
from service_tickets.rules.actions import (
    after_action,
    after_setting,
    changes_between,
    first_state,
    replay,
    why_not,
    why_not_delete,
    why_not_status,
    why_not_task,
)
from service_tickets.rules.profiles import profile_faults
from service_tickets.rules.system import FORBIDS, TASK_MOVES
from service_tickets.rules.values import ProfileSpec, StatusSpec
from service_tickets.services.defaults import seed_defaults
from service_tickets.services.moves import SIMPLE
from tests.factories import MemberFactory, StaffFactory, manager_of
from tests.service_tickets.conftest import NOW
from tests.service_tickets.helpers import TODAY, header, notify, replayed, statuses
from tests.service_tickets.test_rules_profiles import Z1, Z2
from vipcrm.enums import Role

S, A = SystemStatus, Action
# The table of system statuses once more, as the paper words it and not as the rules hold it: the only steps of the
# phase, and what can be done at all while it is postponed, completed, flagged for deletion.
STEPS = {
    (A.POSTPONE, S.OSNO, S.NOPO),  # only from outstanding
    (A.TAKE_UP, S.NOPO, S.OSNO),
    (A.PUT_IN_PROCESS, S.OSNO, S.NOPR),
    (A.CREATE_ORDER, S.OSNO, S.NOPR),
    (A.COMPLETE, S.NOPR, S.NOCO),
    (A.REOPEN, S.NOCO, S.NOPR),
}
WHILE_POSTPONED = {A.TAKE_UP, A.CHANGE, A.ASSIGN, A.ADD_ITEM, A.ADD_TEXT}  # no processing
WHILE_COMPLETED = {A.REOPEN, A.FLAG_DELETION, A.UNFLAG_DELETION}  # display only
PHASES = {S.OSNO, S.NOPO, S.NOPR, S.NOCO}
OTHERWISE = {A.CREATE, A.ADD_TASK, A.SET_STATUS, A.DELETE_STATUS, *TASK_MOVES}
PLAIN = sorted(set(Action) - OTHERWISE)
numbers = st.integers(1, 9)
actions = st.frozensets(st.sampled_from(sorted(set(Action) - {A.CREATE})), max_size=3)


@st.composite
def specs(draw, code, initial):
    """One status; half of them numbered."""
    own_number = initial or draw(st.booleans())
    low = draw(numbers)
    forbids, allows = draw(actions), draw(actions)
    sets = draw(st.frozensets(st.sampled_from([A.POSTPONE, A.ADD_TEXT, A.ASK_HEAD_OFFICE]), max_size=1))
    return StatusSpec(
        code=code,
        number=draw(numbers) if own_number else None,
        lowest=low if own_number else None,
        highest=draw(st.integers(low, 9)) if own_number else None,
        initial=initial,
        roles=draw(st.sampled_from([frozenset(), frozenset({"admin"}), frozenset({"store_manager", "admin"})])),
        forbids=forbids,
        allows=allows - forbids,
        set_by=sets,
    )


profiles = st.one_of(
    st.sampled_from([Z1, Z2]),
    st.tuples(*(specs(f"S{i}", i == 0) for i in range(3))).map(ProfileSpec).filter(lambda p: not profile_faults(p)),
)


class PureMachine(RuleBasedStateMachine):
    """Actions by anybody in any order on the pure rules, with profiles of any shape."""

    @initialize(profile=profiles)
    def start(self, profile):
        self.state = first_state(profile)
        self.tasks = []
        self.history = [("system", "", "OSNO")]
        self.history += [("user", "", status.code) for status in self.state.user]

    def move_to(self, after, action):
        self.as_the_paper_says(after, action)
        self.history += changes_between(self.state, after)
        self.state = replace(after, open_tasks=tuple(t for t in self.tasks if t in OPEN_TASKS), used=True)

    def as_the_paper_says(self, after, action):
        before = self.state
        if after.phase != before.phase:
            assert (action, before.phase, after.phase) in STEPS
        assert before.phase != S.NOPO or action in WHILE_POSTPONED
        assert before.phase != S.NOCO or action in WHILE_COMPLETED
        assert S.DLFL not in before.marks or action == A.UNFLAG_DELETION
        if S.DLFL in after.marks - before.marks:
            assert action == A.FLAG_DELETION and (before.phase == S.NOCO or not before.used)
        if S.ORAS in after.marks - before.marks:
            assert action == A.CREATE_ORDER
        assert S.ORAS not in before.marks - after.marks

    @rule(data=st.data())
    def act(self, data):
        """Any action that the rules allow now. Drawn from the possible ones: `assume` would end the whole run."""
        possible = [action for action in PLAIN if not why_not(action, self.state)]
        if not possible:
            return
        action = data.draw(st.sampled_from(possible))
        for status in (*self.state.system, *self.state.user):
            forbidden = FORBIDS[status] if isinstance(status, SystemStatus) else status.forbids
            assert action not in forbidden
        before = replace(self.state, asked=True) if action == A.ASK_HEAD_OFFICE else self.state
        self.move_to(after_action(action, before), action)

    @rule()
    def add_task(self):
        if not why_not(A.ADD_TASK, self.state):
            self.tasks.append("created")
            self.move_to(after_action(A.ADD_TASK, self.state, self.tasks), A.ADD_TASK)

    @rule(data=st.data())
    def move_task(self, data):
        possible = [
            (at, action)
            for at, status in enumerate(self.tasks)
            for action in TASK_MOVES
            if not why_not_task(action, status, self.state)
        ]
        if possible:
            at, action = data.draw(st.sampled_from(possible))
            self.tasks[at] = TASK_MOVES[action][1]
            self.move_to(after_action(action, self.state, self.tasks), action)

    @rule(data=st.data(), role=st.sampled_from(sorted(Role)))
    def set_status(self, data, role):
        possible = [s for s in self.state.profile.statuses if not why_not_status(s, self.state, role)]
        if not possible:
            return
        wanted, present = data.draw(st.sampled_from(possible)), self.state.numbered
        assert not wanted.roles or role in wanted.roles
        if wanted.number is not None:
            assert present.lowest <= wanted.number <= present.highest
        self.move_to(after_setting(wanted, self.state), A.SET_STATUS)

    @rule(data=st.data(), role=st.sampled_from(sorted(Role)))
    def delete_status(self, data, role):
        possible = [s for s in self.state.profile.statuses if not why_not_delete(s, self.state, role)]
        if possible:
            status = data.draw(st.sampled_from(possible))
            assert status.number is None
            self.move_to(replace(self.state, extras=self.state.extras - {status}), A.DELETE_STATUS)

    @invariant()
    def one_phase_one_number(self):
        assert self.state.phase in PHASES and not self.state.marks & PHASES
        assert len([s for s in self.state.user if s.number is not None]) == 1

    @invariant()
    def never_completed_with_open_tasks(self):
        if self.state.phase == S.NOCO:
            assert not set(self.tasks) & OPEN_TASKS
            assert S.TSOS not in self.state.marks

    @invariant()
    def marks_tell_of_the_tasks(self):
        assert (S.TSOS in self.state.marks) == bool(set(self.tasks) & OPEN_TASKS)
        assert (S.ATCO in self.state.marks) == (bool(self.tasks) and not set(self.tasks) & OPEN_TASKS)

    @invariant()
    def history_replays(self):
        system, user = replay(self.history, self.state.profile)
        assert system == {s.value for s in self.state.system}
        assert user == {s.code for s in self.state.user}


PureMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestPureMachine = PureMachine.TestCase


class DatabaseMachine(RuleBasedStateMachine):
    """Three people act on one notification through the real services."""

    def __init__(self):
        super().__init__()
        seed_defaults()
        self.member = MemberFactory()
        store = self.member.home_store
        self.people = [
            StaffFactory(store=store),
            StaffFactory(store=store, role=Role.SERVICE_AGENT),
            manager_of(store),
        ]
        self.clock = NOW

    @initialize(type_=st.sampled_from(["Z1", "Z2"]))
    def create(self, type_):
        self.notification = notify(self.member, self.people[0], type_=type_, at=self.clock)
        self.was = statuses(self.notification)

    def attempt(self, call, who, **arguments):
        """Runs a service call; a refused one must leave everything as it was."""
        self.clock += timedelta(minutes=1)
        before = statuses(self.notification)
        rows = self.notification.history.count()
        try:
            call(by=self.people[who], at=self.clock, **arguments)
        except services.MoveNotAllowed as refused:
            assert refused.reasons and all(str(reason) for reason in refused.reasons)
            assert statuses(self.notification) == before
            assert self.notification.history.count() == rows
            return False
        return True

    @rule(action=st.sampled_from(sorted(SIMPLE)), who=st.integers(0, 2))
    def simple(self, action, who):
        self.attempt(lambda **kw: services.perform(self.notification, action=action, **kw), who)

    @rule(who=st.integers(0, 2))
    def complete(self, who):
        open_before = self.notification.tasks.filter(status__in=OPEN_TASKS).exists()
        done = self.attempt(lambda **kw: services.complete(self.notification, completed_at=self.clock, **kw), who)
        assert not (done and open_before)

    @rule(who=st.integers(0, 2))
    def reopen(self, who):
        self.attempt(lambda **kw: services.reopen(self.notification, reason="again", **kw), who)

    @rule(who=st.integers(0, 2))
    def ask(self, who):
        self.attempt(lambda **kw: services.ask_head_office(self.notification, **kw), who)

    @rule(who=st.integers(0, 2), code=st.sampled_from(["KCJS", "KCWB", "BPZ", "ZGPZ", "ZBHF", "DDKH", "THCS", "TZJL"]))
    def set_status(self, who, code):
        done = self.attempt(lambda **kw: services.set_user_status(self.notification, code=code, **kw), who)
        if done and code in {"ZGPZ", "BPZ"}:
            assert self.people[who].is_supervisor

    @rule(who=st.integers(0, 2))
    def add_task(self, who):
        self.attempt(lambda **kw: services.add_task(self.notification, task=services.TaskInput("重缝"), **kw), who)

    @rule(who=st.integers(0, 2), action=st.sampled_from([A.RELEASE_TASK, A.COMPLETE_TASK, A.CONFIRM_TASK]))
    def move_task(self, who, action):
        if task := self.notification.tasks.order_by("-position").first():
            self.attempt(lambda **kw: services.move_task(task, action=action, **kw), who)

    @rule(who=st.integers(0, 2))
    def write(self, who):
        self.attempt(lambda **kw: services.add_long_text(self.notification, text="客户来电", **kw), who)

    @rule(who=st.integers(0, 2))
    def do_something(self, who):
        said = {"text": "看过实物", "done_at": self.clock}
        self.attempt(lambda **kw: services.add_activity(self.notification, **said, **kw), who)

    @rule(who=st.integers(0, 2), day=st.integers(0, 9))
    def change(self, who, day):
        head = header(type=self.notification.type, required_end=TODAY + timedelta(days=day))
        self.attempt(lambda **kw: services.change_header(self.notification, header=head, **kw), who)

    @rule(who=st.integers(0, 2), quantity=st.integers(1, 9))
    def item(self, who, quantity):
        thing = services.ItemInput(name="大衣", quantity=quantity)
        if item := self.notification.items.first():
            self.attempt(lambda **kw: services.change_item(item, to=thing, **kw), who)
        else:
            self.attempt(lambda **kw: services.add_item(self.notification, item=thing, **kw), who)

    @rule(who=st.integers(0, 2))
    def partner(self, who):
        maker = services.PartnerInput(PartnerFunction.objects.get(code="MK"), name="云织")
        if partner := self.notification.partners.first():
            self.attempt(lambda **kw: services.remove_partner(partner, **kw), who)
        else:
            self.attempt(lambda **kw: services.add_partner(self.notification, partner=maker, **kw), who)

    @invariant()
    def every_step_of_the_phase_stands_in_the_table(self):
        if not hasattr(self, "notification"):
            return
        rows = self.notification.history.filter(kind="system", old__in=PHASES, new__in=PHASES)
        assert {(row.action, row.old, row.new) for row in rows} <= {tuple(map(str, step)) for step in STEPS}
        assert all(row.by in self.people and row.at <= self.clock for row in self.notification.history.all())

    @invariant()
    def as_the_tables_say(self):
        if not hasattr(self, "notification"):
            return
        system, user = statuses(self.notification)
        assert len(system & {"OSNO", "NOPO", "NOPR", "NOCO"}) == 1
        assert len(user) == 1
        open_tasks = self.notification.tasks.filter(status__in=OPEN_TASKS).exists()
        assert not (self.notification.phase == "NOCO" and open_tasks)
        assert ("TSOS" in system) == open_tasks
        assert (self.notification.completed_at is not None) == (self.notification.phase == "NOCO")
        assert replayed(self.notification) == (system, user)

    @invariant()
    def numbers_move_within_the_range(self):
        if not hasattr(self, "notification"):
            return
        specs_ = Z1 if self.notification.type == "Z1" else Z2
        for entry in self.notification.history.filter(kind="user").exclude(old=""):
            old, new = specs_.find(entry.old), specs_.find(entry.new)
            assert old.lowest <= new.number <= old.highest


class TestDatabaseMachine(TestCase):
    def test_the_services_keep_the_laws(self):
        quick = settings(
            max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
        )
        run_state_machine_as_test(DatabaseMachine, settings=quick)


def test_a_control_with_the_guard_off_is_caught(monkeypatch):
    """The machine can fail: without the rule that TSOS forbids completing, it finds a completed one with open tasks."""
    monkeypatch.setitem(FORBIDS, S.TSOS, frozenset())
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            PureMachine, settings=settings(max_examples=200, deadline=None, database=None, phases=[Phase.generate])
        )


@given(profiles)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_a_profile_without_fault_always_leads_to_completion(profile):
    """From any status that can be reached there is a way by numbers to one that does not forbid completing."""
    seen, todo = set(), [next(s for s in profile.statuses if s.initial)]
    while todo:
        status = todo.pop()
        if status.code in seen:
            continue
        seen.add(status.code)
        todo += [s for s in profile.numbered if status.lowest <= s.number <= status.highest]
    assert seen == {s.code for s in profile.numbered}
    assert any(A.COMPLETE not in s.forbids for s in profile.numbered)


@pytest.mark.django_db
def test_every_notification_is_made_once(member, clerk):
    """Numbers follow each other without a gap whatever is refused in between."""
    made = []
    for attempt in range(12):
        try:
            made.append(notify(member, clerk, description="" if attempt % 3 == 0 else "开线").number)
        except services.MoveNotAllowed:
            continue
    first = int(made[0])
    assert [int(number) for number in made] == list(range(first, first + 8))
    assert Notification.objects.count() == 8
