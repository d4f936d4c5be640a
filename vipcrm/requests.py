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
