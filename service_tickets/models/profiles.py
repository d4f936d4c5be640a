from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from service_tickets.enums import Action, NotificationType
from service_tickets.models.labels import Labelled
from service_tickets.rules.values import ProfileSpec, StatusSpec
from vipcrm.enums import Role

NUMBER = [MinValueValidator(1), MaxValueValidator(99)]


def _actions(verbose_name: Any, help_text: Any = "") -> ArrayField:
    field = models.CharField(max_length=20, choices=Action)
    return ArrayField(field, verbose_name=verbose_name, default=list, blank=True, help_text=help_text)


class StatusProfile(Labelled):
    """The user statuses of one notification type. Saved only without faults (rules.profiles.profile_faults)."""

    type = models.CharField(_("type"), max_length=2, choices=NotificationType, unique=True)
    name_zh = models.CharField(_("name, Chinese"), max_length=60)
    name_en = models.CharField(_("name, English"), max_length=60)

    class Meta:
        verbose_name = _("status profile")
        verbose_name_plural = _("status profiles")
        ordering = ["type"]

    def __str__(self) -> str:
        return f"{self.type} {self.name}"

    def spec(self) -> ProfileSpec:
        """The profile as the rules read it. One query unless the statuses are prefetched."""
        return ProfileSpec(tuple(status.spec() for status in self.statuses.all()))


class UserStatus(Labelled):
    """One user status of a profile: its number and what may follow, who may set it, what it does to actions."""

    profile = models.ForeignKey(StatusProfile, models.CASCADE, related_name="statuses", verbose_name=_("profile"))
    code = models.CharField(_("code"), max_length=4)
    aliases = ArrayField(
        models.CharField(max_length=4),
        verbose_name=_("other codes"),
        default=list,
        blank=True,
        help_text=_("As older papers write it; found, never shown."),
    )
    name_zh = models.CharField(_("name, Chinese"), max_length=60)
    name_en = models.CharField(_("name, English"), max_length=60)
    number = models.PositiveSmallIntegerField(
        _("number"), null=True, blank=True, validators=NUMBER, help_text=_("Empty: comes and goes freely.")
    )
    lowest = models.PositiveSmallIntegerField(_("lowest next number"), null=True, blank=True, validators=NUMBER)
    highest = models.PositiveSmallIntegerField(_("highest next number"), null=True, blank=True, validators=NUMBER)
    initial = models.BooleanField(_("initial"), default=False)
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role),
        verbose_name=_("who may set it"),
        default=list,
        blank=True,
        help_text=_("None chosen: anybody."),
    )
    approval = models.BooleanField(
        _("approval"),
        null=True,
        blank=True,
        help_text=_("Yes: setting it approves asking head office. No: declines it."),
    )
    allows = _actions(_("allows"))
    forbids = _actions(_("forbids"), _("What stands in neither is not relevant."))
    set_by = _actions(_("set by"), _("Actions that set this status."))
    deleted_by = _actions(_("taken away by"), _("Actions that take this status away."))

    class Meta:
        verbose_name = _("user status")
        verbose_name_plural = _("user statuses")
        ordering = ["profile", F("number").asc(nulls_last=True), "code"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "code"], name="user_status_code_once_per_profile"),
            models.UniqueConstraint(
                fields=["profile"],
                condition=Q(initial=True, number__isnull=False),
                name="user_status_one_numbered_initial",
                violation_error_message=_("Only one numbered status can be initial."),
            ),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9]{2,4}$"), name="user_status_code_form"),
            models.CheckConstraint(
                condition=Q(number__isnull=True, lowest__isnull=True, highest__isnull=True)
                | Q(number__range=(1, 99), lowest__gte=1, highest__lte=99, lowest__lte=F("highest")),
                name="user_status_number_with_range",
                violation_error_message=_("A number from 1 to 99 goes with a lowest and a highest next number."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    def spec(self) -> StatusSpec:
        return StatusSpec(
            code=self.code,
            label=self.name,
            number=self.number,
            lowest=self.lowest,
            highest=self.highest,
            initial=self.initial,
            roles=frozenset(self.roles),
            allows=frozenset(self.allows),
            forbids=frozenset(self.forbids),
            set_by=frozenset(self.set_by),
            deleted_by=frozenset(self.deleted_by),
            aliases=frozenset(self.aliases),
            approval=self.approval,
        )
