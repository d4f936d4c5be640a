"""How complete a member's profile is and what to ask next (handbook 2). Pure."""

from collections.abc import Collection
from typing import NamedTuple

# What is asked, in the order in which a clerk asks it, with its weight. Name and phone are enough to begin with.
WEIGHTS = {
    "name": 10,
    "phone": 15,
    "birthday": 15,
    "consent": 10,
    "wechat": 10,
    "likes": 10,
    "preferred_channel": 5,
    "occupation": 5,
    "family": 5,
    "other_brands": 5,
    "contact_hours": 5,
    "source": 5,
}


class Completeness(NamedTuple):
    """`percent` 0–100 and the first thing not known yet, "" when all is."""

    percent: int
    ask_next: str


def completeness(known: Collection[str]) -> Completeness:
    """Of the keys of `WEIGHTS` those in `known` are filled in."""
    have = sum(weight for key, weight in WEIGHTS.items() if key in known)
    missing = next((key for key in WEIGHTS if key not in known), "")
    return Completeness(round(100 * have / sum(WEIGHTS.values())), missing)
