from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.enums import TierReason
from members.querysets import NEVER


class ProgrammeVersion(models.Model):
    """The tier programme as it holds from a date; the first version holds for all earlier days too (handbook 3.8)."""

    class Window(models.TextChoices):
        COUNTING_START = "counting_start", _("Since the counting start")

    class Year(models.TextChoices):
        MEMBERSHIP = "membership", _("Membership year")
        CALENDAR = "calendar", _("Calendar year")

    class Drop(models.TextChoices):
        MATCHING = "matching", _("To the tier that the spend meets")
        ONE_STEP = "one_step", _("One tier at most")

    valid_from = models.DateField(_("valid from"), unique=True)
    window = models.CharField(_("window"), max_length=20, choices=Window, default=Window.COUNTING_START)
    year = models.CharField(_("year"), max_length=20, choices=Year, default=Year.MEMBERSHIP)
    drop = models.CharField(_("drop"), max_length=20, choices=Drop, default=Drop.MATCHING)
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("programme version")
        verbose_name_plural = _("programme versions")
        ordering = ["valid_from"]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class Tier(models.Model):
    """One tier of a programme version: what lifts into it and what keeps it (handbook 3, the table)."""

    version = models.ForeignKey(ProgrammeVersion, models.CASCADE, related_name="tiers", verbose_name=_("version"))
    rank = models.PositiveSmallIntegerField(_("rank"))
    code = models.SlugField(_("code"), max_length=20)
    name_zh = models.CharField(_("name, Chinese"), max_length=40)
    name_en = models.CharField(_("name, English"), max_length=40)
    single = models.DecimalField(
        _("one purchase of"), max_digits=12, decimal_places=2, null=True, blank=True, help_text=_("Empty: any amount.")
    )
    cumulative = models.DecimalField(_("or cumulative"), max_digits=12, decimal_places=2, null=True, blank=True)
    keep = models.DecimalField(_("to keep it"), max_digits=12, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["version", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["version", "rank"], name="tier_rank_once_per_version"),
            models.UniqueConstraint(fields=["version", "code"], name="tier_code_once_per_version"),
            models.CheckConstraint(
                condition=Q(rank=1) | Q(single__isnull=False) | Q(cumulative__isnull=False),
                name="tier_above_first_asks_something",
                violation_error_message=_("A tier above the first needs a condition to join."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en


class ManualTier(models.Model):
    """A tier set by hand: a fact the replay takes in (handbook 3.7). Without `until`: until the next review."""

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="manual_tiers")
    tier = models.SlugField(_("tier"), max_length=20)
    at = models.DateTimeField(_("at"))
    on = models.DateField(_("on"), help_text=_("The home store's date."))
    until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("tier set by hand")
        verbose_name_plural = _("tiers set by hand")
        ordering = ["member", "at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="manual_tier_has_reason"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("on")), name="manual_tier_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.tier}"


class OpeningBalance(models.Model):
    """What a member brought along at go-live; her history starts there (handbook 3.12)."""

    member = models.OneToOneField("members.Member", models.CASCADE, related_name="opening")
    on = models.DateField(_("on"), help_text=_("The day of the import: purchases from here on count on top."))
    tier = models.SlugField(_("tier"), max_length=20, blank=True)
    tier_since = models.DateField(_("tier since"), null=True, blank=True)
    year_spend = models.DecimalField(_("spend in the year"), max_digits=14, decimal_places=2, default=0)
    counted_spend = models.DecimalField(_("spend since the counting start"), max_digits=14, decimal_places=2, default=0)
    points = models.PositiveIntegerField(_("points"), default=0)
    points_expire_on = models.DateField(_("points expire on"), null=True, blank=True)

    class Meta:
        verbose_name = _("opening balance")
        verbose_name_plural = _("opening balances")

    def __str__(self) -> str:
        return f"{self.tier} {self.tier_since}"


class TierChange(models.Model):
    """Derived: one change of tier. Rows with `withdrawn_at` are no longer in force and stay as the audit trail."""

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="tier_changes", verbose_name=_("member"))
    seq = models.PositiveIntegerField(_("position"), help_text=_("Position in the member's history, from 1."))
    at = models.DateTimeField(_("at"))
    on = models.DateField(_("on"), help_text=_("A receipt's day in its store; a review's in the home store."))
    from_tier = models.SlugField(_("from"), max_length=20, blank=True)
    to_tier = models.SlugField(_("to"), max_length=20, blank=True)
    reason = models.CharField(_("reason"), max_length=12, choices=TierReason)
    spend = models.DecimalField(_("spend"), max_digits=14, decimal_places=2)
    receipt_ids = ArrayField(models.BigIntegerField(), verbose_name=_("receipts"), default=list)
    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("tier change")
        verbose_name_plural = _("tier changes")
        ordering = ["member", "seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "seq"], condition=Q(withdrawn_at__isnull=True), name="tier_change_once_in_force"
            ),
        ]
        indexes = [
            models.Index(fields=["member"], name="tier_change_by_member"),
            models.Index(fields=["on", "reason"], condition=Q(withdrawn_at__isnull=True), name="tier_change_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.from_tier} → {self.to_tier} ({self.reason})"


class Standing(models.Model):
    """Derived, one row per member from her enrolment on: what her purchases and tier history add up to now."""

    member = models.OneToOneField("members.Member", models.CASCADE, primary_key=True, related_name="standing")
    tier = models.SlugField(_("tier"), max_length=20, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    tier_since = models.DateField(_("tier since"), null=True)
    counting_start = models.DateField(_("counting start"), null=True)
    counted_spend = models.DecimalField(_("spend since counting start"), max_digits=14, decimal_places=2, default=0)
    year_start = models.DateField(_("year start"), null=True)
    year_spend = models.DecimalField(_("spend in the year"), max_digits=14, decimal_places=2, default=0)
    review_on = models.DateField(_("next review"), null=True)
    next_event_on = models.DateField(
        null=True, help_text=_("The next day on which the history changes without a purchase: review, end, programme.")
    )
    purchases = models.PositiveIntegerField(_("purchases"), default=0)
    spend = models.DecimalField(_("spend"), max_digits=14, decimal_places=2, default=0)
    first_purchase_on = models.DateField(_("first purchase"), null=True)
    last_purchase_on = models.DateField(_("last purchase"), null=True)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        indexes = [
            models.Index(fields=["next_event_on"], name="standing_next_event"),
            models.Index(Coalesce("last_purchase_on", NEVER).desc(), "member", name="standing_last_purchase"),
            models.Index(fields=["-spend", "member"], name="standing_spend"),
            models.Index(fields=["-rank", "member"], name="standing_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.tier}"
