"""Where an open step stands on the page of the day, and in which order (look: 逾期, 现在, 稍后)."""

from datetime import date, datetime

from followups.enums import Bucket
from followups.rules.days import is_overdue
from followups.rules.windows import Window


def bucket_of(due_on: date, window: Window, here: datetime) -> Bucket:
    """Bucket of a step due by today; `here` is the time in its store, `window` the contact hours of today."""
    if is_overdue(due_on, here.date()):
        return Bucket.OVERDUE
    return Bucket.NOW if window.holds(here.time()) else Bucket.LATER


def days_overdue(due_on: date, today: date) -> int:
    """Whole days since the due day."""
    return max(0, (today - due_on).days)


def order_of(due_on: date, nudged_at: datetime | None, rank: int) -> tuple[bool, date, int]:
    """What comes first: put on top by the manager, then the oldest, then the highest tier."""
    return (nudged_at is None, due_on, -rank)
