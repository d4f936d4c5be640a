"""Due days (handbook 6.1, 6.5). `services.wanted` says the same in SQL; a test holds the two together."""

from collections.abc import Collection
from datetime import date, timedelta

RECORDED_LATE_AT_MOST = 3  # days a due day may lie before the day the receipt was recorded
OVERDUE_AFTER = 1  # days after the due day; its end makes the step overdue


def next_open_day(day: date, closed_weekdays: Collection[int]) -> date:
    """`day`, or the first day after it on which the store is open (Monday = 1). Closed all week: `day` itself."""
    days = (day + timedelta(days=ahead) for ahead in range(7))
    return next((candidate for candidate in days if candidate.isoweekday() not in closed_weekdays), day)


def first_due_day(sold_on: date, days_after: int, closed_weekdays: Collection[int]) -> date:
    """The day on which a step first falls due, counted from the day of purchase (handbook 6.1)."""
    return next_open_day(sold_on + timedelta(days=days_after), closed_weekdays)


def is_made(due_on: date, recorded_on: date) -> bool:
    """No step is made whose due day lies more than 3 days before the receipt was recorded (handbook 6.1)."""
    return due_on >= recorded_on - timedelta(days=RECORDED_LATE_AT_MOST)


def is_overdue(due_on: date, today: date) -> bool:
    """Not done by the end of the day after the due day (handbook 6.5); `today` is the home store's."""
    return today > due_on + timedelta(days=OVERDUE_AFTER)
