"""Tasks that beat starts. The clock only says "look now"; stored reports say what is still to be computed."""

from celery import shared_task
from django.utils import timezone

from reports import services


@shared_task
def compute_last_month() -> int:
    """Computes last month's reports that are due and missing (on the 1st in store time); how many there were."""
    return len(services.compute_due(timezone.now()))
