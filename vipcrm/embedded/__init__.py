"""A private PostgreSQL and Valkey for whoever has not named a server: nothing to install, nothing to clean up.

Every process takes a *lease*: a shared kernel lock on one file. One *keeper* process (``keeper.py``) starts the
servers and sleeps on the exclusive lock of the same file; the kernel wakes it when the last lease is gone, however
its holder ended (SIGKILL included). There are no counts and no process ids that could go stale.
docs/decisions/0002-embedded-services.md says why.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
START_TIMEOUT = 90.0  # seconds; the first start on a slow disk writes a whole cluster
STOP_TIMEOUT = 15.0


class ServicesError(RuntimeError):
    """The embedded services could not be started; the text says what to look at."""


@dataclass(frozen=True)
class Services:
    """Where the running services are: a socket folder for PostgreSQL, a socket for Valkey."""

    postgres_host: str
    postgres_port: int
    postgres_user: str
    postgres_database: str
    redis_url: str

    @property
    def database_url(self) -> str:
        """What `DATABASE_URL` would be, for programs that take an address."""
        host = self.postgres_host
        return f"postgresql://{self.postgres_user}@/{self.postgres_database}?host={host}&port={self.postgres_port}"


class Lease:
    """This process' share in the services of one folder; forked children get one of their own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "in_use.lock"
        self.fd = self.take()
        self.for_children: dict[int, int] = {}  # thread → lock of the child that it is about to fork
        os.register_at_fork(
            before=self.before_fork, after_in_parent=self.after_fork_in_parent, after_in_child=self.after_fork_in_child
        )

    def take(self) -> int:
        """A new shared lock. Waits while a keeper is stopping the services."""
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_SH)
        return fd

    # A lock belongs to the opened file, which a fork shares: a child that kept the parent's would have it dropped or
    # turned exclusive under its feet. So it gets one of its own, taken before there is a child.

    def before_fork(self) -> None:
        if self.fd >= 0:
            self.for_children[threading.get_ident()] = self.take()

    def after_fork_in_parent(self) -> None:
        with suppress(KeyError):
            os.close(self.for_children.pop(threading.get_ident()))

    def after_fork_in_child(self) -> None:
        own = self.for_children.pop(threading.get_ident(), -1)
        for inherited in [self.fd, *self.for_children.values()]:
            if inherited >= 0:
                os.close(inherited)
        self.for_children.clear()
        self.fd = own

    def is_last(self) -> bool:
        """Turn the lease into the exclusive lock if nobody else holds one; false leaves no lock at all."""
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def drop(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


_leases: dict[Path, Lease] = {}


def start(folder: Path, *, durable: bool = True) -> Services:
    """Share the services of `folder`, starting them if nobody has; they stay until this process ends.

    `durable=False` (tests) trades fsync for speed and counts only for whoever starts the servers.
    Safe to call again; raises ServicesError with the log's last lines.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    if folder not in _leases:
        _leases[folder] = Lease(folder)
        atexit.register(leave, folder)
    with _only_one(folder / "start.lock"):
        if not keeper_is_alive(folder):
            _start_keeper(folder, durable)
    return read_state(folder)


def leave(folder: Path) -> None:
    """Give the lease back; the last one to leave waits until the services are down."""
    folder = folder.resolve()
    lease = _leases.pop(folder, None)
    if lease is None or lease.fd < 0:
        return
    if lease.is_last():
        with suppress(OSError, ValueError):
            os.kill(int((folder / "keeper.pid").read_text()), signal.SIGTERM)
        _wait_until_stopped(folder)
    lease.drop()


def keeper_is_alive(folder: Path) -> bool:
    """Whether a keeper has the services of `folder` in hand (asked of the kernel, not of a file's text)."""
    fd = os.open(folder / "keeper.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def read_state(folder: Path) -> Services:
    """The addresses that the keeper wrote down."""
    return Services(**json.loads((folder / "state.json").read_text()))


class _only_one:
    """Exclusive kernel lock on a file for the length of a with-block."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def __exit__(self, *exc: object) -> None:
        os.close(self.fd)


def _start_keeper(folder: Path, durable: bool) -> None:
    """Start the keeper detached from this terminal and wait for its word that both servers answer."""
    with open(folder / "keeper.log", "ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "vipcrm.embedded.keeper", str(folder), "durable" if durable else "fast"],
            cwd=PROJECT,
            env=_quiet_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert keeper.stdout is not None
    answer = keeper.stdout.read().decode().strip()  # the keeper closes it when it is ready or has failed
    keeper.stdout.close()
    if answer != "ready":
        keeper.wait(timeout=START_TIMEOUT)
        raise ServicesError(_failure(folder))
    keeper.returncode = 0  # it lives on by itself: no ResourceWarning, no waiting for it


def _quiet_environment() -> dict[str, str]:
    """The keeper outlives us: it takes nothing along that would change a server's behaviour."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "COV_"))}
    return kept | {"LC_ALL": "C"}


def _wait_until_stopped(folder: Path) -> None:
    deadline = time.monotonic() + STOP_TIMEOUT
    while keeper_is_alive(folder) and time.monotonic() < deadline:
        time.sleep(0.02)


def _failure(folder: Path) -> str:
    logs = [folder / "keeper.log", folder / "postgres.log", folder / "valkey.log"]
    tails = [
        f"--- {log}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]) for log in logs if log.exists()
    ]
    hint = "Set DATABASE_URL and REDIS_URL to use servers of your own, or VIPCRM_VAR to choose another folder."
    return "\n".join(["The embedded PostgreSQL and Valkey did not start.", hint, *tails])
