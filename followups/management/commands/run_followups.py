import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from followups import services
from vipcrm.progress import Progress


class Command(BaseCommand):
    help = "Reminds follow-ups that are due and marks those overdue, as beat does every minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", type=_moment, help="2026-11-21T10:00+08:00; without offset: server time zone")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        with Progress(self.stderr, "steps") as progress:
            swept = services.run_followups(options["now"] or timezone.now(), progress=progress)
        if options["json"]:
            self.stdout.write(json.dumps(swept._asdict()))
        else:
            self.stdout.write(f"reminded {swept.reminded}, overdue {swept.overdue}")


def _moment(text: str) -> datetime:
    """A date and time as given, or a date alone (its start)."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise ArgumentTypeError(f"“{text}” is not a date and time, write 2026-11-21T10:00+08:00")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
