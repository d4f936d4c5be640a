"""The member file's timeline: every app contributes what happened to a member."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, what, one line more, where it opens.

    `at` aware; `state` one of overdue, now, later, done, warn or empty, with its word in `state_text`;
    `amount` is written at the right end; `by` is the person who wrote it down.
    """

    at: datetime
    icon: str
    title: str
    text: str = ""
    url: str = ""
    state: str = ""
    state_text: str = ""
    amount: str = ""
    by: str = ""


Source = Callable[[Any, int], list[Entry]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Adds `source(member, limit) -> list[Entry]`, the newest `limit` entries of its kind. Safe to repeat."""
    if source not in _sources:
        _sources.append(source)


def entries_for(member: Any, limit: int = 20) -> list[Entry]:
    """The newest `limit` entries of all sources, newest first."""
    return nlargest(limit, (entry for source in _sources for entry in source(member, limit)), key=lambda e: e.at)
