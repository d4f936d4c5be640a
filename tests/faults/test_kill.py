"""A worker that is killed in the middle of an import leaves nothing missing, nothing twice and a right result."""

import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from followups.models import Step
from members.enums import ImportState
from members.imports import jobs
from members.models import ImportRun, Receipt, ReceiptLine, Standing
from members.services.reviews import rebuild
from tests.factories import MemberFactory, StaffFactory, StoreFactory, admin

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.processes]

ROOT = Path(__file__).resolve().parents[2]
GUARDED = [sys.executable, "manage.py", "shell", "-v0", "-c", "from members.tasks import run_imports; run_imports()"]
UNGUARDED = [sys.executable, "-m", "tests.faults.unguarded"]
KILLS = 10
MEMBERS, RECEIPTS = 60, 2_000  # two lines each
HEAD = "receipt_no,line_no,store,sold_at,staff,card_no,product_code,unit_price,quantity"
BEGUN = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
 WHERE l.locktype = 'advisory' AND d.datname = current_database()
"""


@pytest.fixture
def asked(settings, tmp_path, process_env):
    """An import of 4,000 lines that somebody asked for on the page, and the environment of the workers."""
    settings.MEDIA_ROOT = tmp_path
    store = StoreFactory(code="4001")
    StaffFactory(username="lin", store=store)
    for n in range(MEMBERS):
        MemberFactory(card_no=f"C{n}", home_store=store)
    lines = [HEAD]
    for n in range(RECEIPTS):
        day = timezone.localdate() - timedelta(days=1 + n % 12)
        for line in (1, 2):
            lines.append(f"R{n},{line},4001,{day} 12:00,lin,C{n % MEMBERS},P{n % 7},{10 + n % 90}.50,{line}")
    upload = SimpleUploadedFile("sales.csv", "\n".join([*lines, ""]).encode())
    run = jobs.ask_import("purchases", upload, by=admin(), at=timezone.now())
    return run, {**process_env, "MEDIA_ROOT": str(tmp_path)}


def has_begun():
    with connection.cursor() as cursor:
        cursor.execute(BEGUN)
        return cursor.fetchone()[0] > 0 or Receipt.objects.exists()


def kill_in_the_middle(command, env, run, span, chance):
    """Starts a worker and kills it at a random moment of its import; says whether it was still at it."""
    worker = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while worker.poll() is None and not has_begun():
        time.sleep(0.02)
    time.sleep(chance.uniform(0, span))
    running = worker.poll() is None
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    run.refresh_from_db()
    return running and run.state != ImportState.DONE


def spend_by_card():
    """Worked out here from the way the file is made."""
    spend = defaultdict(Decimal)
    for n in range(RECEIPTS):
        spend[f"C{n % MEMBERS}"] += 3 * (10 + n % 90 + Decimal("0.50"))
    return spend


def faults(run):
    """What is not as one undisturbed import would have left it."""
    run.refresh_from_db()
    stored = dict(Standing.objects.filter(purchases__gt=0).values_list("member__card_no", "spend"))
    found = {
        "state": run.state != ImportState.DONE,
        "result": (run.read, run.created, run.skipped, run.errors) != (2 * RECEIPTS, 2 * RECEIPTS, 0, 0),
        "receipts": Receipt.objects.count() != RECEIPTS,
        "lines": ReceiptLine.objects.count() != 2 * RECEIPTS,
        "spend": stored != spend_by_card(),
        "steps": not Step.objects.exists(),
        "derived": rebuild(now=timezone.now(), check=True).total() > 0,
    }
    return {what for what, wrong in found.items() if wrong}


def undisturbed_seconds(asked):
    """How long the import takes when nobody disturbs it: tried once, nothing kept."""
    run, _env = asked
    run.dry_run = True
    began = time.monotonic()
    jobs._import(run, timezone.now())
    run.refresh_from_db()
    return time.monotonic() - began


def test_killed_ten_times_nothing_is_missing_and_nothing_twice(asked):
    run, env = asked
    span, chance = undisturbed_seconds(asked), random.Random()

    hits = 0
    for _ in range(KILLS):
        hits += kill_in_the_middle(GUARDED, env, run, 0.9 * span, chance)
        ImportRun.objects.filter(state=ImportState.RUNNING).update(attempts=0)  # else it is given up: below
    subprocess.run(GUARDED, cwd=ROOT, env=env, check=True)

    assert faults(run) == set()
    assert hits >= 3, "the kills came too late to mean anything"
    assert jobs.run_next(now=timezone.now()) is None


def test_an_import_whose_worker_is_killed_three_times_is_given_up(asked):
    run, env = asked

    for _ in range(jobs.MOST_ATTEMPTS):
        assert kill_in_the_middle(GUARDED, env, run, 0, random.Random())
    subprocess.run(GUARDED, cwd=ROOT, env=env, check=True)

    run.refresh_from_db()
    assert (run.state, run.attempts, Receipt.objects.exists()) == (ImportState.FAILED, 3, False)
    assert run.message and run.finished_at


def test_the_same_kills_lose_rows_when_the_guard_is_off(asked):
    run, env = asked
    span, chance = undisturbed_seconds(asked), random.Random()

    while not kill_in_the_middle(UNGUARDED, env, run, 0.3 * span, chance):
        assert run.state != ImportState.DONE
    subprocess.run(UNGUARDED, cwd=ROOT, env=env, check=True)

    assert faults(run) >= {"state", "result", "receipts", "lines", "spend"}
