from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.enums import Calendar, Channel, ConsentState, Gender, MemberStatus, Source
from members.querysets import MemberQuerySet
from members.rules.phones import mask_phone


class Member(models.Model):
    """A customer with a card. Facts only; what follows from her purchases stands in `Standing`."""

    card_no = models.CharField(_("card number"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=20, blank=True, help_text="E.164, +8613800001234")
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender, blank=True)
    birth_calendar = models.CharField(_("calendar of birth"), max_length=5, choices=Calendar, default=Calendar.SOLAR)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(_("month of birth"), null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(_("day of birth"), null=True, blank=True)
    occupation = models.CharField(_("occupation"), max_length=80, blank=True)
    family = models.CharField(_("family"), max_length=200, blank=True)
    likes = models.CharField(_("likes, colours and fabrics"), max_length=200, blank=True)
    other_brands = models.CharField(_("other brands"), max_length=200, blank=True)
    preferred_channel = models.CharField(_("preferred channel"), max_length=10, choices=Channel, blank=True)
    contact_from = models.TimeField(_("contact from"), null=True, blank=True)
    contact_until = models.TimeField(_("contact until"), null=True, blank=True)
    do_not_contact = models.BooleanField(_("do not contact"), default=False)
    wrong_number = models.BooleanField(_("wrong number"), default=False)
    source = models.CharField(_("source"), max_length=30, blank=True, default="")
    referred_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="referrals", verbose_name=_("referred by")
    )
    note = models.TextField(_("note"), blank=True)
    home_store = models.ForeignKey(  # two indexes below begin with it
        "vipcrm.Store", models.PROTECT, related_name="members", verbose_name=_("home store"), db_index=False
    )
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="advised",
        verbose_name=_("advisor"),
    )
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("enrolled by")
    )
    enrolled_on_given = models.DateField(
        _("enrolled on, as given"), help_text=_("A receipt dated before it moves the enrolment to its day.")
    )
    enrolled_on = models.DateField(_("enrolled on"), help_text=_("The given day or an earlier receipt's."))
    status = models.CharField(_("status"), max_length=10, choices=MemberStatus, default=MemberStatus.ACTIVE)
    # search columns: written by services and the import together with the name (rules.pinyin)
    # (collation C: one index serves both the prefix search and the order)
    pinyin = models.CharField(max_length=200, blank=True, editable=False, db_collation="C")
    initials = models.CharField(max_length=80, blank=True, editable=False, db_collation="C")
    phone_tail = models.GeneratedField(
        expression=Right("phone", 4), output_field=models.CharField(max_length=4), db_persist=True
    )
    name_bigrams = models.GeneratedField(
        expression=Func(F("name"), function="name_bigrams"),
        output_field=ArrayField(models.CharField(max_length=2)),
        db_persist=True,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(condition=~Q(card_no=""), name="member_card_not_blank"),
            models.CheckConstraint(
                condition=~Q(name=""), name="member_name_not_blank", violation_error_message=_("A member has a name.")
            ),
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(wechat="") | Q(status__in=[MemberStatus.MERGED, MemberStatus.ERASED]),
                name="member_phone_or_wechat",
                violation_error_message=_("Give a phone number or a WeChat name."),
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{5,14}$"),
                name="member_phone_is_e164",
                violation_error_message=_("Write the phone number with all its digits."),
            ),
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True, birth_day__isnull=True, birth_year__isnull=True)
                | Q(
                    birth_month__isnull=False,
                    birth_month__range=(1, 12),
                    birth_day__isnull=False,
                    birth_day__range=(1, 31),
                ),
                name="member_birthday_has_month_and_day",
                violation_error_message=_("A birthday needs month and day; the year may be unknown."),
            ),
            models.CheckConstraint(
                condition=Q(enrolled_on__lte=F("enrolled_on_given")), name="member_enrolled_no_later_than_given"
            ),
            models.CheckConstraint(
                condition=Q(referred_by__isnull=True) | ~Q(referred_by=F("id")), name="member_not_referred_by_herself"
            ),
        ]
        indexes = [
            models.Index(fields=["phone"], name="member_phone"),
            models.Index(fields=["phone_tail"], name="member_phone_tail"),
            models.Index(fields=["initials", "id"], name="member_initials"),
            models.Index(fields=["name"], name="member_name_prefix", opclasses=["varchar_pattern_ops"]),
            GinIndex(fields=["name_bigrams"], name="member_name_bigrams"),
            models.Index(fields=["home_store", "pinyin", "id"], name="member_store_by_name"),
            models.Index(fields=["home_store", "-enrolled_on", "-id"], name="member_store_newest"),
            models.Index(fields=["-enrolled_on", "-id"], name="member_newest"),
            models.Index(fields=["pinyin", "id"], name="member_by_name"),
            models.Index(fields=["birth_month", "birth_day"], name="member_birthday"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.card_no}"

    @property
    def masked_phone(self) -> str:
        """`138****1234`: what lists show; opening the number is recorded."""
        return mask_phone(self.phone)

    @property
    def source_label(self) -> str:
        return str(dict(Source.choices).get(self.source, self.source))


class Consent(models.Model):
    """A member's word on one channel, with date and the wording she was shown. The newest row per channel counts."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="consents", verbose_name=_("member"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    state = models.CharField(_("state"), max_length=10, choices=ConsentState)
    given_on = models.DateField(_("on"))
    wording = models.CharField(_("wording version"), max_length=20, default="1")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["member", "channel", "-given_on", "-id"]
        indexes = [models.Index(fields=["member", "channel", "-given_on", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.state}"


class StatusChange(models.Model):
    """The day a member left, came back, was merged or erased. A purchase brings one who left back (derived row)."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="status_changes", verbose_name=_("member"))
    at = models.DateTimeField(_("at"))
    on = models.DateField(_("on"), help_text=_("The home store's date."))
    status = models.CharField(_("status"), max_length=10, choices=MemberStatus)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    receipt = models.ForeignKey(
        "members.Receipt",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The purchase that made her active again; empty for a change by a person."),
    )

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["member", "at", "id"]
        indexes = [models.Index(fields=["member", "at"], name="status_change_by_member")]

    def __str__(self) -> str:
        return f"{self.on} {self.status}"


class AdvisorChange(models.Model):
    """Home store or advisor changed: before and after, from which day. Before the first row: its `…_before`."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="advisor_changes", verbose_name=_("member"))
    on = models.DateField(_("on"))
    at = models.DateTimeField(_("at"))
    store_before = models.ForeignKey("vipcrm.Store", models.PROTECT, related_name="+")
    store_after = models.ForeignKey("vipcrm.Store", models.PROTECT, related_name="+")
    advisor_before = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    advisor_after = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("change of store or advisor")
        verbose_name_plural = _("changes of store or advisor")
        ordering = ["member", "on", "id"]

    def __str__(self) -> str:
        return f"{self.on} {self.member_id}"
