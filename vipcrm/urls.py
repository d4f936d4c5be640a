"""Which address leads to which app."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from vipcrm import nav
from vipcrm.views import accounts

handler500 = "vipcrm.errors.server_error"


def home(request: HttpRequest) -> HttpResponse:
    """Where the day begins."""
    return redirect(nav.home_url(request.user))


urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("vipcrm.account_urls")),
    path("members/", include("members.urls")),
    path("today/", include("followups.urls")),
    path("service/", include("service_tickets.urls")),
    path("reports/", include("reports.urls")),
    path("admin/login/", accounts.admin_sign_in, name="admin_sign_in"),
    path("admin/", admin.site.urls),
]
