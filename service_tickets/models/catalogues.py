from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from service_tickets.enums import Catalogue
from service_tickets.models.labels import Labelled


class CatalogueGroup(Labelled):
    """The upper level of a catalogue: a group of codes, Chinese and English."""

    catalogue = models.CharField(_("catalogue"), max_length=1, choices=Catalogue)
    code = models.CharField(_("group"), max_length=8)
    name_zh = models.CharField(_("name, Chinese"), max_length=60)
    name_en = models.CharField(_("name, English"), max_length=60)

    class Meta:
        verbose_name = _("catalogue group")
        verbose_name_plural = _("catalogue groups")
        ordering = ["catalogue", "code"]
        constraints = [
            models.UniqueConstraint(fields=["catalogue", "code"], name="catalogue_group_once"),
            models.CheckConstraint(condition=~Q(code=""), name="catalogue_group_code_not_blank"),
        ]

    def __str__(self) -> str:
        return f"{self.catalogue} {self.code} {self.name}"


class CatalogueCode(Labelled):
    """The lower level: what an item, cause, task or activity names. One in use is closed, not deleted."""

    group = models.ForeignKey(CatalogueGroup, models.PROTECT, related_name="codes", verbose_name=_("group"))
    code = models.CharField(_("code"), max_length=8)
    name_zh = models.CharField(_("name, Chinese"), max_length=60)
    name_en = models.CharField(_("name, English"), max_length=60)
    swatch = models.CharField(_("colour value"), max_length=7, blank=True, help_text=_("For colours: #b99a78"))
    closed = models.BooleanField(_("closed"), default=False, help_text=_("Not offered any more."))

    class Meta:
        verbose_name = _("catalogue code")
        verbose_name_plural = _("catalogue codes")
        ordering = ["group", "code"]
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="catalogue_code_once_per_group"),
            models.CheckConstraint(condition=~Q(code=""), name="catalogue_code_not_blank"),
            models.CheckConstraint(
                condition=Q(swatch="") | Q(swatch__regex=r"^#[0-9a-f]{6}$"),
                name="catalogue_swatch_is_hex",
                violation_error_message=_("Write a colour value like #b99a78."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PartnerFunction(Labelled):
    """A part somebody plays in a notification (SP, SH, VW, …), and for which types somebody must."""

    code = models.CharField(_("code"), max_length=2, unique=True)
    name_zh = models.CharField(_("name, Chinese"), max_length=60)
    name_en = models.CharField(_("name, English"), max_length=60)
    required_z1 = models.BooleanField(_("required for Z1"), default=False)
    required_z2 = models.BooleanField(_("required for Z2"), default=False)

    class Meta:
        verbose_name = _("partner function")
        verbose_name_plural = _("partner functions")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
