"""Sign in, sign out, change the password."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from vipcrm.forms import LoginForm, NewPasswordForm

REMEMBER_SECONDS = 7 * 24 * 60 * 60


class SignIn(views.LoginView):
    """User name and password; says how many tries are left after a wrong one."""

    template_name = "vipcrm/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A part of a page asked for after the session ended must not show this page inside itself."""
        if getattr(request, "htmx", False):
            here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
            return HttpResponseClientRedirect(redirect_to_login(here).url)
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session.set_expiry(REMEMBER_SECONDS if form.cleaned_data["remember"] else 0)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        context = self.get_context_data(form=form, tries_left=tries_left(self.request, form))
        return self.render_to_response(context, status=422)


def tries_left(request: HttpRequest, form: Any) -> int:
    """Wrong passwords that this user name still has before the lock; all of them for what can be no name."""
    if "username" not in form.cleaned_data:
        return settings.AXES_FAILURE_LIMIT
    credentials = {"username": form.cleaned_data["username"]}
    failures = AxesProxyHandler.get_failures(request, credentials)
    return max(0, settings.AXES_FAILURE_LIMIT - failures)


@login_not_required
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Django admin has no sign-in page of its own: one door, one lock. Raises PermissionDenied for other roles."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")


class SignOut(views.LogoutView):
    """Only by POST, so that no link can sign anybody out."""

    http_method_names = ["post"]


class ChangePassword(views.PasswordChangeView):
    """Old password once, new one twice; the other devices are signed out."""

    template_name = "vipcrm/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("vipcrm:more")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Password changed. Other devices have to sign in again."))
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
