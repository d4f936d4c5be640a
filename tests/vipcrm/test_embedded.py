"""The embedded services with real processes: shared, stopped by the last, not blocked by the killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from vipcrm import embedded
from vipcrm.embedded import places

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("embedded")]

PROJECT = Path(__file__).resolve().parent.parent.parent

HOLD = """
import sys
from pathlib import Path
from vipcrm import embedded
services = embedded.start(Path(sys.argv[1]), durable=False)
print(services.database_url, flush=True)
sys.stdin.readline()
"""

FORK = """
import os, sys
from pathlib import Path
from vipcrm import embedded
services = embedded.start(Path(sys.argv[1]), durable=False)
if os.fork() == 0:
    print(os.getpid(), flush=True)
    sys.stdin.readline()
    os._exit(0)
sys.exit(0)  # the parent leaves first
"""

started = []


@pytest.fixture
def folder():
    place = Path(tempfile.mkdtemp(prefix="vipcrm-test-"))
    place.chmod(0o755)
    yield place
    end_started()
    wait_until(lambda: not embedded.keeper_is_alive(place))
    clean(place)


def end_started():
    """Whatever a failed test left running must not hold the services."""
    while started:
        process = started.pop()
        for pipe in (process.stdin, process.stdout):
            pipe.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def clean(folder):
    note = folder / "data_place"
    if note.exists():
        shutil.rmtree(note.read_text(), ignore_errors=True)
    shutil.rmtree(places.socket_folder(folder, places.account()), ignore_errors=True)
    shutil.rmtree(folder)


def run(folder, program=HOLD):
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    started.append(process)
    return process


def address(process):
    line = process.stdout.readline().strip()
    assert line, "the process ended before it had the services"
    return line


def let_go(process):
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def keeper(folder):
    return psutil.Process(int((folder / "keeper.pid").read_text()))


def servers(folder):
    """The postmaster and the Valkey of this folder, whoever their parent is."""
    places_ = (str(folder), Path(folder / "data_place").read_text())
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] in ("postgres", "valkey-server")
        and any(place in part for place in places_ for part in process.info["cmdline"] or [])
    ]


def query(url, sql):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(sql).fetchone()


def test_two_processes_share_and_the_last_one_stops(folder):
    first = run(folder)
    url = address(first)
    started = keeper(folder)
    second = run(folder)
    assert address(second) == url
    assert keeper(folder) == started

    let_go(first)
    assert query(url, "SELECT 1") == (1,)
    assert started.is_running()

    let_go(second)
    assert not embedded.keeper_is_alive(folder)
    assert servers(folder) == []


def test_both_servers_answer_and_speak_utf8(folder):
    process = run(folder)
    url = address(process)
    services = embedded.read_state(folder)
    assert redis.Redis.from_url(services.redis_url).ping()
    assert query(url, "SHOW server_encoding") == ("UTF8",)
    assert query(url, "SELECT upper('é')") == ("É",)
    assert query(url, "SHOW listen_addresses") == ("",)
    let_go(process)


def test_data_survives_the_last_one_leaving(folder):
    process = run(folder)
    with psycopg.connect(address(process), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    let_go(process)
    process = run(folder)
    assert query(address(process), "SELECT n FROM kept") == (7,)
    let_go(process)


def test_a_killed_process_takes_the_services_down_and_blocks_nothing(folder):
    process = run(folder)
    address(process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: not embedded.keeper_is_alive(folder))
    assert servers(folder) == []
    process = run(folder)
    assert query(address(process), "SELECT 1") == (1,)
    let_go(process)


def test_a_killed_process_leaves_the_services_to_the_others(folder):
    killed, other = run(folder), run(folder)
    address(killed)
    url = address(other)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    time.sleep(0.3)
    assert query(url, "SELECT 1") == (1,)
    let_go(other)


def test_everything_killed_at_once_starts_again(folder):
    process = run(folder)
    url = address(process)
    query_result = query(url, "SELECT 1")
    assert query_result == (1,)
    everything = [process.pid, keeper(folder).pid, *[server.pid for server in servers(folder)]]
    for pid in everything[1:] + everything[:1]:
        os.kill(pid, signal.SIGKILL)
    process.wait()
    assert (Path((folder / "data_place").read_text()) / "postmaster.pid").exists()  # stale on purpose
    process = run(folder)
    assert query(address(process), "SELECT 1") == (1,)
    let_go(process)


def test_a_killed_keeper_takes_its_servers_along_and_the_next_start_works(folder):
    first = run(folder)
    address(first)
    os.kill(keeper(folder).pid, signal.SIGKILL)
    second = run(folder)
    assert query(address(second), "SELECT 1") == (1,)
    assert len([server for server in servers(folder) if server.info["name"] == "valkey-server"]) == 1
    let_go(first)
    let_go(second)


def test_a_server_that_dies_is_started_again(folder):
    process = run(folder)
    url = address(process)
    postmaster = next(server for server in servers(folder) if server.info["name"] == "postgres")
    postmaster.kill()

    def answers():
        try:
            return query(url, "SELECT 1") == (1,)
        except psycopg.OperationalError:
            return False

    wait_until(answers)
    let_go(process)


def test_five_at_the_same_instant_start_it_once(folder):
    processes = [run(folder) for _ in range(5)]
    assert len({address(process) for process in processes}) == 1
    log = (folder / "postgres.log").read_text()
    assert log.count("database system is ready to accept connections") == 1
    assert log.count("starting PostgreSQL") == 1
    for process in processes:
        let_go(process)
    assert not embedded.keeper_is_alive(folder)


def test_start_while_the_last_one_leaves(folder):
    """A newcomer in the middle of a shutdown waits for its end and gets services that stay."""
    for _ in range(4):
        leaving = run(folder)
        address(leaving)
        leaving.stdin.write("\n")
        leaving.stdin.flush()
        coming = run(folder)
        url = address(coming)
        leaving.communicate(timeout=60)
        time.sleep(0.1)
        assert query(url, "SELECT 1") == (1,)
        let_go(coming)


def test_a_forked_child_keeps_the_services(folder):
    parent = run(folder, FORK)
    child = int(parent.stdout.readline())
    parent.wait(timeout=60)
    time.sleep(0.3)
    assert psutil.pid_exists(child)
    assert embedded.keeper_is_alive(folder)
    assert query(embedded.read_state(folder).database_url, "SELECT 1") == (1,)
    parent.stdin.write("\n")
    parent.stdin.close()
    parent.stdout.close()
    wait_until(lambda: not embedded.keeper_is_alive(folder))


def test_a_folder_name_too_long_for_a_socket(folder):
    deep = folder / ("长" * 40) / ("x" * 120)
    process = run(deep)
    assert query(address(process), "SELECT 1") == (1,)
    assert len(embedded.read_state(deep).postgres_host) < 100
    let_go(process)
    clean(deep)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account run PostgreSQL")
def test_root_with_a_folder_that_nobody_may_enter(folder):
    private = folder / "private"
    private.mkdir(mode=0o700)
    process = run(private / "var")
    assert query(address(process), "SELECT 1") == (1,)
    assert private.stat().st_mode & 0o777 == 0o700
    let_go(process)
    clean(private / "var")


def test_a_pid_file_whose_number_has_a_new_owner(folder):
    process = run(folder)
    address(process)
    let_go(process)
    stale = Path((folder / "data_place").read_text()) / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n")
    process = run(folder)
    assert query(address(process), "SELECT 1") == (1,)
    let_go(process)


def test_named_servers_start_nothing(tmp_path):
    """Settings with both addresses import without a lease, a folder of data, or a process."""
    names = {"DATABASE_URL": "postgres://u:p@db.invalid/x", "REDIS_URL": "redis://r.invalid/0", "SECRET_KEY": "k" * 50}
    probe = (
        "from vipcrm import settings; print(settings.SERVICES, settings.DATABASE['HOST'], settings.CELERY_BROKER_URL)"
    )
    output = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=PROJECT,
        env={**os.environ, **names, "VIPCRM_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert output.stdout.split() == ["None", "db.invalid", "redis://r.invalid/0"]
    assert not list(tmp_path.rglob("*.lock"))
