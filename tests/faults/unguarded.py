"""Control for the kill test: the same import as one would write it. Claimed first, then kept batch by batch.

Run as a program: python -m tests.faults.unguarded
"""

import os
from pathlib import Path

BATCH = 500


def run_next():
    from django.utils import timezone

    from members.enums import ImportState
    from members.imports.run import import_file
    from members.models import ImportRun

    run = ImportRun.objects.filter(state=ImportState.WAITING).first()
    if run is None:
        return
    run.state = ImportState.RUNNING
    run.save()
    head, *rows = Path(run.file.path).read_text().splitlines()
    for start in range(0, len(rows), BATCH):
        part = Path(f"{run.file.path}.{start}.csv")
        part.write_text("\n".join([head, *rows[start : start + BATCH]]) + "\n")
        run.created += import_file(run.kind, part, now=timezone.now()).created
        run.read += BATCH
        run.save()
    run.state = ImportState.DONE
    run.save()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vipcrm.settings")
    import django

    django.setup()
    run_next()
