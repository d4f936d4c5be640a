from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class VisitNote(models.Model):
    """到店记录: the short story of a visit: what she picked, what she asked for, her mood (handbook 2)."""

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="visit_notes", verbose_name=_("member"))
    receipt = models.OneToOneField(
        "members.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visit_note",
        verbose_name=_("receipt"),
        error_messages={"unique": _("This sale already has a visit note.")},
    )
    visited_on = models.DateField(_("visited on"))
    text = models.TextField(_("note"))
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    class Meta:
        verbose_name = _("visit note")
        verbose_name_plural = _("visit notes")
        ordering = ["-visited_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="visit_note_not_blank"),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)),
                name="visit_note_satisfaction_1_to_5",
            ),
        ]
        indexes = [models.Index(fields=["member", "-visited_on"], name="visit_note_by_member")]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.text[:40]}"
