"""The database goes away under a program that keeps a pool of connections, also in the middle of an import.

`tests/vipcrm/test_database_gone.py` does the same to a real web server and worker, without a pool.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from members.enums import ImportState
from members.imports import jobs
from members.models import Receipt
from members.services.reviews import rebuild
from tests.factories import MemberFactory, StoreFactory, admin
from tests.faults.cable import Cable

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.processes]
ROOT = Path(__file__).resolve().parents[2]
ROWS = 2_000


@pytest.fixture
def cable():
    values = connection.settings_dict
    cable = Cable(f"{values['HOST']}/.s.PGSQL.{values['PORT']}")
    yield cable
    cable.pull()


@pytest.fixture
def program(process_env, cable, settings, tmp_path):
    """`say(word)` tells it what to do and gives back its answer."""
    settings.MEDIA_ROOT = tmp_path
    values = connection.settings_dict
    env = {name: value for name, value in process_env.items() if name != "PYTEST_VERSION"}
    env |= {
        "DATABASE_URL": f"postgresql://{values['USER']}@127.0.0.1:{cable.port}/{values['NAME']}",
        "DATABASE_POOL": "3",
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": "s" * 50,
        "HTTPS": "0",
        "HASHED_STATIC": "0",
        "MEDIA_ROOT": str(tmp_path),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.pooled"],
        cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def say(word):
        process.stdin.write(word + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield say
    process.stdin.close()
    process.stdout.close()
    process.wait(timeout=20)
    cable.pull()


@pytest.fixture
def asked(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    MemberFactory(card_no="C1", home_store=StoreFactory(code="4001"))
    head = "receipt_no,store,sold_at,card_no,product_code,unit_price,quantity"
    rows = [f"R{n},4001,2026-03-01 10:00,C1,P1,10,1" for n in range(ROWS)]
    upload = SimpleUploadedFile("sales.csv", "\n".join([head, *rows, ""]).encode())
    return jobs.ask_import("purchases", upload, by=admin(), at=timezone.now())


def test_pages_and_tasks_carry_on_without_a_restart(asked, program, cable):
    assert program("page")[0] == 200

    cable.pull()
    status, text = program("page")
    assert status == 503 and "再试一次" in text
    assert program("task")[0] == "FAILURE"
    assert program("page")[0] == 503

    cable.plug()
    soon = time.monotonic() + 10
    while program("page")[0] != 200:
        assert time.monotonic() < soon, "the pool has not noticed"
    assert program("task") == ["SUCCESS", "1"]
    assert Receipt.objects.count() == ROWS


def test_an_import_that_loses_the_database_is_done_afterwards(asked, program, cable):
    assert program("page")[0] == 200

    cable.pull_after(60_000)  # the file alone is larger
    state, error = program("task")
    assert state == "FAILURE" and "Error" not in error.split()[:1]
    asked.refresh_from_db()
    assert (asked.state in jobs.UNFINISHED, Receipt.objects.count()) == (True, 0)

    cable.plug()
    soon = time.monotonic() + 10
    while program("page")[0] != 200:
        assert time.monotonic() < soon, "the pool has not noticed"
    assert program("task") == ["SUCCESS", "1"]
    asked.refresh_from_db()
    assert (asked.state, asked.created, Receipt.objects.count()) == (ImportState.DONE, ROWS, ROWS)
    assert rebuild(now=timezone.now(), check=True).total() == 0
