from axes.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SignInGuard(AppConfig):
    """django-axes, under a name that an administrator understands."""

    verbose_name = _("Sign-in")
