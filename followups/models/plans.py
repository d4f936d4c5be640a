from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from followups.querysets import PlanQuerySet
from followups.rules import PLACEHOLDERS, unknown_placeholders
from vipcrm.formats import is_chinese


def validate_script(text: str) -> None:
    """Raises ValidationError when the text holds a placeholder that nothing fills."""
    unknown = unknown_placeholders(text)
    if unknown:
        raise ValidationError(
            _("Nothing fills {%(unknown)s}. Known: %(known)s."),
            params={"unknown": "}, {".join(unknown), "known": " ".join(f"{{{name}}}" for name in PLACEHOLDERS)},
        )


class Plan(models.Model):
    """Which steps follow a purchase. A purchase takes the first plan, by position, whose days and limits it meets."""

    name_zh = models.CharField(_("name, Chinese"), max_length=60)
    name_en = models.CharField(_("name, English"), max_length=60)
    position = models.PositiveSmallIntegerField(
        _("position"), default=100, help_text=_("The lowest that fits is taken.")
    )
    tiers = ArrayField(
        models.SlugField(max_length=20),
        verbose_name=_("only these tiers"),
        default=list,
        blank=True,
        help_text=_("Tier codes with commas between them; empty: every tier. The tier held after the purchase counts."),
    )
    min_amount = models.DecimalField(
        _("only from this amount"), max_digits=12, decimal_places=2, null=True, blank=True, help_text=_("Net, in CNY.")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True, help_text=_("Day of sale; empty: always."))
    valid_until = models.DateField(_("valid before"), null=True, blank=True, help_text=_("Day of sale; empty: no end."))
    contact_from = models.TimeField(_("contact from"), default="10:00")
    contact_until = models.TimeField(_("contact until"), default="21:00")

    objects: ClassVar[Any] = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up plan")
        verbose_name_plural = _("follow-up plans")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact_until__gt=F("contact_from")),
                name="plan_contact_hours_end_after_start",
                violation_error_message=_("Contact hours end after they start."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="plan_ends_after_it_starts",
                violation_error_message=_("A plan ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(min_amount__isnull=True) | Q(min_amount__gte=0), name="plan_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_zh if is_chinese() else self.name_en


class PlanStep(models.Model):
    """One step of a plan: on which day, what it is called and what the clerk may say."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="steps", verbose_name=_("plan"))
    day = models.PositiveSmallIntegerField(
        pgettext_lazy("after the purchase", "day"),
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Calendar days after the purchase."),
    )
    code = models.SlugField(_("code"), max_length=20, help_text=_("Reports count by it: thanks, care, invitation."))
    name_zh = models.CharField(_("name, Chinese"), max_length=40)
    name_en = models.CharField(_("name, English"), max_length=40)
    script_zh = models.TextField(_("script, Chinese"), blank=True, validators=[validate_script])
    script_en = models.TextField(_("script, English"), blank=True, validators=[validate_script])
    ask_zh = models.CharField(_("what to ask, Chinese"), max_length=200, blank=True)
    ask_en = models.CharField(_("what to ask, English"), max_length=200, blank=True)
    message_zh = models.TextField(_("text to copy, Chinese"), blank=True, validators=[validate_script])
    message_en = models.TextField(_("text to copy, English"), blank=True, validators=[validate_script])

    class Meta:
        verbose_name = _("step of a plan")
        verbose_name_plural = _("steps of a plan")
        ordering = ["plan", "day", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="plan_step_code_once"),
            models.CheckConstraint(condition=Q(day__range=(1, 365)), name="plan_step_day_1_to_365"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_zh if is_chinese() else self.name_en

    @property
    def script(self) -> str:
        return self.script_zh if is_chinese() else self.script_en

    @property
    def ask(self) -> str:
        return self.ask_zh if is_chinese() else self.ask_en

    @property
    def message(self) -> str:
        return self.message_zh if is_chinese() else self.message_en
