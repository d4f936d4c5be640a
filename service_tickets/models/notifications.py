from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from service_tickets.enums import (
    MARKS,
    OPEN_PHASES,
    PHASE_CHOICES,
    PHASES,
    Kind,
    Light,
    NotificationType,
    PaidState,
    Priority,
    SystemStatus,
)
from service_tickets.querysets import NotificationQuerySet
from service_tickets.rules.dates import light_for

OPEN = Q(phase__in=sorted(OPEN_PHASES))


class NumberRange(models.Model):
    """The last number given. Its row is locked until the notification is committed, so no number is lost."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveBigIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number range")
        verbose_name_plural = _("number ranges")

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class Notification(models.Model):
    """A customer's matter to be dealt with: service (Z1) or delivery exception (Z2).

    `phase` is the one active of OSNO, NOPO, NOPR, NOCO; `marks` are the other active system statuses; `user_status` is
    the one numbered user status. All three are changed by services.moves only, with a history row.
    """

    number = models.CharField(_("number"), max_length=10, unique=True)
    type = models.CharField(_("type"), max_length=2, choices=NotificationType)
    kind = models.CharField(_("what about"), max_length=12, choices=Kind, blank=True)
    description = models.CharField(_("short text"), max_length=40)
    reporter = models.CharField(_("reporter"), max_length=60, blank=True)
    priority = models.CharField(_("priority"), max_length=1, choices=Priority, default=Priority.MEDIUM)
    paid = models.CharField(_("paid"), max_length=6, choices=PaidState)
    # who and for whom
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("member (ship-to party SH)"),
        db_index=False,
    )
    sold_to = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sold-to party SP"),
        help_text=_("Empty: the member."),
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("person responsible VW"),
        db_index=False,
    )
    work_centre = models.CharField(_("main work centre"), max_length=40, blank=True)
    location = models.CharField(
        _("functional location"),
        max_length=200,
        blank=True,
        help_text=_("The address that counts for this notification, also where it is not the customer's own."),
    )
    # what it belongs to
    receipt = models.ForeignKey(
        "members.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("receipt"),
    )
    followup_step = models.PositiveBigIntegerField(_("follow-up step"), null=True, blank=True, editable=False)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", verbose_name=_("with reference to")
    )
    po_number = models.CharField(_("PO number"), max_length=40, blank=True)
    po_date = models.DateField(_("PO date"), null=True, blank=True)
    # when: days of the store
    required_start = models.DateField(_("required start"))
    required_end = models.DateField(_("required end"))
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    # sales area, copied from the store
    store = models.ForeignKey(
        "vipcrm.Store",
        models.PROTECT,
        related_name="notifications",
        verbose_name=_("store (sales office)"),
        db_index=False,
    )
    sales_org = models.CharField(_("sales organisation"), max_length=10, default="F011", blank=True)
    channel = models.CharField(_("distribution channel"), max_length=2, default="10")
    division = models.CharField(_("division"), max_length=2, default="02")
    sales_group = models.CharField(_("sales group (liaison office)"), max_length=10, blank=True)
    business_area = models.CharField(_("business area"), max_length=10, default="1002", blank=True)
    # head office
    asked_at = models.DateTimeField(_("head office asked at"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    passed_on_to = models.ForeignKey(
        "vipcrm.Store", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("passed on to")
    )
    passed_on_at = models.DateTimeField(_("passed on at"), null=True, blank=True)
    # statuses
    phase = models.CharField(_("system status"), max_length=4, choices=PHASE_CHOICES, default=SystemStatus.OSNO)
    marks = ArrayField(
        models.CharField(max_length=4, choices=[(mark.value, mark.label) for mark in MARKS]),
        verbose_name=_("further system statuses"),
        default=list,
        blank=True,
    )
    user_status = models.ForeignKey(
        "service_tickets.UserStatus",
        models.PROTECT,
        null=True,
        related_name="notifications",
        verbose_name=_("user status"),
        db_index=False,
    )
    created_at = models.DateTimeField(_("created at"))
    created_on = models.DateField(_("created on"), help_text=_("The store's date."))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    version = models.PositiveIntegerField(
        default=1, help_text=_("Grows with every change; a page that is older loses.")
    )
    text_bigrams = models.GeneratedField(
        expression=Func(F("description"), function="name_bigrams"),
        output_field=ArrayField(models.CharField(max_length=2)),
        db_persist=True,
    )

    objects: ClassVar[Any] = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{10}$"), name="notification_number_10_digits"),
            models.CheckConstraint(
                condition=~Q(description=""),
                name="notification_has_short_text",
                violation_error_message=_("Say in a few words what it is about."),
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=False) | Q(receipt__isnull=False),
                name="notification_has_member_or_receipt",
                violation_error_message=_("A notification belongs to a member or a receipt."),
            ),
            models.CheckConstraint(
                condition=Q(required_end__gte=F("required_start")),
                name="notification_ends_after_it_starts",
                violation_error_message=_("The required end is not before the start."),
            ),
            models.CheckConstraint(condition=Q(phase__in=sorted(PHASES)), name="notification_one_phase"),
            models.CheckConstraint(
                condition=Q(marks__contained_by=sorted(MARKS)) & ~Q(marks__contains=["TSOS", "ATCO"]),
                name="notification_marks_known",
            ),
            models.CheckConstraint(
                condition=~Q(phase="NOCO") | ~Q(marks__contains=["TSOS"]),
                name="notification_completed_without_tasks",
                violation_error_message=_("Tasks are outstanding."),
            ),
            models.CheckConstraint(
                condition=Q(phase="NOCO", completed_at__isnull=False)
                | (~Q(phase="NOCO") & Q(completed_at__isnull=True)),
                name="notification_completed_has_time",
            ),
            models.UniqueConstraint(
                fields=["followup_step"],
                condition=Q(followup_step__isnull=False),
                name="notification_once_per_followup_step",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "required_end", "id"], name="ntf_open_by_store", condition=OPEN),
            models.Index(fields=["required_end", "id"], name="ntf_open", condition=OPEN),
            models.Index(fields=["agent", "required_end", "id"], name="ntf_open_by_agent", condition=OPEN),
            models.Index(fields=["store", "required_end", "id"], name="ntf_due_by_store"),
            models.Index(fields=["required_end", "id"], name="ntf_due"),
            models.Index(fields=["store", "-created_on", "-id"], name="ntf_newest_by_store"),
            models.Index(fields=["-created_on", "-id"], name="ntf_newest"),
            models.Index(fields=["agent", "-created_on", "-id"], name="ntf_by_agent"),
            models.Index(fields=["member", "-id"], name="ntf_by_member"),
            models.Index(fields=["user_status", "-created_on", "-id"], name="ntf_by_user_status"),
            models.Index(fields=["store", "required_start", "id"], name="ntf_plan", condition=OPEN),
            models.Index(fields=["required_start", "id"], name="ntf_plan_all", condition=OPEN),
            models.Index(fields=["store", "-created_on", "-id"], name="ntf_nobody", condition=Q(agent__isnull=True)),
            GinIndex(fields=["text_bigrams"], name="ntf_text"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("service_tickets:detail", args=[self.pk])

    @property
    def system_statuses(self) -> list[SystemStatus]:
        """Active system statuses, the phase first."""
        return [SystemStatus(self.phase), *(mark for mark in MARKS if mark in self.marks)]

    @property
    def today(self) -> date:
        return timezone.localdate(timezone=self.store.tz)

    @property
    def light(self) -> Light:
        return light_for(self.required_start, self.required_end, self.today, self.phase == SystemStatus.NOCO)

    @property
    def is_flagged(self) -> bool:
        return SystemStatus.DLFL in self.marks

    @property
    def is_urgent(self) -> bool:
        return self.priority == Priority.URGENT


class ExtraStatus(models.Model):
    """An unnumbered user status that is active on a notification."""

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="extra_statuses")
    status = models.ForeignKey("service_tickets.UserStatus", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("unnumbered user status")
        verbose_name_plural = _("unnumbered user statuses")
        constraints = [models.UniqueConstraint(fields=["notification", "status"], name="extra_status_once")]

    def __str__(self) -> str:
        return str(self.status)
