"""Import of the CDNOW purchases against COPY and plain INSERT … SELECT; once more; a million lines; the stock way."""

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from bench import cdnow, million
from bench.database import PROJECT, environment, run
from bench.figure import ROUNDS, Figure, medians, say, seconds, step
from members.imports.run import import_file

EMPTY = """
TRUNCATE members_receipt, members_product, members_tierchange, members_standing CASCADE;
INSERT INTO members_standing (member_id, tier, rank, counted_spend, year_spend, purchases, spend)
SELECT id, '', 0, 0, 0, 0, 0 FROM members_member
"""

STAGING = """
CREATE TEMP TABLE staging (receipt_no text, line_no int, store text, sold_at timestamp, card_no text, product_code text,
       product_name text, category text, unit_price numeric(12,2), quantity int) ON COMMIT DROP
"""

PLAIN_PRODUCTS = """
INSERT INTO members_product (code, name, category, style, season, colour, size, role, excluded)
SELECT DISTINCT ON (product_code) product_code, product_name, category, '', '', '', '', '', false FROM staging
"""

# The same rows as the import writes, sums included; nothing is checked, nothing looked up that is not needed.
PLAIN_RECEIPTS = """
INSERT INTO members_receipt (store_id, number, sold_at, sold_on, member_id, recorded_at, void_reason, net_amount,
       net_units, counted_amount, counted_units)
SELECT s.id, g.receipt_no, min(g.sold_at) AT TIME ZONE s.time_zone, min(g.sold_at)::date, m.id, now(), '',
       sum(g.unit_price * g.quantity), sum(g.quantity), sum(g.unit_price * g.quantity), sum(g.quantity)
  FROM staging g JOIN vipcrm_store s ON s.code = g.store JOIN members_member m ON m.card_no = g.card_no
 GROUP BY s.id, g.receipt_no, m.id
"""

PLAIN_LINES = """
INSERT INTO members_receiptline (receipt_id, line_no, part, product_id, product_name, category, style, unit_price,
       quantity, voided, returned_quantity, returned_amount)
SELECT r.id, g.line_no, 0, p.id, g.product_name, g.category, '', g.unit_price, g.quantity, false, 0, 0
  FROM staging g JOIN vipcrm_store s ON s.code = g.store
  JOIN members_receipt r ON r.store_id = s.id AND r.number = g.receipt_no
  JOIN members_product p ON p.code = g.product_code
"""

WRITTEN = """
SELECT (SELECT count(*) FROM members_receipt), (SELECT count(*) FROM members_receiptline),
       (SELECT sum(net_amount) FROM members_receipt), (SELECT sum(amount) FROM members_receiptline)
"""


def measure() -> list[Figure]:
    """The figures of issue 2 that are about imports."""
    with tempfile.TemporaryDirectory() as scratch:
        files = cdnow.folder(Path(scratch))
        load_masters(files)
        return [
            *first_and_again(files / "purchases.csv.gz"),
            *million.measure(Path(scratch)),
            stock(files / "purchases.csv.gz"),
        ]


def load_masters(files: Path) -> None:
    """Stores, staff, members: what purchases stand on."""
    for kind in ("stores", "staff", "members"):
        with step(f"imported {kind}"):
            import_file(kind, files / f"{kind}.csv.gz", now=timezone.now())
    empty()


def empty() -> None:
    """As before any purchase; statistics and the space of dead rows brought up to date, so that rounds are alike."""
    run(EMPTY)
    run("VACUUM ANALYZE members_standing, members_member, members_receipt, members_receiptline, members_tierchange")
    run("CHECKPOINT")


def first_and_again(path: Path) -> list[Figure]:
    """Rounds of floor, first import, the same file again, each from the same state."""
    floors, firsts, again = [], [], []
    for number in range(ROUNDS):
        empty()
        floors.append(seconds(lambda: plain(path)))
        expected = written()
        empty()
        firsts.append(seconds(lambda: import_file("purchases", path, now=timezone.now())))
        assert written() == expected, "the floor writes other rows than the import"
        again.append(seconds(lambda: import_file("purchases", path, now=timezone.now())))
        say(f"round {number + 1}: floor {floors[-1]:.2f} s, first {firsts[-1]:.2f} s, again {again[-1]:.2f} s")
    floor, first, second = medians(floors, firsts, again)
    lines = expected[1]
    return [
        Figure(
            "import of the CDNOW purchases", first, floor, 3, detail={"lines": lines, "floors": floors, "ours": firsts}
        ),
        Figure("the same file again (floor: the first time)", second, first, 0.5, detail={"ours": again}),
        Figure("import, lines a second", lines / first, unit="lines/s"),
    ]


def plain(path: Path) -> None:
    """The floor: from file to committed, by COPY and INSERT … SELECT, constraints, indexes and triggers in force."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGING)
        with gzip.open(path) as file, cursor.copy("COPY staging FROM STDIN (FORMAT csv, HEADER)") as copy:
            while chunk := file.read(1 << 16):
                copy.write(chunk)
        cursor.execute("ANALYZE staging")
        cursor.execute(PLAIN_PRODUCTS)
        cursor.execute(PLAIN_RECEIPTS)
        cursor.execute(PLAIN_LINES)


def written() -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return cursor.fetchone()


def stock(path: Path) -> Figure:
    """django-import-export as it comes, on 5,000 of the same rows, in a process of its own."""
    empty()
    program = [sys.executable, "-m", "bench.stock_import_export", str(path)]
    answer = subprocess.run(program, cwd=PROJECT, env=environment(), stdout=subprocess.PIPE, check=True)
    told = json.loads(answer.stdout)
    say(f"stock django-import-export: {told['rows']:,} rows in {told['seconds']:.1f} s")
    return Figure("stock django-import-export", told["rows"] / told["seconds"], unit="lines/s", detail=told)
