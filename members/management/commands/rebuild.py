import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.models import Member
from members.services.reviews import members_with_cards, rebuild
from vipcrm.progress import Progress

DIFFERS = 4


class Command(BaseCommand):
    help = "Rebuilds everything derived; with --check writes nothing and exits 4 if something stored differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--members", metavar="CARD,…", help="only these members")
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, members: str | None, check: bool, json: bool, **options: Any) -> None:
        with Progress(self.stderr, "members") as progress:
            found = rebuild(member_ids=_ids(members), now=timezone.now(), check=check, progress=progress)
        self.stdout.write(_answer({what: count for what, count in found.items() if count}, json))
        if check and found.total():
            sys.exit(DIFFERS)


def _ids(cards: str | None) -> list[int] | None:
    if cards is None:
        return None
    try:
        return members_with_cards([card.strip() for card in cards.split(",") if card.strip()])
    except Member.DoesNotExist as error:
        raise CommandError(f"there is no member with card {error}") from error


def _answer(differing: dict[str, int], as_json: bool) -> str:
    if as_json:
        return json.dumps(differing)
    return ", ".join(f"{what} {count}" for what, count in differing.items()) or "nothing differs"
