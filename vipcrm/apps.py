from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VipCrmConfig(AppConfig):
    name = "vipcrm"
    verbose_name = _("Shops and staff")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vipcrm import celery, signin  # noqa: F401  shared tasks find the broker; wrong passwords are slowed
