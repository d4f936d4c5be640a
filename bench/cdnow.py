"""The CDNOW files (real customers and receipts of 1997–1998), or generated ones of the same shape and size."""

import csv
import gzip
import os
import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from bench.database import PROJECT
from bench.figure import say

KINDS = ("stores", "staff", "members", "purchases")
MEMBERS = 23_570
PURCHASES_HEAD = ["小票号", "行号", "门店", "销售时间", "卡号", "款号", "品名", "品类", "成交价", "数量"]


def folder(scratch: Path) -> Path:
    """Where the four files are: CDNOW_DIR, or beside the project, or made in `scratch`."""
    found = Path(os.environ.get("CDNOW_DIR", PROJECT.parent / "shared" / "data" / "cdnow"))
    if (found / "purchases.csv.gz").exists():
        return found
    say(f"no CDNOW files in {found}: files of the same shape are generated")
    make(scratch)
    return scratch


def _write(path: Path, head: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def make(target: Path) -> None:
    """Three stores, nine clerks, 23,570 members with three receipts each on average, about 88,000 lines."""
    dice = random.Random(1997)
    target.mkdir(parents=True, exist_ok=True)
    stores = [f"400{number}" for number in (1, 2, 3)]
    clerks = [(f"clerk{store}{number}", store) for store in stores for number in (1, 2, 3)]
    _write(
        target / "stores.csv.gz",
        ["code", "name", "region", "time_zone"],
        ([code, f"Store {code}", "East", "Asia/Shanghai"] for code in stores),
    )
    _write(
        target / "staff.csv.gz",
        ["username", "name", "role", "store"],
        ([name, name, "clerk", store] for name, store in clerks),
    )
    people = [_member(number, dice.choice(clerks), dice) for number in range(1, MEMBERS + 1)]
    _write(target / "members.csv.gz", ["卡号", "姓名", "微信", "门店", "顾问", "入会日期"], people)
    lines = (line for person in people for line in receipts_of(person[0], person[3], person[5], dice))
    _write(target / "purchases.csv.gz", PURCHASES_HEAD, lines)


def _member(number: int, clerk: tuple[str, str], dice: random.Random) -> tuple[str, str, str, str, str, date]:
    joined = date(1997, 1, 1) + timedelta(days=dice.randrange(84))
    return f"C{number:05}", f"Buyer {number:05}", f"buyer-{number:05}", clerk[1], clerk[0], joined


def receipts_of(card: str, store: str, first: date, dice: random.Random) -> Iterable[list[object]]:
    """Lines of one member's receipts: half the members come once, a few come very often."""
    day = first
    for number in range(1, 2 + min(int(dice.paretovariate(0.9)) - 1, 200)):
        at = datetime(day.year, day.month, day.day, 10 + number % 10, number % 60)
        for line in range(1, 2 + (dice.random() < 0.22)):
            price = f"{dice.uniform(5, 60):.2f}"
            receipt = f"{card[1:]}-{day:%Y%m%d}-{number}"
            yield [
                receipt,
                line,
                store,
                f"{at:%Y-%m-%d %H:%M}",
                card,
                "CD",
                "Compact disc",
                "CD",
                price,
                1 + number % 3,
            ]
        day = min(day + timedelta(days=1 + int(dice.expovariate(1 / 90))), date(1998, 6, 30))
