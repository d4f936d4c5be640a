"""Replay of the tiers of all CDNOW members against a bare pass over the same receipts that only adds them up.

Both walk the same lists of the same objects, sorted before; medians of five rounds taken in turn.
"""

import csv
import gzip
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from members.rules.tiers import Programmes, Purchase, replay_many

ZONE = ZoneInfo("Asia/Shanghai")
ROUNDS = 5
UNTIL = date(2026, 11, 1)
Groups = list[tuple[str, list[Purchase]]]


def read_groups(path: Path) -> Groups:
    """(card number, purchases in order) of every member in a purchases file."""
    receipts: dict[tuple[str, str], Purchase] = {}
    cards: dict[tuple[str, str], str] = {}
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            key = row["门店"], row["小票号"]
            at = datetime.fromisoformat(row["销售时间"]).replace(tzinfo=ZONE)
            cents = int(Decimal(row["成交价"]) * int(row["数量"]) * 100)
            cents += receipts[key].cents if key in receipts else 0
            receipts[key] = Purchase(at, key[1], key[0], at.date(), cents, key)
            cards[key] = row["卡号"]
    groups: dict[str, list[Purchase]] = {}
    for key, purchase in receipts.items():
        groups.setdefault(cards[key], []).append(purchase)
    return [(card, sorted(purchases)) for card, purchases in groups.items()]


def add_up(groups: Groups) -> dict[str, int]:
    """The floor: read every receipt, add its amount to its member."""
    totals = {}
    for card, purchases in groups:
        total = 0
        for purchase in purchases:
            total += purchase.cents
        totals[card] = total
    return totals


def replay_all(groups: Groups, until: date) -> dict[str, str | None]:
    """Every history made, looked at and let go, one member after the other, as a rebuild does; the last tiers kept."""
    return {card: changes[-1].to_code for card, changes in replay_many(Programmes(), groups, until=until)}


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(path: Path, until: date = UNTIL) -> dict[str, float]:
    """`floor` and `replay` in seconds and their `ratio` (at most 6 is asked)."""
    groups = read_groups(path)
    rounds = [(seconds(lambda: add_up(groups)), seconds(lambda: replay_all(groups, until))) for _ in range(ROUNDS)]
    floor, replayed = (median(column) for column in zip(*rounds, strict=True))
    return {
        "members": len(groups),
        "receipts": sum(len(purchases) for _, purchases in groups),
        "floor": floor,
        "replay": replayed,
        "ratio": replayed / floor,
    }


if __name__ == "__main__":
    for name, value in measure(Path(sys.argv[1])).items():
        sys.stdout.write(f"{name:9} {value:,.4f}\n")
