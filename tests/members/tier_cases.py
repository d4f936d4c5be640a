"""Short words for the tables of the tier tests: `buy("2024-02-29", 1_000)`."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from members.rules.tiers import HandSet, Programmes, Purchase, replay

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEFAULT = Programmes()


def day(text):
    return date.fromisoformat(text)


def buy(when, yuan, number=None, store="4001", zone=SHANGHAI):
    """A purchase at `2024-02-29` (noon) or `2024-02-29 18:05`; its key is its number, by default the time."""
    at = datetime.fromisoformat(when if " " in when else f"{when} 12:00").replace(tzinfo=zone)
    number = number or when
    return Purchase(at, number, store, at.date(), round(yuan * 100), number)


def by_hand(when, to, until=None):
    at = datetime.fromisoformat(when if " " in when else f"{when} 15:00").replace(tzinfo=SHANGHAI)
    return HandSet(at, at.date(), to, day(until) if until else None)


def changes(purchases, until, programmes=DEFAULT, **kwargs):
    return replay(programmes, sorted(purchases), until=day(until), **kwargs)


def story(purchases, until, programmes=DEFAULT, **kwargs):
    """[(day, tier reached, reason)], the days as text."""
    return [(str(c.day), c.to_code, c.reason) for c in changes(purchases, until, programmes, **kwargs)]
