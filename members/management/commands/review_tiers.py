import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from members.services.reviews import review_tiers


class Command(BaseCommand):
    help = "Runs the annual reviews due up to a date (a date after today only counts and writes nothing)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="2026-10-31; default: today")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, as_of: date | None, json: bool, **options: Any) -> None:
        self.stdout.write(_answer(review_tiers(as_of=as_of, now=timezone.now()), json))


def _answer(counts: dict[str, int], as_json: bool) -> str:
    return json.dumps(counts) if as_json else ", ".join(f"{name} {count}" for name, count in counts.items())
