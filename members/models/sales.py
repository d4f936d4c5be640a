from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.querysets import ReceiptQuerySet


class Receipt(models.Model):
    """One till receipt of a store. A purchase when its net amount or net units are not zero (report-definitions).

    The `net_…` columns are derived from the lines and the returns that undo them (services.sales.refresh_receipts):
    a return counts on the receipt it undoes, so a receipt of returns only is no purchase itself.
    """

    store = models.ForeignKey("vipcrm.Store", models.PROTECT, related_name="receipts", verbose_name=_("store"))
    number = models.CharField(_("receipt number"), max_length=40)
    sold_at = models.DateTimeField(_("sold at"))
    sold_on = models.DateField(_("sold on"), help_text=_("The date in the store's time zone."))
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("clerk")
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name=_("member")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.CharField(_("reason for voiding"), max_length=200, blank=True)
    # derived: all lines net of what was returned; `counted_…` leaves out products marked "not for points"
    net_amount = models.DecimalField(_("net amount"), max_digits=14, decimal_places=2, default=0)
    net_units = models.IntegerField(_("net units"), default=0)
    counted_amount = models.DecimalField(_("counted amount"), max_digits=14, decimal_places=2, default=0)
    counted_units = models.IntegerField(_("counted units"), default=0)

    objects: ClassVar[Any] = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "number"],
                name="receipt_number_once_per_store",
                violation_error_message=_("This receipt number is already recorded in this store."),
            ),
            models.CheckConstraint(condition=~Q(number=""), name="receipt_number_not_blank"),
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True) | Q(arrived_at__lte=F("sold_at")),
                name="receipt_arrived_before_paying",
                violation_error_message=_("She arrived before she paid: correct the time of arrival."),
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="receipt_void_has_reason",
                violation_error_message=_("Say why the receipt is voided."),
            ),
            models.CheckConstraint(condition=Q(net_units__gte=0, net_amount__gte=0), name="receipt_net_not_negative"),
        ]
        indexes = [
            models.Index(fields=["member", "sold_at"], name="receipt_by_member"),
            models.Index(fields=["store", "sold_on"], name="receipt_by_store_day"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_voided(self) -> bool:
        return self.voided_at is not None


class ReceiptLine(models.Model):
    """One line of a receipt: a sale (quantity > 0) or a return (quantity < 0) linked to the line it undoes.

    `returned_…` are kept by a database trigger (migration 0002), so that no path can return more than was sold.
    """

    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="lines", verbose_name=_("receipt"))
    line_no = models.PositiveIntegerField(_("line number"))
    part = models.PositiveSmallIntegerField(
        default=0, help_text=_("One return row may undo several sold lines: its parts, from 0.")
    )
    product = models.ForeignKey("members.Product", models.PROTECT, related_name="lines", verbose_name=_("product"))
    product_name = models.CharField(_("product name"), max_length=120)
    category = models.CharField(_("category"), max_length=60, blank=True)
    style = models.CharField(_("style"), max_length=60, blank=True)
    list_price = models.DecimalField(_("list price"), max_digits=12, decimal_places=2, null=True, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=2)
    quantity = models.IntegerField(_("quantity"))
    returns_line = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="returned_by",
        db_index=False,
        verbose_name=_("returns line"),
    )
    voided = models.BooleanField(default=False, help_text=_("Follows the receipt."))
    amount = models.GeneratedField(
        expression=F("unit_price") * F("quantity"),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
    )
    returned_quantity = models.IntegerField(default=0, help_text=_("Units taken back, as a positive number."))
    returned_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        ordering = ["receipt", "line_no", "part"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "line_no", "part"], name="line_number_once_per_receipt"),
            models.CheckConstraint(
                condition=~Q(quantity=0),
                name="line_quantity_not_zero",
                violation_error_message=_("The quantity is a whole number other than 0."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0),
                name="line_price_not_negative",
                violation_error_message=_("A price is not negative; a return has a negative quantity."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, returns_line__isnull=True) | Q(quantity__lt=0, returns_line__isnull=False),
                name="line_return_names_the_line_it_undoes",
                violation_error_message=_("A return names the line that it undoes."),
            ),
            models.CheckConstraint(
                condition=Q(returned_quantity=0, returned_amount=0)
                | Q(
                    returned_quantity__gt=0,
                    returned_quantity__lte=F("quantity"),
                    returned_amount__gte=0,
                    returned_amount__lte=F("unit_price") * F("quantity"),
                ),
                name="line_returns_within_what_was_sold",
                violation_error_message=_("More would be returned than was sold."),
            ),
        ]
        indexes = [
            models.Index(fields=["returns_line"], name="line_returns", condition=Q(returns_line__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.product_name} × {self.quantity}"

    @property
    def left_units(self) -> int:
        """Units that can still be returned."""
        return 0 if self.voided else max(0, self.quantity - self.returned_quantity)

    @property
    def units_back(self) -> int:
        """Units that a return took back, as a positive number."""
        return max(0, -self.quantity)


class SaleEntry(models.Model):
    """One filling in of the sale page: its key makes a second press of the button the same receipt, not two."""

    key = models.UUIDField(primary_key=True)
    receipt = models.OneToOneField("members.Receipt", models.CASCADE, null=True, related_name="entry")
    started_at = models.DateTimeField(_("started at"), null=True)

    class Meta:
        verbose_name = _("sale entry")
        verbose_name_plural = _("sale entries")

    def __str__(self) -> str:
        return str(self.key)
