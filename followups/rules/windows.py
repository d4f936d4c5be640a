"""Contact hours (handbook 6.3). The database says the same in its function `followups_window`; a test compares."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

NOT_BEFORE_ON_WEEKENDS = time(10)
NEVER_AFTER = time(22)


@dataclass(frozen=True)
class Window:
    """From when until when somebody may be contacted on a day, in the home store's time."""

    opens: time
    closes: time

    def holds(self, at: time) -> bool:
        return self.opens <= at < self.closes


def contact_window(
    day: date, *, store: Window, plan: Window, own_from: time | None = None, own_until: time | None = None
) -> Window:
    """The hours in which a member may be contacted on `day`: her own where she has any, else the store's.

    The store's are the plan's contact hours while the store is open. On weekends not before 10:00, never after 22:00,
    whoever says otherwise. Hours that leave nothing of the day (22:30–23:30) do not count.
    """
    usual = Window(max(store.opens, plan.opens), min(store.closes, plan.closes))
    if usual.opens >= usual.closes:
        usual = plan
    own = _within_limits(day, own_from or usual.opens, own_until or usual.closes)
    return own if own.opens < own.closes else _within_limits(day, usual.opens, usual.closes)


def _within_limits(day: date, opens: time, closes: time) -> Window:
    weekend = day.isoweekday() > 5
    return Window(max(opens, NOT_BEFORE_ON_WEEKENDS) if weekend else opens, min(closes, NEVER_AFTER))


def opens_at(day: date, window: Window, zone: ZoneInfo) -> datetime:
    """The moment at which a step of `day` becomes due, aware, in the store's zone."""
    return datetime.combine(day, window.opens, zone)
