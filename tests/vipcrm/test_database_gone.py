"""A real web server and worker whose PostgreSQL goes away for a while and comes back."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from vipcrm import embedded
from vipcrm.embedded import places

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("embedded")]

PROJECT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent


@pytest.fixture
def site():
    """A folder of its own with web server and worker; gives the port, the folder of the services, the worker's log."""
    var = Path(tempfile.mkdtemp(prefix="vipcrm-gone-"))
    var.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "VIPCRM_VAR": str(var), "DATABASE_POOL": "4", "LOG_LEVEL": "INFO"}
    env.pop("PYTEST_XDIST_WORKER", None)
    log = open(var / "worker.log", "w")
    hold = subprocess.Popen([sys.executable, "manage.py", "run_services"], cwd=PROJECT, env=env, stdout=subprocess.PIPE)
    hold.stdout.readline()
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=env, check=True)
    granian = [
        "--interface",
        "wsgi",
        "--no-ws",
        "--port",
        str(port),
        "--blocking-threads",
        "2",
        "vipcrm.wsgi:application",
    ]
    worker = ["-A", "vipcrm", "worker", "--pool", "solo", "--loglevel", "INFO"]
    programs = [
        subprocess.Popen([BIN / "granian", *granian], cwd=PROJECT, env=env, stdout=log, stderr=log),
        subprocess.Popen([BIN / "celery", *worker], cwd=PROJECT, env=env, stdout=log, stderr=log),
    ]
    yield port, var / "test", env
    for program in [*programs, hold]:
        program.terminate()
        program.wait(timeout=30)
    hold.stdout.close()
    log.close()
    shutil.rmtree((var / "test" / "data_place").read_text(), ignore_errors=True)
    shutil.rmtree(places.socket_folder(var / "test", places.account()), ignore_errors=True)
    shutil.rmtree(var)


def get(port, path="/members/"):
    """Status of a page asked for with a session cookie, so that the database is needed."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": f"sessionid={'a' * 32}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def wait_for(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def ask_worker(env):
    """Queue a sweep as beat does, by name."""
    call = [BIN / "celery", "-A", "vipcrm", "call", "followups.tasks.run_followups"]
    subprocess.run(call, cwd=PROJECT, env=env, check=True, stdout=subprocess.DEVNULL)


def outcomes(folder):
    log = (folder.parent / "worker.log").read_text()
    return log.count("run_followups") - log.count("received"), log.count("succeeded in"), log.count("raised unexpected")


def test_pages_say_so_and_tasks_carry_on_afterwards(site):
    port, folder, env = site
    wait_for(lambda: get(port) == 200)  # the login page, after a look at the session in the database
    ask_worker(env)
    wait_for(lambda: outcomes(folder)[1] == 1)

    keeper = psutil.Process(int((folder / "keeper.pid").read_text()))
    keeper.suspend()  # nobody starts it again
    postmaster = next(child for child in keeper.children() if child.name() == "postgres")
    postmaster.send_signal(signal.SIGINT)
    wait_for(lambda: postmaster.status() == psutil.STATUS_ZOMBIE)
    began = time.monotonic()
    assert get(port) == 503
    assert get(port, "/readyz") == 503
    assert get(port, "/healthz") == 200
    assert time.monotonic() - began < 60
    ask_worker(env)
    wait_for(lambda: outcomes(folder)[2] == 1)

    keeper.resume()
    wait_for(lambda: get(port) == 200)
    ask_worker(env)
    wait_for(lambda: outcomes(folder)[1] == 2)
    assert embedded.keeper_is_alive(folder)
