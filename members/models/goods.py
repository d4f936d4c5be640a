from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import ProductRole


class Product(models.Model):
    """Something that is sold, by its code 款号. Lines keep name, category, style and list price as sold."""

    code = models.CharField(_("product code"), max_length=40, unique=True)
    name = models.CharField(_("product name"), max_length=120)
    category = models.CharField(_("category"), max_length=60, blank=True)
    style = models.CharField(_("style"), max_length=60, blank=True)
    season = models.CharField(_("season"), max_length=40, blank=True)
    colour = models.CharField(_("colour"), max_length=40, blank=True)
    size = models.CharField(_("size"), max_length=20, blank=True)
    list_price = models.DecimalField(_("list price"), max_digits=12, decimal_places=2, null=True, blank=True)
    launched_on = models.DateField(_("launched on"), null=True, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=ProductRole, blank=True)
    excluded = models.BooleanField(
        _("not for points"),
        default=False,
        help_text=_("Counts in report spend, but not for tiers, points, segments or follow-ups (gift cards)."),
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="product_code_not_blank"),
            models.CheckConstraint(
                condition=Q(list_price__gte=0) | Q(list_price__isnull=True), name="product_list_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
