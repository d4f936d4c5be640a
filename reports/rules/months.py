"""Calendar months as the first of their days, and when one is over."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

YEAR_DAYS = 365
MONTH = re.compile(r"([1-9]\d{3})-(0[1-9]|1[0-2])")


class MonthMalformed(ValueError):
    """What was given is not a month like 2026-10."""


def parse_month(text: str) -> date:
    """`2026-10` → 1 October 2026. Raises MonthMalformed."""
    found = MONTH.fullmatch(text.strip())
    if not found:
        raise MonthMalformed(text)
    return date(int(found[1]), int(found[2]), 1)


def month_text(month: date) -> str:
    """`2026-10`."""
    return f"{month:%Y-%m}"


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months later (earlier when negative), held within the calendar."""
    index = max(12, min(12 * 9999 + 11, 12 * month.year + month.month - 1 + count))
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class Period:
    """A report month: `start` B (its first day) and `end` E (the next month's first day, exclusive)."""

    start: date

    @property
    def end(self) -> date:
        return add_months(self.start, 1)

    @property
    def year_start(self) -> date:
        """Start of the 12 months up to E."""
        return add_months(self.start, -11)

    @property
    def dead_line(self) -> date:
        """E − 365 days: members enrolled by then can be dead cards; a purchase from then on keeps one alive."""
        return self.end - timedelta(days=YEAR_DAYS)


def is_over(month: date, at: datetime, zones: Iterable[ZoneInfo], *, hour: int = 0) -> bool:
    """Whether `month` has ended in every zone, `hour` hours ago or more by the clock on the wall there."""
    ends = datetime.combine(Period(month).end, time(hour))
    return all(at.astimezone(zone).replace(tzinfo=None) >= ends for zone in zones)


def last_month(at: datetime, zone: ZoneInfo) -> date:
    """The last month that is over in `zone`."""
    return add_months(at.astimezone(zone).date().replace(day=1), -1)
