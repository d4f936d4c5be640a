"""A generated file of a million lines: how much memory the importing process takes. Also run as the child itself."""

import csv
import json
import random
import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from bench.database import PROJECT, environment
from bench.figure import Figure, say

LINES = 1_000_000
LIMIT_MB = 500
HEAD = [
    "receipt_no",
    "line_no",
    "store",
    "sold_at",
    "card_no",
    "product_code",
    "product_name",
    "unit_price",
    "quantity",
]


def measure(scratch: Path) -> list[Figure]:
    """Peak memory for a million good lines, and for a million bad ones."""
    figures = []
    for name, store in (("good", "4001"), ("bad", "none")):
        path = scratch / f"{name}.csv"
        make(path, LINES, store)
        told = in_a_child(path)
        path.unlink()
        say(f"a million {name} lines: {told['mb']:.0f} MB, {told['seconds']:.0f} s, {told['counts']}")
        figures.append(Figure(f"memory for 1,000,000 {name} lines", told["mb"], limit=LIMIT_MB, unit="MB", detail=told))
    return figures


def make(path: Path, lines: int, store: str) -> None:
    """Lines of receipts of the CDNOW members over the last two years; 2.5 lines a receipt."""
    dice = random.Random(8)
    today = datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        written = receipt = 0
        while written < lines:
            receipt += 1
            at = today - timedelta(days=2 + dice.randrange(728), minutes=dice.randrange(120))
            card = f"C{dice.randrange(1, 23_571):05}"
            for line in range(1, 1 + min(1 + receipt % 4, lines - written)):
                product = f"P{dice.randrange(3_000):04}"
                price = f"{dice.uniform(99, 999):.2f}"
                row = [f"M{receipt:07}", line, store, f"{at:%Y-%m-%d %H:%M}", card, product, product, price, 1]
                writer.writerow(row)
                written += 1


def in_a_child(path: Path) -> dict:
    """What the import in a process of its own said of itself."""
    program = [sys.executable, "-m", "bench.million", str(path)]
    answer = subprocess.run(program, cwd=PROJECT, env=environment(), stdout=subprocess.PIPE, check=True)
    return json.loads(answer.stdout)


def child(path: str) -> dict:
    """The import as the command does it; `mb` is the most memory this process ever had."""
    import django

    django.setup()
    from django.utils import timezone

    from members.imports.run import import_file

    start = time.perf_counter()
    outcome = import_file("purchases", path, now=timezone.now())
    lasted = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"mb": peak, "seconds": lasted, "counts": outcome.as_counts()}


if __name__ == "__main__":
    print(json.dumps(child(sys.argv[1])))
