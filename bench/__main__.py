"""`python -m bench [GROUP …]`: all figures, or those of the groups named. docs/bench.md."""

import argparse
import json
import os
import platform
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bench.database import PROJECT, set_up
from bench.figure import Figure, markdown, say, table

GROUPS = {
    "imports": "bench.imports",
    "tiers": "bench.tiers",
    "members": "bench.member_pages",
    "notifications": "bench.notifications",
}
RESULT = PROJECT / "var" / "bench.json"


def machine() -> dict[str, object]:
    """What the numbers were taken on."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (server,) = cursor.fetchone()
    cores = os.cpu_count()
    return {"cores": cores, "python": platform.python_version(), "postgresql": server, "load": os.getloadavg()[0]}


def measure(groups: list[str]) -> list[Figure]:
    """Each group starts from an empty database."""
    figures: list[Figure] = []
    for group in groups:
        say(f"— {group}")
        set_up()
        figures += import_module(GROUPS[group]).measure()
    return figures


def keep(figures: list[Figure], path: Path) -> None:
    """As JSON, for whoever compares runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine(), "figures": [figure.as_json() for figure in figures]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n")


def main() -> None:
    present = [name for name, module in GROUPS.items() if find_spec(module)]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(present))
    parser.add_argument("--markdown", action="store_true", help="the table as docs/bench.md has it")
    options = parser.parse_args()
    groups = options.groups or present
    if unknown := set(groups) - set(present):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    figures = measure(groups)
    keep(figures, RESULT)
    print(markdown(figures) if options.markdown else table(figures))
    print(f"\n{RESULT.relative_to(PROJECT)} has every round.")
    sys.exit(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    main()
