import json
from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.models import Member, Receipt, TierChange
from vipcrm.models import Store


class Command(BaseCommand):
    help = "The tier changes in force of a member up to today, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("card", metavar="CARD")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, card: str, json: bool, **options: Any) -> None:
        member = Member.objects.select_related("home_store").filter(card_no=card).first()
        if member is None:
            raise CommandError(f"there is no member with card {card}")
        rows = tier_history(member)
        self.stdout.write(_as_json(rows) if json else "\n".join(map(_as_text, rows)) or "no tier yet")


def tier_history(member: Member) -> list[dict[str, Any]]:
    """The history as design.md fixes it: at, from, to, reason, spend, receipts."""
    changes = list(member.tier_changes.filter(withdrawn_at__isnull=True).order_by("seq"))
    receipts = _receipts(changes)
    return [_row(change, member.home_store, receipts) for change in changes]


def _receipts(changes: list[TierChange]) -> dict[int, Receipt]:
    ids = {pk for change in changes for pk in change.receipt_ids}
    return Receipt.objects.select_related("store").in_bulk(ids)


def _row(change: TierChange, home: Store, receipts: dict[int, Receipt]) -> dict[str, Any]:
    return {
        "at": _local_time(change, home, receipts).isoformat(),
        "from": change.from_tier or None,
        "to": change.to_tier or None,
        "reason": change.reason,
        "spend": float(change.spend),
        "receipts": [receipts[pk].number for pk in change.receipt_ids],
    }


def _local_time(change: TierChange, home: Store, receipts: dict[int, Receipt]) -> datetime:
    """With the offset of the receipt's store; a review starts its day in the home store."""
    if change.reason in ("joined", "single", "cumulative"):
        return change.at.astimezone(receipts[change.receipt_ids[-1]].store.tz)
    if change.reason == "manual":
        return change.at.astimezone(home.tz)
    return datetime.combine(change.on, time(), home.tz)


def _as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)


def _as_text(row: dict[str, Any]) -> str:
    return f"{row['at']}  {row['from'] or '–'} → {row['to'] or '–'}  {row['reason']}  {row['spend']:.2f}"
