"""Tasks that beat starts. They only look at the clock; rows in PostgreSQL say what is due (engineering notes)."""

from celery import shared_task
from django.utils import timezone

from followups import services


@shared_task
def run_followups() -> dict[str, int]:
    """Reminds what is due and marks what is overdue, as of now."""
    return services.run_followups(timezone.now())._asdict()
