"""The light of a notification and where days lie on its bar."""

from dataclasses import dataclass
from datetime import date, timedelta

from service_tickets.enums import Kind, Light, Priority

NUMBER_DIGITS = 10
DAYS_TO_CLOSE = 7  # the clerk's estimate until she writes another
DAYS_TO_ANSWER = 15  # a complaint is answered within 15 days (service-notifications, "Complaints" 2)
URGENT_DAYS = 3  # and what is urgent within 3 working days; the day it begins is day 0
SATURDAY = 5


def number_text(running: int) -> str:
    """Ten digits, `0010004218`."""
    return f"{running:0{NUMBER_DIGITS}d}"


def usual_end(required_start: date, *, priority: str, kind: str) -> date:
    """By when it is to be closed where nobody wrote a day: by priority, then by what it is about.

    Working days are Monday to Friday: the calendar of public holidays comes with the deadlines of complaints.
    """
    if priority == Priority.URGENT:
        return working_day_after(required_start, URGENT_DAYS)
    return required_start + timedelta(days=DAYS_TO_ANSWER if kind == Kind.COMPLAINT else DAYS_TO_CLOSE)


def working_day_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    for _step in range(count):
        day += timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)
    return day


def light_for(required_start: date, required_end: date, today: date, completed: bool) -> Light:
    """Green before the start, yellow from it on, red past the end (service-notifications, "List and work plan")."""
    if completed:
        return Light.DONE
    if today > required_end:
        return Light.RED
    return Light.YELLOW if today >= required_start else Light.GREEN


@dataclass(frozen=True)
class Bar:
    """Positions in percent on a bar from the day of creation to the last of end and today."""

    start: float
    end: float
    today: float


def bar_for(created: date, required_start: date, required_end: date, today: date) -> Bar:
    """Where start, end and today stand; the bar begins with creation (or a start before it)."""
    first = min(created, required_start, today)
    last = max(required_end, today, first + timedelta(days=1))
    span = (last - first).days
    return Bar(*(round(100 * (day - first).days / span, 1) for day in (required_start, required_end, today)))
