"""What a result makes of a step (handbook 6.6)."""

from collections.abc import Collection
from datetime import date, timedelta

from followups.enums import STATE_AFTER, Result, StepState
from followups.rules.days import next_open_day

NO_ANSWERS_AT_MOST = 3  # the third time closes it as not reached


def after_result(
    result: Result, *, no_answers: int, today: date, closed_weekdays: Collection[int]
) -> tuple[StepState, date | None]:
    """State after `result`, and the next due day where it stays open.

    `no_answers`: how often nobody answered before this time. No answer: again the next day, moved to an open one.
    """
    if result != Result.NO_ANSWER:
        return STATE_AFTER[result], None
    if no_answers + 1 >= NO_ANSWERS_AT_MOST:
        return StepState.NOT_REACHED, None
    return StepState.OPEN, next_open_day(today + timedelta(days=1), closed_weekdays)
