"""Keep the embedded PostgreSQL and Valkey up for programs that come and go."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Starts the embedded services (settings did, if nobody had) and holds them until Ctrl-C or SIGTERM."""

    help = "Start the embedded PostgreSQL and Valkey and keep them up until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        services = settings.SERVICES
        if services is None:
            raise CommandError("DATABASE_URL and REDIS_URL are set: there is nothing embedded to run.")
        self.stdout.write(f"DATABASE_URL={services.database_url}")
        self.stdout.write(f"REDIS_URL={services.redis_url}")
        self.stdout.write("Running. Ctrl-C stops.")
        self.stdout.flush()
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
        signal.signal(signal.SIGINT, lambda number, frame: stop.set())
        stop.wait()
