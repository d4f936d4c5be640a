"""Which address leads to which app."""

from importlib.util import find_spec

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from vipcrm import health

handler500 = "vipcrm.errors.server_error"


def home(request: HttpRequest) -> HttpResponse:
    """Where the day begins."""
    return redirect("followups:today")


PARTS = {
    "accounts/": "vipcrm.account_urls",
    "members/": "members.urls",
    "today/": "followups.urls",
    "service/": "service_tickets.urls",
    "reports/": "reports.urls",
}

urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    *[path(prefix, include(module)) for prefix, module in PARTS.items() if find_spec(module)],
    path("admin/", admin.site.urls),
]
