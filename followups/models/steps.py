from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from followups.enums import ANSWERED, EventKind, Result, StepState
from followups.querysets import EventQuerySet, StepQuerySet


class Step(models.Model):
    """One contact that follows one purchase. Existence, due day and superseding are derived; results are facts."""

    receipt = models.ForeignKey(
        "members.Receipt", models.CASCADE, related_name="steps", db_index=False, verbose_name=_("receipt")
    )
    plan_step = models.ForeignKey("followups.PlanStep", models.PROTECT, related_name="+", verbose_name=_("step"))
    member = models.ForeignKey(
        "members.Member", models.CASCADE, related_name="steps", db_index=False, verbose_name=_("member")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    store = models.ForeignKey(
        "vipcrm.Store",
        models.PROTECT,
        related_name="+",
        verbose_name=_("store"),
        help_text=_("The home store at the time of the purchase: its calendar and hours count."),
    )
    first_due_on = models.DateField(_("first due on"))
    due_on = models.DateField(_("due on"), help_text=_("A put-off or another try makes a new due day."))
    due_at = models.DateTimeField(_("due at"), help_text=_("When contact hours open on the due day."))
    state = models.CharField(_("state"), max_length=12, choices=StepState, default=StepState.OPEN)
    no_answers = models.PositiveSmallIntegerField(_("no answer, times"), default=0)
    overdue_at = models.DateTimeField(_("overdue since"), null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True, help_text=_("The due day for which the owner was reminded."))
    nudged_at = models.DateTimeField(_("put on top at"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=14, choices=Result, blank=True)
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("closed by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    # annotations of StepQuerySet.with_contacts
    contacts: int
    asked: bool

    objects: ClassVar[Any] = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up step")
        verbose_name_plural = _("follow-up steps")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "plan_step"], name="step_once_per_receipt"),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)), name="step_satisfaction_1_to_5"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(ANSWERED)) | (~Q(result="") & Q(closed_at__isnull=False)),
                name="step_answered_has_result",
            ),
            models.CheckConstraint(
                condition=~Q(state=StepState.OPEN) | Q(closed_at=None), name="step_open_is_not_closed"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "due_on"], name="step_open_by_owner", condition=Q(state=StepState.OPEN)),
            models.Index(fields=["member", "due_on"], name="step_by_member"),
            models.Index(fields=["closed_by", "closed_at"], name="step_closed_by"),
            models.Index(fields=["first_due_on"], name="step_by_first_due"),
            models.Index(
                fields=["due_at", "id"],
                name="step_to_remind",
                condition=Q(state=StepState.OPEN) & (Q(reminded_on__isnull=True) | ~Q(reminded_on=F("due_on"))),
            ),
            models.Index(
                fields=["due_on", "id"],
                name="step_to_mark_overdue",
                condition=Q(state=StepState.OPEN, overdue_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state == StepState.OPEN


class StepEvent(models.Model):
    """What somebody did with a step, or the scheduler found: never changed, only marked as taken back."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="events", db_index=False, verbose_name=_("step"))
    kind = models.CharField(_("kind"), max_length=10, choices=EventKind)
    at = models.DateTimeField(_("at"))
    on = models.DateField(_("on"), help_text=_("The date in the step's store."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    result = models.CharField(_("result"), max_length=14, choices=Result, blank=True)
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    due_on = models.DateField(_("due on"), help_text=_("The due day it was about."))
    before = models.JSONField(default=dict, blank=True, help_text=_("The step as it stood, for taking back."))
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    notification = models.CharField(_("service notification"), max_length=20, blank=True)

    objects: ClassVar[Any] = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of a step")
        verbose_name_plural = _("events of steps")
        ordering = ["step", "at", "id"]
        indexes = [
            models.Index(fields=["step", "at"], name="step_event_by_step"),
            models.Index(fields=["on"], name="step_result_by_day", condition=Q(kind=EventKind.RESULT)),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.kind} {self.result}".strip()


class Reminder(models.Model):
    """The ledger of reminders: one row per step and due day, whatever crashes or runs twice (handbook 6.5)."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="reminders", db_index=False, verbose_name=_("step"))
    due_on = models.DateField(_("due on"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reminded")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["step", "due_on"], name="reminder_once_per_due_day")]

    def __str__(self) -> str:
        return f"{self.due_on}"
