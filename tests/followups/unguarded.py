"""Control for the kill test: the same command, but claim and ledger row are two transactions, as one would write it.

Run as a program: python -m tests.followups.unguarded --now …
"""

import os
import sys
import time

BETWEEN = 0.02  # seconds; what a broker or a slow disk would take
CLAIM = """
UPDATE followups_step SET {mark} WHERE id IN (
    SELECT id FROM followups_step WHERE state = 'open' AND {free} AND due_on < %(now)s::date - 1 ORDER BY id LIMIT 100)
RETURNING id, due_on
"""
TELL = "INSERT INTO followups_reminder (step_id, due_on, at) VALUES (%s, %s, %s)"


def drain(sql, now, progress):
    from django.db import connection

    from followups.services import sweep

    if sql is not sweep.REMIND:
        return 0
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(CLAIM.format(mark="reminded_on = due_on", free="reminded_on IS NULL"), {"now": now})
            claimed = cursor.fetchall()
            if not claimed:
                return total
            time.sleep(BETWEEN)
            cursor.executemany(TELL, [(step, due_on, now) for step, due_on in claimed])
            total += len(claimed)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vipcrm.settings")
    import django

    django.setup()
    from django.core.management import execute_from_command_line

    from followups.services import sweep

    sweep._drain = drain
    execute_from_command_line(["manage.py", "run_followups", *sys.argv[1:]])
