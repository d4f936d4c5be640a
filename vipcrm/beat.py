"""Everything that runs by the clock, in one place and in order: how often first, then when.

The clock only says "look now"; rows in PostgreSQL say what is due, so a second or a missed beat does no harm.
A test compares this with the registered tasks.
"""

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    "remind what is due, mark what is overdue": {
        "task": "followups.tasks.run_followups",
        "schedule": 60.0,
    },
    # a page starts them at once; the clock finds those whose worker died
    "imports that wait": {
        "task": "members.tasks.run_imports",
        "schedule": 60.0,
    },
    # hourly, because a day begins at another hour in another store; what is done is not done again
    "annual tier reviews that are due": {
        "task": "members.tasks.review_tiers",
        "schedule": crontab(minute=10),
    },
    "last month's reports": {
        "task": "reports.tasks.compute_last_month",
        "schedule": crontab(minute=20),
    },
}

# Tasks that pages start; the clock does not.
ON_DEMAND: set[str] = set()
