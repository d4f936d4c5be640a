from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from service_tickets.enums import Action, HistoryKind, TaskStatus
from service_tickets.querysets import TaskQuerySet


def _to_notification(related_name: str, **kwargs: Any) -> Any:
    return models.ForeignKey(
        "service_tickets.Notification",
        models.CASCADE,
        related_name=related_name,
        verbose_name=_("notification"),
        **kwargs,
    )


def _to_code(verbose_name: Any, catalogue: str, **kwargs: Any) -> Any:
    return models.ForeignKey(
        "service_tickets.CatalogueCode",
        models.PROTECT,
        related_name="+",
        verbose_name=verbose_name,
        limit_choices_to={"group__catalogue": catalogue},
        **kwargs,
    )


class Item(models.Model):
    """One thing the notification is about: product type, colour, material, quantity, damage."""

    notification = _to_notification("items", db_index=False)
    position = models.PositiveSmallIntegerField(_("position"))
    product_type = _to_code(_("product type"), "B", null=True, blank=True)
    colour = _to_code(_("colour"), "F", null=True, blank=True)
    material = models.CharField(_("material number"), max_length=40, blank=True)
    name = models.CharField(_("what it is"), max_length=120, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    damage = _to_code(_("damage"), "C", null=True, blank=True)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["notification", "position"]
        constraints = [
            models.UniqueConstraint(fields=["notification", "position"], name="item_position_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1),
                name="item_quantity_at_least_one",
                violation_error_message=_("The quantity is 1 or more."),
            ),
            models.CheckConstraint(
                condition=Q(product_type__isnull=False) | ~Q(material="") | ~Q(name=""),
                name="item_says_what_it_is",
                violation_error_message=_("Choose a product type or write what it is."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.material or str(self.product_type)


class Cause(models.Model):
    """Why an item is damaged; for made-for-us goods with the maker."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="causes", verbose_name=_("item"))
    code = _to_code(_("cause"), "5", null=True, blank=True)
    text = models.CharField(_("text"), max_length=200, blank=True)
    maker = models.CharField(_("maker"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        ordering = ["item", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__isnull=False) | ~Q(text=""),
                name="cause_says_something",
                violation_error_message=_("Choose a cause or write it."),
            ),
        ]

    def __str__(self) -> str:
        return self.text or str(self.code)


class Task(models.Model):
    """Something to be done for a notification or one of its items: created → released → completed → successful."""

    notification = _to_notification("tasks", db_index=False)
    item = models.ForeignKey(Item, models.CASCADE, null=True, blank=True, related_name="tasks", verbose_name=_("item"))
    position = models.PositiveSmallIntegerField(_("position"))
    code = _to_code(_("task code"), "2", null=True, blank=True)
    text = models.CharField(_("what is to be done"), max_length=120)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )
    responsible_name = models.CharField(
        _("responsible, outside"), max_length=60, blank=True, help_text=_("Somebody without a login.")
    )
    planned_start = models.DateField(_("planned start"), null=True, blank=True)
    planned_end = models.DateField(_("planned end"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=TaskStatus, default=TaskStatus.CREATED)

    objects: ClassVar[Any] = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["notification", "position"]
        constraints = [
            models.UniqueConstraint(fields=["notification", "position"], name="task_position_once"),
            models.CheckConstraint(condition=~Q(text=""), name="task_has_text"),
            models.CheckConstraint(
                condition=Q(planned_end__isnull=True)
                | Q(planned_start__isnull=True)
                | Q(planned_end__gte=F("planned_start")),
                name="task_ends_after_it_starts",
                violation_error_message=_("The planned end is not before the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def who(self) -> str:
        return self.responsible_name or (str(self.responsible) if self.responsible else "")


class Activity(models.Model):
    """What was done, by whom, when (catalogue A)."""

    notification = _to_notification("activities")
    code = _to_code(_("activity"), "A", null=True, blank=True)
    text = models.TextField(_("what was done"))
    done_at = models.DateTimeField(_("done at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-done_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="activity_has_text")]

    def __str__(self) -> str:
        return self.text[:40]


class LongText(models.Model):
    """One dated entry of the long text. Never changed afterwards."""

    notification = _to_notification("texts")
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("long text entry")
        verbose_name_plural = _("long text entries")
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="long_text_not_blank")]

    def __str__(self) -> str:
        return self.text[:40]


class Partner(models.Model):
    """Somebody who plays a further part: a colleague, a member, or a name."""

    notification = _to_notification("partners")
    function = models.ForeignKey(
        "service_tickets.PartnerFunction", models.PROTECT, related_name="+", verbose_name=_("function")
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("colleague")
    )
    name = models.CharField(_("name"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["notification", "function", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(staff__isnull=False) | ~Q(name=""), name="partner_is_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.function_id} {self.who}"

    @property
    def who(self) -> str:
        return self.name or (self.staff.name if self.staff else "")


class HistoryEntry(models.Model):
    """One change: what, from, to, who, when. System and user status rows replay to the present statuses."""

    notification = _to_notification("history", db_index=False)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    action = models.CharField(_("action"), max_length=20, choices=Action)
    kind = models.CharField(_("kind"), max_length=6, choices=HistoryKind)
    old = models.CharField(_("from"), max_length=200, blank=True)
    new = models.CharField(_("to"), max_length=200, blank=True)
    subject = models.CharField(_("of what"), max_length=120, blank=True, help_text=_("The task, the field."))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        ordering = ["id"]
        indexes = [models.Index(fields=["notification", "id"], name="history_by_notification")]

    def __str__(self) -> str:
        return f"{self.kind} {self.old} → {self.new}"
