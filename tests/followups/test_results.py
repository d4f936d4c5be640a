"""Results, put-offs, taking back, nudging, reassigning (handbook 6.6, 6.8, 6.10)."""

from datetime import date

import pytest

from followups import services
from followups.enums import Result, StepState
from followups.models import StepEvent
from members.imports.run import import_file
from members.models import Consent
from members.services.people import update_member
from tests.factories import StaffFactory, manager_of
from tests.followups.factories import bought, looked_after, moment, states_of, steps_of

pytestmark = pytest.mark.django_db
AT = moment("2026-03-05 11:00")


@pytest.fixture
def step():
    return steps_of(bought(looked_after()))["thanks"]


def enter(step, result, at=AT, **fields):
    return services.record_result(step, result=Result(result), by=step.owner, at=at, **fields)


def test_reached_closes_the_step_with_what_she_said(step):
    (event,) = enter(step, "reached", satisfaction=5, note="同事都夸颜色好看")

    step.refresh_from_db()
    assert (step.state, step.result, step.satisfaction) == (StepState.DONE, "reached", 5)
    assert (step.closed_at, step.closed_by) == (AT, step.owner)
    assert (event.on, event.note) == (date(2026, 3, 5), "同事都夸颜色好看")


def test_no_answer_is_due_again_next_day_and_the_third_time_not_reached(step):
    for day in (5, 6, 7):
        step.refresh_from_db()
        assert step.state == StepState.OPEN and step.due_on == date(2026, 3, day)
        enter(step, "no_answer", at=moment(f"2026-03-0{day} 11:00"))

    step.refresh_from_db()
    assert (step.state, step.no_answers) == (StepState.NOT_REACHED, 3)
    assert step.due_on == date(2026, 3, 7)


def test_a_wrong_number_is_flagged_on_the_member(step):
    enter(step, "wrong_number")

    step.member.refresh_from_db()
    assert step.member.wrong_number


def test_a_new_number_in_her_file_or_in_an_import_is_no_wrong_number_any_more(step, tmp_path):
    enter(step, "wrong_number")
    member, boss = step.member, manager_of(step.member.home_store)
    update_member(member, changes={"name": "王小梅"}, by=boss, at=AT)
    member.refresh_from_db()
    assert member.wrong_number

    update_member(member, changes={"phone": "+8613900000001"}, by=boss, at=AT)
    member.refresh_from_db()
    assert not member.wrong_number

    type(member).objects.update(wrong_number=True)
    for phone, wrong in (("13900000001", True), ("13900000002", False)):
        path = tmp_path / "members.csv"
        path.write_text(f"card_no,name,phone,store\n{member.card_no},王晓梅,{phone},{member.home_store.code}\n")
        import_file("members", path, now=AT)
        member.refresh_from_db()
        assert member.wrong_number is wrong


@pytest.mark.parametrize("result", ["reached", "came_to_store"])
def test_what_counts_as_done(step, result):
    enter(step, result, note="试了大衣")

    step.refresh_from_db()
    assert (step.state, step.result, step.note) == (StepState.DONE, result, "试了大衣")


def test_a_closed_step_takes_no_second_result(step):
    enter(step, "reached")

    with pytest.raises(services.StepClosed):
        enter(step, "declined")
    assert StepEvent.objects.count() == 1


def test_one_call_closes_two_steps_and_is_taken_back_as_one(step):
    other = steps_of(step.receipt)["care"]
    enter(step, "reached", also=[other], satisfaction=4)
    assert states_of(step.receipt) == {"thanks": "done", "care": "done", "invitation": "open"}

    services.take_back(other, by=step.owner, at=moment("2026-03-05 12:00"))

    assert set(states_of(step.receipt).values()) == {StepState.OPEN}
    assert StepEvent.objects.filter(taken_back_at__isnull=False).count() == 2


def test_together_with_a_step_closed_meanwhile_nothing_is_recorded(step):
    other = steps_of(step.receipt)["care"]
    enter(other, "declined")

    with pytest.raises(services.StepClosed):
        enter(step, "reached", also=[other])
    step.refresh_from_db()
    assert step.is_open


def test_taking_back_puts_everything_as_it_was(step):
    enter(step, "wrong_number", consent="refused", note="x", at=moment("2026-03-05 10:30"))

    services.take_back(step, by=step.owner, at=moment("2026-03-05 23:59"))

    step.refresh_from_db()
    step.member.refresh_from_db()
    assert (step.state, step.result, step.note, step.closed_at, step.closed_by) == ("open", "", "", None, None)
    assert step.due_at == moment("2026-03-05 10:00")
    assert not step.member.wrong_number and not Consent.objects.exists()


def test_taking_back_no_answer_and_a_put_off_gives_the_day_back(step):
    enter(step, "no_answer")
    services.put_off(step, to_day=date(2026, 3, 12), reason="在外地", by=step.owner, at=moment("2026-03-05 12:00"))

    services.take_back(step, by=step.owner, at=moment("2026-03-05 13:00"))
    step.refresh_from_db()
    assert (step.due_on, step.no_answers) == (date(2026, 3, 6), 1)
    services.take_back(step, by=step.owner, at=moment("2026-03-05 13:01"))
    step.refresh_from_db()
    assert (step.due_on, step.no_answers) == (date(2026, 3, 5), 0)


def test_only_on_the_same_day_and_only_what_was_entered(step):
    with pytest.raises(services.CannotTakeBack):
        services.take_back(step, by=step.owner, at=AT)
    enter(step, "reached")
    with pytest.raises(services.CannotTakeBack):
        services.take_back(step, by=step.owner, at=moment("2026-03-06 00:00"))


def test_a_purchase_recorded_meanwhile_replaces_the_step_that_is_taken_back(step):
    enter(step, "reached")
    bought(step.member, "2026-03-05 12:00")

    services.take_back(step, by=step.owner, at=moment("2026-03-05 13:00"))

    step.refresh_from_db()
    assert step.state == StepState.SUPERSEDED


def test_put_off_to_a_closed_day_moves_to_the_next_open_one(step):
    step.store.closed_weekdays = [7]
    step.store.save()

    services.put_off(step, to_day=date(2026, 3, 8), reason="周末来电", by=step.owner, at=AT)

    step.refresh_from_db()
    assert step.due_on == date(2026, 3, 9) and step.first_due_on == date(2026, 3, 5)
    assert step.due_at == moment("2026-03-09 10:00")


@pytest.mark.parametrize("to_day, reason", [(date(2026, 3, 5), "x"), (date(2026, 3, 9), " ")])
def test_put_off_needs_a_later_day_and_a_reason(step, to_day, reason):
    with pytest.raises(ValueError):
        services.put_off(step, to_day=to_day, reason=reason, by=step.owner, at=AT)


def test_consent_asked_in_the_first_call_is_kept(step):
    enter(step, "reached", consent="given")

    said = Consent.objects.get()
    assert (said.member, said.channel, said.state, said.given_on) == (step.member, "phone", "given", date(2026, 3, 5))


def test_a_complaint_opens_a_notification_with_her_filled_in(step):
    (event,) = enter(step, "reached", complaint="袖口开线了")

    from service_tickets.models import Notification

    notification = Notification.objects.get()
    event.refresh_from_db()
    assert event.notification == str(notification.number)


def test_nudge_and_reassign(step):
    boss = manager_of(step.member.home_store)
    colleague = StaffFactory(store=step.member.home_store)

    services.nudge(step, by=boss, at=AT)
    services.reassign(step, to=colleague, by=boss, at=AT)

    step.refresh_from_db()
    assert step.nudged_at == AT and step.owner == colleague
    assert list(StepEvent.objects.values_list("kind", flat=True)) == ["nudged", "reassigned"]
    with pytest.raises(services.NotOfTheStore):
        services.reassign(step, to=StaffFactory(), by=boss, at=AT)
