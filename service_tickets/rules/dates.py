"""The light of a notification and where days lie on its bar."""

from dataclasses import dataclass
from datetime import date, timedelta

from service_tickets.enums import Light

NUMBER_DIGITS = 10


def number_text(running: int) -> str:
    """Ten digits, `0010004218`."""
    return f"{running:0{NUMBER_DIGITS}d}"


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
