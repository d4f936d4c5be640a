from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.enums import ScopeKind
from reports.querysets import ReportQuerySet


class MonthlyReport(models.Model):
    """One revision of the monthly analysis of a scope: what was computed, when and by which definitions.

    Rows are never changed, except `checked_at`: the last time the same figures came out again.
    """

    kind = models.CharField(_("scope"), max_length=10, choices=ScopeKind)
    code = models.CharField(_("store or region"), max_length=60, blank=True, help_text=_("Empty for all stores."))
    month = models.DateField(_("month"), help_text=_("Its first day."))
    revision = models.PositiveIntegerField(_("revision"))
    definitions = models.CharField(_("definitions"), max_length=20)
    computed_at = models.DateTimeField(_("computed at"))
    computed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(_("checked at"), help_text=_("The last time the same figures came out again."))
    figures = models.JSONField(_("figures"))

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        ordering = ["-month", "kind", "code", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code", "month", "revision"], name="report_revision_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="report_month_is_a_first_day"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="report_revision_from_1"),
            models.CheckConstraint(condition=Q(kind="all", code="") | ~Q(code=""), name="report_scope_has_code"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.code or self.kind} ({self.revision})"
