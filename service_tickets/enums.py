from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NotificationType(models.TextChoices):
    """Which procedure a notification follows (service-notifications, "Types")."""

    Z1 = "Z1", _("Service notification")
    Z2 = "Z2", _("Delivery exception")


class Kind(models.TextChoices):
    """What the customer comes with; the clerk's first judgement."""

    REPAIR = "repair", _("Repair")
    ALTERATION = "alteration", _("Alteration")
    CLEANING = "cleaning", _("Cleaning")
    COMPLAINT = "complaint", _("Complaint")
    ADVICE = "advice", _("Advice")
    WRONG = "wrong", _("Wrong goods")
    DAMAGED = "damaged", _("Damaged goods")
    LATE = "late", _("Late goods")


KINDS_OF_TYPE = {
    NotificationType.Z1: (Kind.REPAIR, Kind.ALTERATION, Kind.CLEANING, Kind.COMPLAINT, Kind.ADVICE),
    NotificationType.Z2: (Kind.WRONG, Kind.DAMAGED, Kind.LATE),
}


class SystemStatus(models.TextChoices):
    """Set by actions only, never by hand. The first four are phases: exactly one of them is active."""

    OSNO = "OSNO", _("Outstanding")
    NOPO = "NOPO", _("Postponed")
    NOPR = "NOPR", _("In process")
    NOCO = "NOCO", _("Completed")
    ORAS = "ORAS", _("Order assigned")
    TSOS = "TSOS", _("Tasks outstanding")
    ATCO = "ATCO", _("All tasks completed")
    DLFL = "DLFL", _("Deletion flag")


PHASES = (SystemStatus.OSNO, SystemStatus.NOPO, SystemStatus.NOPR, SystemStatus.NOCO)
OPEN_PHASES = (SystemStatus.OSNO, SystemStatus.NOPO, SystemStatus.NOPR)
MARKS = (SystemStatus.ORAS, SystemStatus.TSOS, SystemStatus.ATCO, SystemStatus.DLFL)
PHASE_CHOICES = [(phase.value, phase.label) for phase in PHASES]


class Action(models.TextChoices):
    """What a person can do to a notification; statuses forbid actions, actions set statuses."""

    CREATE = "create", _("Create")
    PUT_IN_PROCESS = "put_in_process", _("Put in process")
    POSTPONE = "postpone", _("Postpone")
    TAKE_UP = "take_up", _("Take up again")
    COMPLETE = "complete", _("Complete the notification")
    REOPEN = "reopen", _("Put in process again")
    FLAG_DELETION = "flag_deletion", _("Flag for deletion")
    UNFLAG_DELETION = "unflag_deletion", _("Take back the deletion flag")
    CHANGE = "change", pgettext_lazy("action", "Change")
    ASSIGN = "assign", _("Assign")
    ADD_ITEM = "add_item", _("Add an item")
    ADD_TASK = "add_task", _("Add a task")
    RELEASE_TASK = "release_task", _("Release a task")
    COMPLETE_TASK = "complete_task", _("Complete a task")
    CONFIRM_TASK = "confirm_task", _("Mark a task successful")
    ADD_ACTIVITY = "add_activity", _("Write what was done")
    ADD_TEXT = "add_text", _("Add a text")
    ASK_HEAD_OFFICE = "ask_head_office", _("Ask head office")
    CREATE_ORDER = "create_order", _("Create a service order")
    SET_STATUS = "set_status", _("Set a user status")
    DELETE_STATUS = "delete_status", _("Take away a user status")


class TaskStatus(models.TextChoices):
    CREATED = "created", pgettext_lazy("task", "Created")
    RELEASED = "released", pgettext_lazy("task", "Released")
    COMPLETED = "completed", pgettext_lazy("task", "Completed")
    SUCCESSFUL = "successful", pgettext_lazy("task", "Successful")


OPEN_TASKS = frozenset({TaskStatus.CREATED, TaskStatus.RELEASED})


class Catalogue(models.TextChoices):
    """Two-level lists (group, code). F holds colours, which the papers code like the others without a letter."""

    PRODUCT = "B", _("B Product types")
    DAMAGE = "C", _("C Damage")
    CAUSE = "5", _("5 Causes")
    TASK = "2", _("2 Tasks")
    ACTIVITY = "A", _("A Activities")
    COLOUR = "F", _("F Colours")


class Priority(models.TextChoices):
    URGENT = "1", pgettext_lazy("priority", "Urgent")
    HIGH = "2", pgettext_lazy("priority", "High")
    MEDIUM = "3", pgettext_lazy("priority", "Medium")
    LOW = "4", pgettext_lazy("priority", "Low")


class PaidState(models.TextChoices):
    """完款状况: shown on everything printed or sent."""

    PAID = "paid", _("Fully paid")
    PART = "part", _("Partly paid")
    UNPAID = "unpaid", _("Not paid")


class Light(models.TextChoices):
    """Against required start and end: never colour alone, always sign and word."""

    GREEN = "green", _("Before the start")
    YELLOW = "yellow", _("Start reached")
    RED = "red", _("Past the end")
    DONE = "done", _("Completed")


class HistoryKind(models.TextChoices):
    SYSTEM = "system", _("System status")
    USER = "user", _("User status")
    TASK = "task", pgettext_lazy("history", "Task")
    CHANGE = "change", pgettext_lazy("history", "Change")
