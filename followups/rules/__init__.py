"""Pure decisions about follow-up steps (handbook 6): values in, values out, no database and no clock."""

from followups.rules.buckets import bucket_of, days_overdue, order_of
from followups.rules.days import first_due_day, is_made, is_overdue, next_open_day
from followups.rules.results import NO_ANSWERS_AT_MOST, after_result
from followups.rules.scripts import PLACEHOLDERS, fill_script, salutation, unknown_placeholders
from followups.rules.sequences import Purchase, StepFact, state_of
from followups.rules.windows import Window, contact_window, opens_at

__all__ = [
    "NO_ANSWERS_AT_MOST",
    "PLACEHOLDERS",
    "Purchase",
    "StepFact",
    "Window",
    "after_result",
    "bucket_of",
    "contact_window",
    "days_overdue",
    "fill_script",
    "first_due_day",
    "is_made",
    "is_overdue",
    "next_open_day",
    "opens_at",
    "order_of",
    "salutation",
    "state_of",
    "unknown_placeholders",
]
