"""The runner of `make demo` with real programs: all end together, however the end comes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.processes

PROJECT = Path(__file__).resolve().parent.parent.parent
RUN = """
import sys, json
from pathlib import Path
from vipcrm.runner import Runner
sys.exit(Runner(Path("."), on_end=lambda text: print(text, flush=True)).run(json.loads(sys.argv[1])))
"""
SAY = "import os, time; os.write(1, b'%d\\n' % os.getpid());"  # one write: two programs share the pipe
SLEEP = [sys.executable, "-c", f"{SAY} time.sleep(300)"]
STUBBORN = [
    sys.executable,
    "-c",
    f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SAY} time.sleep(300)",
]
SHORT = [sys.executable, "-c", f"{SAY} time.sleep(1); raise SystemExit(3)"]


def start(commands, **options):
    import json

    runner = subprocess.Popen(
        [sys.executable, "-c", RUN, json.dumps(commands)], cwd=PROJECT, stdout=subprocess.PIPE, text=True, **options
    )
    return runner, [int(runner.stdout.readline()) for _ in commands]


def alive(pids):
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_programs(number):
    runner, pids = start({"a": SLEEP, "b": SLEEP})
    assert len(alive(pids)) == 2
    runner.send_signal(number)
    runner.communicate(timeout=60)
    assert runner.returncode == 0
    assert alive(pids) == []


def test_ctrl_c_works_where_a_shell_had_it_ignored():
    """A shell starts `make demo &` with SIGINT ignored."""
    runner, pids = start({"a": SLEEP}, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    runner.send_signal(signal.SIGINT)
    runner.communicate(timeout=60)
    assert alive(pids) == []


def test_a_program_that_ends_by_itself_ends_the_others():
    runner, pids = start({"steady": SLEEP, "short": SHORT})
    output, _ = runner.communicate(timeout=60)
    assert runner.returncode == 1
    assert "short ended by itself (exit code 3)" in output
    assert alive(pids) == []


def test_a_stubborn_program_is_killed_after_the_grace():
    runner, pids = start({"a": STUBBORN})
    runner.send_signal(signal.SIGTERM)
    runner.communicate(timeout=60)
    assert alive(pids) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the programs")
def test_programs_of_a_killed_runner_end_too():
    runner, pids = start({"a": SLEEP, "b": SLEEP})
    os.kill(runner.pid, signal.SIGKILL)
    runner.communicate()
    deadline = time.monotonic() + 10
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive(pids) == []
