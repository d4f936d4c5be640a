"""The process that owns the embedded servers: `python -m vipcrm.embedded.keeper FOLDER durable|fast`.

Started by `vipcrm.embedded.start`; sleeps until the kernel gives it the exclusive lock of in_use.lock, which is when no
process uses the services any more, and stops them. A server that dies in between is started again.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from .postgres import DATABASE, PORT, USER, Postgres
from .valkey import Valkey

READY_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0
LOG_LIMIT = 5_000_000  # bytes
PR_SET_PDEATHSIG = 1


class Stop(Exception):
    """Asked to end (SIGTERM)."""


class ServerDied(Exception):
    """A server ended without being asked."""


class Server:
    """One running server and how to end it."""

    def __init__(self, service: Postgres | Valkey, stop_signal: signal.Signals) -> None:
        self.service = service
        self.stop_signal = stop_signal
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.service.prepare()
        self.process = self.service.spawn(_die_with_keeper(self.stop_signal))

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT
        while not self.service.answers():
            if self.has_ended() or time.monotonic() > deadline:
                raise RuntimeError(f"{type(self.service).__name__} does not answer; see {self.service.log}")
            time.sleep(0.02)

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        if self.process is None or self.has_ended():
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_TIMEOUT)
            self.process.kill()


def _die_with_keeper(stop_signal: signal.Signals) -> Callable[[], None]:
    """The kernel sends `stop_signal` to the server if the keeper is killed (Linux; elsewhere the next start tidies)."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def in_child() -> None:
        os.setsid()
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)

    return in_child


def main(folder: Path, *, durable: bool) -> None:
    alone = _lock(folder / "keeper.lock", fcntl.LOCK_EX)
    (folder / "keeper.pid").write_text(str(os.getpid()))
    _listen_to_signals()
    servers: list[Server] = []
    try:
        _start_all(folder, durable, servers)
        _say("ready")
        _keep(folder, servers)
    except Stop:
        pass
    except Exception:
        traceback.print_exc()
        _say("failed")
    finally:
        _stop_all(folder, servers)
        os.close(alone)  # before in_use.lock goes with the process: who waits there must find no keeper


def _start_all(folder: Path, durable: bool, servers: list[Server]) -> None:
    for name in ("postgres.log", "valkey.log", "keeper.log"):
        _trim(folder / name)
    postgres = Postgres(folder, durable=durable)
    valkey = Valkey(folder, postgres.sockets)
    servers += [Server(postgres, signal.SIGINT), Server(valkey, signal.SIGTERM)]
    for server in servers:
        server.start()
    for server in servers:
        server.wait_until_ready()
    state = {
        "postgres_host": str(postgres.sockets),
        "postgres_port": PORT,
        "postgres_user": USER,
        "postgres_database": DATABASE,
        "redis_url": f"unix://{valkey.socket}",
    }
    partial = folder / "state.json.new"
    partial.write_text(json.dumps(state, indent=1))
    partial.replace(folder / "state.json")


def _keep(folder: Path, servers: list[Server]) -> None:
    """Sleep until nobody holds a lease; meanwhile raise up a server that fell."""
    while True:
        try:
            signal.signal(signal.SIGCHLD, _on_child)
            if not any(server.has_ended() for server in servers):
                _lock(folder / "in_use.lock", fcntl.LOCK_EX)  # kept open: newcomers wait until we are gone
                return
        except ServerDied:
            pass
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _revive(servers)


def _revive(servers: list[Server]) -> None:
    for server in servers:
        if server.has_ended():
            sys.stderr.write(f"{type(server.service).__name__} ended by itself; starting it again\n")
            server.start()
            server.wait_until_ready()


def _on_child(number: int, frame: FrameType | None) -> None:
    raise ServerDied


def _stop_all(folder: Path, servers: list[Server]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / "state.json").unlink(missing_ok=True)
    for server in servers:
        server.stop()


def _listen_to_signals() -> None:
    def on_term(number: int, frame: FrameType | None) -> None:
        raise Stop

    signal.signal(signal.SIGTERM, on_term)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _lock(path: Path, kind: int) -> int:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, kind)
    except BaseException:  # a signal
        os.close(fd)
        raise
    return fd


def _trim(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        os.truncate(log, 0)


def _say(word: str) -> None:
    """Tell who started us, once; afterwards nothing of ours is connected to it."""
    with suppress(OSError):
        os.write(1, word.encode())
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.close(null)


if __name__ == "__main__":
    main(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
