from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vipcrm.enums import STORE_BOUND, SUPERVISORS, AuditAction, Role
from vipcrm.querysets import StaffQuerySet, StoreQuerySet


def validate_time_zone(value: str) -> None:
    """Raises ValidationError unless `value` is an IANA zone such as Asia/Shanghai."""
    if value not in available_timezones():
        raise ValidationError(
            _("“%(value)s” is not a time zone, write one like Asia/Shanghai."), params={"value": value}
        )


class Region(models.Model):
    """A group of stores that one region manager looks after."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """A store: sells, owns members, plans service visits (handbook 1)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="stores", verbose_name=_("region"), null=True, blank=True
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="Asia/Shanghai", validators=[validate_time_zone]
    )
    sales_org = models.CharField(_("sales organisation"), max_length=10, default="F011", blank=True)
    business_area = models.CharField(_("business area"), max_length=10, default="1002", blank=True)
    opens = models.TimeField(_("opens"), default="10:00")
    closes = models.TimeField(_("closes"), default="21:00")
    closed_weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("closed weekdays"),
        default=list,
        blank=True,
        help_text=_("Monday = 1 … Sunday = 7"),
    )
    is_head_office = models.BooleanField(_("head office"), default=False)

    objects: ClassVar[Any] = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=models.F("opens")),
                name="store_closes_after_opening",
                violation_error_message=_("A store closes after it opens."),
            ),
            models.CheckConstraint(condition=~Q(code=""), name="store_code_not_blank"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class StaffManager(UserManager.from_queryset(StaffQuerySet)):  # type: ignore[misc]
    """Django's user manager with our queries."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> Any:
        """`manage.py createsuperuser`: an administrator, who needs neither store nor region."""
        return super().create_superuser(username, email, password, **{"role": Role.ADMIN, **fields})


class Staff(AbstractUser):
    """A login: one person with a role in a store or a region (handbook 1)."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.CLERK)
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="staff", null=True, blank=True, verbose_name=_("store")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="managers", null=True, blank=True, verbose_name=_("region")
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    objects: ClassVar[Any] = StaffManager()

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(role__in=sorted(STORE_BOUND)) | Q(store__isnull=False),
                name="staff_role_needs_store",
                violation_error_message=_("This role belongs to a store: choose one."),
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.REGION_MANAGER) | Q(region__isnull=False),
                name="staff_region_manager_needs_region",
                violation_error_message=_("A region manager belongs to a region: choose one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Django admin is the administrators' workplace and nobody else's."""
        self.is_staff = self.is_superuser = self.role == Role.ADMIN
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_supervisor(self) -> bool:
        return self.role in SUPERVISORS


class AuditEvent(models.Model):
    """Who did what that must be answered for: opened a phone, exported a list, voided a receipt."""

    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    action = models.CharField(_("action"), max_length=30, choices=AuditAction)
    subject = models.CharField(_("subject"), max_length=120, blank=True, help_text="members.member:17")
    rows = models.PositiveIntegerField(_("rows"), null=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["subject", "-at"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"
