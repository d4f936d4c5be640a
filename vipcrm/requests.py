"""What a view of ours gets: the login middleware lets nobody else through."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from vipcrm.models import Staff


class StaffRequest(HttpRequest):
    """A request of somebody signed in; `htmx` is false unless htmx sent it. For annotations only."""

    user: "Staff"
    htmx: "HtmxDetails"


def key_in(text: str) -> int | None:
    """A primary key out of an address; None for what is none, also for digits that no key is as long as."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
