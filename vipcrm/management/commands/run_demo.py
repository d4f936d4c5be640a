"""`make demo`: migrate, demo data once, then web server, worker and beat until Ctrl-C."""

import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from vipcrm.runner import Runner


class Command(BaseCommand):
    """Everything of the product in one terminal; Ctrl-C or SIGTERM stops all of it."""

    help = "Migrate, load demo data once and run web server, worker and beat."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in (see ALLOWED_HOSTS)")

    def handle(self, *args: Any, port: int, host: str, **options: Any) -> None:
        if not port_is_free(host, port):
            raise CommandError(f"Port {port} is taken. Choose another: make demo PORT={port + 1}")
        call_command("migrate", verbosity=0, interactive=False)
        self.seed_once()
        connection.close()
        self.say(welcome(host, port))
        sys.exit(Runner(settings.BASE_DIR, on_end=self.say).run(programs(host, port)))

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def seed_once(self) -> None:
        """Demo data goes into a fresh folder only; a load that was stopped begins again."""
        done = Path(settings.VAR) / "demo_data_loaded"
        if "seed_demo" not in get_commands() or done.exists():
            return
        self.say("Loading demo data (once) …")
        call_command("seed_demo")
        done.touch()


def welcome(host: str, port: int) -> str:
    """Where it is and who may log in."""
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host
    lines = ["", f"vipcrm: http://{shown}:{port}/", "", *logins(), "", "Ctrl-C stops everything.", ""]
    return "\n".join(lines)


def logins() -> list[str]:
    """What the demo data says about its people (`vipcrm.demo.logins() -> list[str]`)."""
    from vipcrm.demo.people import logins as demo_logins

    return list(demo_logins())


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def programs(host: str, port: int) -> dict[str, list[str]]:
    """Name → command of everything that runs besides the database and the queue."""
    folder = Path(sys.executable).parent
    granian = [str(folder / "granian"), "--interface", "wsgi", "--no-ws", "--host", host, "--port", str(port)]
    worker = ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    celery = [str(folder / "celery"), "--quiet", "-A", "vipcrm"]
    return {
        "web": [
            *granian,
            "--workers",
            "1",
            "--blocking-threads",
            "4",
            "--log-level",
            "warning",
            "vipcrm.wsgi:application",
        ],
        "worker": [*celery, "worker", *worker, "--loglevel", "WARNING"],
        "beat": [*celery, "beat", "--loglevel", "WARNING"],
    }
