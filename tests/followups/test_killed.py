"""A process that is killed in the middle of `run_followups` leaves nothing missing and nothing twice."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from followups import services
from followups.models import Reminder, Step, StepEvent
from members.models import Member, Product, Receipt, ReceiptLine
from members.services import receipts_net
from tests.factories import StaffFactory, StoreFactory
from tests.followups.factories import moment

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.processes]

ROOT = Path(__file__).resolve().parents[2]
NOW = moment("2026-03-12 12:00")
KILLS = 10
MEMBERS = 2_000  # each with two steps that are due and overdue
GUARDED = [sys.executable, "manage.py", "run_followups", "--now", NOW.isoformat()]
UNGUARDED = [sys.executable, "-m", "tests.followups.unguarded", "--now", NOW.isoformat()]


def many_due_steps():
    store = StoreFactory()
    clerk = StaffFactory(store=store)
    product = Product.objects.create(code="P", name="P")
    day = moment("2026-03-02 15:00").date()
    members = Member.objects.bulk_create(
        Member(card_no=f"K{n}", name="王晓梅", phone=f"+86139{n:08d}", home_store=store, advisor=clerk,
               enrolled_on_given=day, enrolled_on=day) for n in range(MEMBERS)
    )  # fmt: skip
    at = moment("2026-03-02 15:00")
    receipts = Receipt.objects.bulk_create(
        Receipt(store=store, number=f"R{n}", sold_at=at, sold_on=day, recorded_at=at, member=member)
        for n, member in enumerate(members)
    )
    ReceiptLine.objects.bulk_create(
        ReceiptLine(receipt=receipt, line_no=1, product=product, product_name="P", unit_price=100, quantity=1)
        for receipt in receipts
    )
    receipts_net.refresh_nets([receipt.pk for receipt in receipts])
    services.refresh_steps([receipt.pk for receipt in receipts])


def progress():
    return Reminder.objects.count() + StepEvent.objects.count()


def kill_in_the_middle(command, env, chance):
    """Starts the program and kills it at a random moment after it has begun; says whether it was still running."""
    done_before, further = progress(), chance.choice([0, 1, 501])
    program = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while program.poll() is None and progress() < done_before + max(further, 1):
        time.sleep(0.004)
    time.sleep(chance.uniform(0, 0.03))
    running = program.poll() is None
    program.send_signal(signal.SIGKILL)
    program.wait()
    return running


def faults_after_kills(command, env, kills=KILLS):
    """Steps that were not reminded, or more than once, after `kills` kills and one run to the end; and how many hit."""
    chance = random.Random()
    hits = sum(kill_in_the_middle(command, env, chance) for _ in range(kills))
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    due = set(Step.objects.filter(due_on__lt=NOW.date() - timedelta(days=1)).values_list("pk", flat=True))
    reminded = Counter(Reminder.objects.values_list("step", flat=True))
    return {step for step in due | set(reminded) if reminded[step] != 1}, hits


def test_killed_ten_times_nothing_is_missing_and_nothing_twice(process_env):
    many_due_steps()

    faults, hits = faults_after_kills(GUARDED, process_env)

    assert faults == set()
    assert hits >= 3, "the kills came too late to mean anything"
    assert Reminder.objects.count() == 2 * MEMBERS
    overdue = Counter(StepEvent.objects.filter(kind="overdue").values_list("step", flat=True))
    assert len(overdue) == 2 * MEMBERS and set(overdue.values()) == {1}


def test_the_same_kills_lose_reminders_when_the_guard_is_off(process_env):
    many_due_steps()

    faults, _hits = faults_after_kills(UNGUARDED, process_env)

    assert faults
