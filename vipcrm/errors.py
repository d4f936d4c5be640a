"""Pages for what went wrong, made without the database."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as django_server_error

RETRY_AFTER = "10"  # seconds
# SQLSTATE classes and codes that say "there is no server for you now": connection, shutdown, too many connections.
GONE = ("08", "57P", "53300")


def is_database_gone(error: BaseException | None) -> bool:
    """Whether `error` means that the database cannot be reached (a deadlock or a timeout of a lock does not)."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(GONE)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The 503 page: says what happened and that nothing recorded is lost."""
    page = render_to_string("503.html", {"address": request.get_full_path() if request.method == "GET" else "/"})
    return HttpResponse(page, status=503, headers={"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"})


def wrong_method() -> HttpResponse:
    """The 405 page: somebody opened, by its address, what only a button sends (after signing in anew, for instance)."""
    return HttpResponse(render_to_string("405.html"), status=405)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a database that went away in a middleware is a 503, anything else the page of Django."""
    if is_database_gone(sys.exc_info()[1]):
        return unavailable(request)
    return django_server_error(request)
