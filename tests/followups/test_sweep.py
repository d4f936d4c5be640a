"""`run_followups`: each step reminded once per due day, in the store's hours; overdue marked once (handbook 6.5)."""

import json
import threading
from datetime import UTC, date, time

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from followups import services, tasks
from followups.enums import Result
from followups.models import Reminder, Step, StepEvent
from members.models import Consent
from tests.factories import MemberFactory, StoreFactory
from tests.followups.factories import bought, looked_after, moment, steps_of

pytestmark = pytest.mark.django_db


def swept(text, zone=None):
    return tuple(services.run_followups(moment(text, zone) if zone else moment(text)))


def test_a_step_is_reminded_when_contact_hours_open_and_once():
    bought(looked_after())

    assert swept("2026-03-05 09:59") == (0, 0)
    assert swept("2026-03-05 10:00") == (1, 0)
    assert swept("2026-03-05 10:05") == (0, 0)
    reminder = Reminder.objects.get()
    assert (reminder.due_on, reminder.owner) == (date(2026, 3, 5), reminder.step.owner)


def test_not_done_by_the_end_of_the_next_day_is_overdue_once():
    bought(looked_after())
    swept("2026-03-05 12:00")

    assert swept("2026-03-06 23:59") == (0, 0)
    assert swept("2026-03-07 00:00") == (0, 1)
    assert swept("2026-03-07 00:05") == (0, 0)
    assert StepEvent.objects.get(kind="overdue").due_on == date(2026, 3, 5)


def test_after_a_stop_of_two_days_each_step_is_reminded_once_and_never_at_night():
    receipts = [bought(looked_after()) for _ in range(3)]

    assert swept("2026-03-07 03:00") == (0, 3)
    assert swept("2026-03-07 21:30") == (0, 0)
    assert swept("2026-03-08 10:00") == (3, 0)
    assert swept("2026-03-08 10:05") == (0, 0)
    assert Reminder.objects.filter(step__receipt__in=receipts).count() == 3


def test_after_a_longer_stop_two_steps_of_one_purchase_are_reminded_once_each():
    bought(looked_after())

    assert swept("2026-03-11 11:00") == (2, 2)


@pytest.mark.parametrize(
    "zone, before, opens",
    [
        ("Asia/Shanghai", "2026-03-09 01:59", "2026-03-09 02:00"),
        ("America/New_York", "2026-03-09 13:59", "2026-03-09 14:00"),  # summer time has begun the day before
        ("Pacific/Auckland", "2026-03-08 20:59", "2026-03-08 21:00"),
    ],
)
def test_each_store_goes_by_its_own_clock(zone, before, opens):
    bought(looked_after(home_store=StoreFactory(time_zone=zone)), "2026-03-06 12:00")

    assert swept(before, UTC) == (0, 0)
    assert swept(opens, UTC) == (1, 0)


def test_her_own_hours_replace_the_stores():
    bought(looked_after(contact_from=time(18, 30), contact_until=time(23)))

    assert swept("2026-03-05 12:00") == (0, 0)
    assert swept("2026-03-05 18:30") == (1, 0)
    assert swept("2026-03-17 22:00") == (0, 2)


def test_hours_changed_after_the_step_was_made_are_kept_to():
    member = looked_after()
    bought(member)
    member.contact_from = time(15)
    member.save()

    assert swept("2026-03-05 12:00") == (0, 0)
    assert swept("2026-03-05 15:00") == (1, 0)


def test_catching_up_waits_for_an_open_day():
    bought(looked_after(home_store=StoreFactory(closed_weekdays=[6])))

    assert swept("2026-03-07 12:00") == (0, 1)
    assert swept("2026-03-08 12:00") == (1, 0)


def test_a_put_off_and_a_retry_make_a_new_due_day():
    member = looked_after()
    step = steps_of(bought(member))["thanks"]
    swept("2026-03-05 10:00")
    services.record_result(step, result=Result.NO_ANSWER, by=member.advisor, at=moment("2026-03-05 11:00"))

    assert swept("2026-03-05 12:00") == (0, 0)
    assert swept("2026-03-06 10:00") == (1, 0)
    services.put_off(step, to_day=date(2026, 3, 20), reason="出差", by=member.advisor, at=moment("2026-03-06 11:00"))
    Step.objects.exclude(pk=step.pk).delete()
    assert swept("2026-03-19 12:00") == (0, 0)
    assert swept("2026-03-20 12:00") == (1, 0)
    assert list(Reminder.objects.order_by("due_on").values_list("due_on", flat=True)) == [
        date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 20),
    ]  # fmt: skip


def test_back_on_a_day_already_reminded_is_not_reminded_again():
    member = looked_after()
    step = steps_of(bought(member))["thanks"]
    swept("2026-03-05 10:00")
    services.put_off(step, to_day=date(2026, 3, 20), reason="出差", by=member.advisor, at=moment("2026-03-05 11:00"))
    services.take_back(step, by=member.advisor, at=moment("2026-03-05 11:05"))

    assert swept("2026-03-05 12:00") == (0, 0)
    assert Reminder.objects.count() == 1


@pytest.mark.parametrize("refused", [False, True])
def test_who_must_not_be_contacted_is_not_reminded(refused):
    member = looked_after()
    bought(member)
    if refused:
        Consent.objects.create(member=member, channel="phone", state="refused", given_on=date(2026, 3, 4))
    else:
        member.do_not_contact = True
        member.save()

    assert swept("2026-03-09 12:00") == (0, 0)


def test_an_unassigned_step_is_reminded_without_a_person():
    bought(MemberFactory())

    assert swept("2026-03-05 12:00") == (1, 0)
    assert Reminder.objects.get().owner is None


def test_more_than_one_batch(monkeypatch):
    monkeypatch.setattr(services.sweep, "BATCH", 2)
    for _ in range(5):
        bought(looked_after())

    assert swept("2026-03-07 12:00") == (5, 5)


def test_the_command_prints_what_it_did(capsys):
    bought(looked_after())

    call_command("run_followups", "--now", "2026-03-07T10:00+08:00", "--json")
    assert json.loads(capsys.readouterr().out) == {"reminded": 1, "overdue": 1}
    call_command("run_followups", "--now", "2026-03-07 10:05")
    assert "0" in capsys.readouterr().out
    for odd in ("soon", "2026-02-30T10:00"):
        with pytest.raises(CommandError, match="not a date and time"):
            call_command("run_followups", "--now", odd)


def test_the_task_does_the_same_as_of_now(time_machine):
    bought(looked_after())
    time_machine.move_to(moment("2026-03-05 12:00"))

    assert tasks.run_followups() == {"reminded": 1, "overdue": 0}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_sweeps_at_once_remind_once(monkeypatch):
    monkeypatch.setattr(services.sweep, "BATCH", 3)
    for _ in range(20):
        bought(looked_after())
    found, start = [], threading.Barrier(4)

    def sweep():
        start.wait()
        try:
            found.append(services.run_followups(moment("2026-03-07 12:00")))
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(one.reminded for one in found) == Reminder.objects.count() == 20
    assert sum(one.overdue for one in found) == StepEvent.objects.filter(kind="overdue").count() == 20
