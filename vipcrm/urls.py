"""Which address leads to which app."""

import warnings
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from vipcrm import health, nav

handler500 = "vipcrm.errors.server_error"


def home(request: HttpRequest) -> HttpResponse:
    """Where the day begins."""
    return redirect(nav.home_url(request.user))


PARTS = {
    "accounts/": "vipcrm.account_urls",
    "members/": "members.urls",
    "today/": "followups.urls",
    "service/": "service_tickets.urls",
    "reports/": "reports.urls",
}


def _parts() -> list[Any]:
    found = []
    for prefix, module in PARTS.items():
        try:
            found.append(path(prefix, include(module)))
        except Exception as error:
            warnings.warn(f"{module}: {error!r}", stacklevel=1)
    return found


urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    *_parts(),
    path("admin/", admin.site.urls),
]
