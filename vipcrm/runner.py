"""Several programs as one: started together, stopped together, however the stop arrives."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

GRACE = 10.0  # seconds between asking a program to end and ending it
PR_SET_PDEATHSIG = 1


class Runner:
    """Runs programs until one of them ends or SIGINT, SIGTERM or SIGHUP arrives; then ends all of them."""

    def __init__(self, folder: Path, on_end: Callable[[str], None]) -> None:
        self.folder = folder
        self.on_end = on_end  # told a sentence when a program ended by itself
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.told = False

    def run(self, commands: dict[str, list[str]]) -> int:
        """Blocks; 0 if we were told to stop, 1 if a program ended by itself."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            for name, command in commands.items():
                if not self.told:
                    self.running[name] = subprocess.Popen(
                        command, cwd=self.folder, stdin=subprocess.DEVNULL, preexec_fn=_in_child()
                    )
            self._watch()
        finally:
            self._end_all()
        return 0 if self.told else 1

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.told = True

    def _watch(self) -> None:
        while not self.told:
            for name, process in self.running.items():
                if process.poll() is not None:
                    self.on_end(f"{name} ended by itself (exit code {process.returncode}).")
                    return
            time.sleep(0.2)

    def _end_all(self) -> None:
        for process in self.running.values():
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
        for process in self.running.values():
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the program; SIGKILL also to what it has started."""
    with suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.send_signal(number)


def _in_child() -> Callable[[], None]:
    """An own session, so that Ctrl-C reaches us alone; and the kernel ends the program if we are killed (Linux)."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def prepare() -> None:
        os.setsid()
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)

    return prepare
