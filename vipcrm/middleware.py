"""What every request passes through besides Django's own."""

from __future__ import annotations

from typing import Any, ClassVar

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import get_supported_language_variant

from vipcrm import health
from vipcrm.errors import is_database_gone, unavailable, wrong_method


class DatabaseGoneMiddleware(MiddlewareMixin):
    """A view that lost the database answers with the plain 503 page (elsewhere: `vipcrm.errors.server_error`)."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return unavailable(request) if is_database_gone(exception) else None


class HealthMiddleware(MiddlewareMixin):
    """Answers who asks after the health before anything else looks: a load balancer or the container itself comes over
    plain http and by a name or number that is not among ALLOWED_HOSTS."""

    checks: ClassVar = {"/healthz": health.live, "/readyz": health.ready}

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        check = self.checks.get(request.path_info)
        return check() if check else None


class WrongMethodMiddleware(MiddlewareMixin):
    """An address that only takes what a button sends says so when it is opened, instead of staying white."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = wrong_method()
        page["Allow"] = response["Allow"]
        return page


class ClosedByDefaultMiddleware(LoginRequiredMiddleware):
    """Views need somebody signed in unless they say `login_not_required`; those are not even looked at.

    Django's own asks the database for the user first, so a health check with a cookie would fall with the database.
    """

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class ChosenLanguageMiddleware(LocaleMiddleware):
    """The language someone has chosen (a cookie), else Chinese: what the browser asks for does not count."""

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        try:
            language = get_supported_language_variant(chosen)
        except LookupError:
            language = settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()


class PolicyMiddleware(CSPMiddleware):
    """The strict content security policy; under /admin/ the one that unfold needs."""

    def get_policy_parts(self, request: HttpRequest, response: Any, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith("/admin/"):
            parts.replace = {**settings.ADMIN_POLICY, **(parts.replace or {})}
        return parts
