from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import ImportKind, ImportState


class ImportRun(models.Model):
    """One file somebody imported or tried to (dry run): state, progress, result and the rows in error."""

    kind = models.CharField(_("kind"), max_length=10, choices=ImportKind)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/", blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    dry_run = models.BooleanField(_("dry run"), default=False)
    all_or_nothing = models.BooleanField(_("all or nothing"), default=False)
    enrol_unknown = models.BooleanField(_("enrol unknown phones"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.WAITING)
    read = models.PositiveIntegerField(_("read"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    errors = models.PositiveIntegerField(_("in error"), default=0)
    ignored_columns = models.JSONField(_("columns not used"), default=list)
    faults = models.JSONField(default=list, help_text=_("The first bad rows: line, column, reason."))
    error_file = models.FileField(_("rows in error"), upload_to="imports/%Y/%m/", blank=True)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How often a worker has begun; three at most.")
    )
    message = models.TextField(_("message"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("In which the result is told."))
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"
