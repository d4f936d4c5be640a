from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StepState(models.TextChoices):
    """Where a step stands. Closed by a person: done … wrong number; by the facts: superseded, cancelled, withheld."""

    OPEN = "open", _("Open")
    DONE = "done", pgettext_lazy("step", "Done")
    NOT_REACHED = "not_reached", _("Not reached")
    DECLINED = "declined", _("Declined")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    SUPERSEDED = "superseded", _("Replaced by a newer purchase")
    CANCELLED = "cancelled", _("Cancelled")
    WITHHELD = "withheld", _("Not to be contacted")


# A person's result closed it: a fact, which no newer purchase and no rebuild changes.
ANSWERED = frozenset({StepState.DONE, StepState.NOT_REACHED, StepState.DECLINED, StepState.WRONG_NUMBER})
# Follows from receipts alone and can always be worked out again. `withheld` rows only remember that no step was made.
DERIVED = frozenset({StepState.OPEN, StepState.SUPERSEDED, StepState.CANCELLED})


class Result(models.TextChoices):
    """What came of a contact (handbook 6.6)."""

    REACHED = "reached", pgettext_lazy("result", "Reached")
    NO_ANSWER = "no_answer", _("No answer")
    DECLINED = "declined", _("Declined")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    CAME_TO_STORE = "came_to_store", _("Came to the store")


# What a result makes of a step; no answer is counted first (rules.results).
STATE_AFTER = {
    Result.REACHED: StepState.DONE,
    Result.CAME_TO_STORE: StepState.DONE,
    Result.DECLINED: StepState.DECLINED,
    Result.WRONG_NUMBER: StepState.WRONG_NUMBER,
}


class EventKind(models.TextChoices):
    RESULT = "result", _("Result")
    PUT_OFF = "put_off", _("Put off")
    TAKEN_BACK = "taken_back", _("Taken back")
    NUDGED = "nudged", _("Nudged")
    REASSIGNED = "reassigned", _("Reassigned")
    OVERDUE = "overdue", _("Overdue")


TAKES_BACK = frozenset({EventKind.RESULT, EventKind.PUT_OFF})


class Bucket(models.TextChoices):
    """Where a step stands on the page of the day."""

    OVERDUE = "overdue", _("Overdue")
    NOW = "now", _("Now")
    LATER = "later", _("Later")
    DONE = "done", _("Done today")
