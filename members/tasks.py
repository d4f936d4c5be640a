"""Tasks that beat starts. They only look at the clock; rows in PostgreSQL say what is due (engineering notes)."""

from celery import shared_task
from django.utils import timezone

from members.imports import jobs
from members.services import reviews


@shared_task
def review_tiers() -> dict[str, int]:
    """The annual reviews due by each member's own today."""
    return reviews.review_tiers(now=timezone.now())


@shared_task
def run_imports() -> int:
    """Does the imports that wait, oldest first, and says how many."""
    done = 0
    while jobs.run_next(now=timezone.now()):
        done += 1
    return done
