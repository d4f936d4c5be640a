from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vipcrm.demo.seed import seed


class Command(BaseCommand):
    help = "Fills an empty database with demo data: believable, Chinese, the same for the same seed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--members", type=int, default=1_600)
        parser.add_argument("--months", type=int, default=24)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, members: int, months: int, seed: int, **options: Any) -> None:
        started = monotonic()
        try:
            _seed(members=members, months=months, number=seed, now=timezone.now(), say=self.stdout.write)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"demo data: {members:,} members in {monotonic() - started:.0f} s")


_seed = seed
