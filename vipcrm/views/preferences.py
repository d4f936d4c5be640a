"""Language, theme, and the page “More”: everything that is not daily work."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from vipcrm import nav
from vipcrm.preferences import THEME_COOKIE, THEMES, theme_of

YEAR_SECONDS = 365 * 24 * 60 * 60


def back(request: HttpRequest) -> HttpResponse:
    """To the page the form stood on; anything but an address of ours leads home."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "home")


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen language on this device for a year."""
    response = back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, settings.LANGUAGE_COOKIE_AGE, httponly=True, samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )  # fmt: skip
    return response


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps light, dark or “as the system” on this device for a year."""
    response = back(request)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, YEAR_SECONDS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response


@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """Reports, imports and what else the role has; theme, language, password, sign out."""
    lines = [(item, nav.url_of(item.url_name)) for item in nav.more_items(request.user)]
    return render(request, "vipcrm/more.html", {"lines": lines, "chosen_theme": theme_of(request)})
