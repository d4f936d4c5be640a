from django.db import models
from django.utils.translation import gettext_lazy as _


class ScopeKind(models.TextChoices):
    """Whom a report is about (report-definitions, first line)."""

    STORE = "store", _("Store")
    REGION = "region", _("Region")
    ALL = "all", _("All stores")
