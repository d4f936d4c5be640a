"""Which steps a newer purchase replaces, and what a return gives back (handbook 6.4).

A function of the facts alone: whatever was recorded first, the same receipts give the same steps.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from followups.enums import StepState


@dataclass(frozen=True)
class Purchase:
    """A member's receipt that has, or had, something that counts for steps.

    `place` = (time of sale, receipt number, store code), the order in which receipts count (handbook 3.3).
    `undone_on`: the day on which all of it was returned, or it was voided; None while it stands.
    """

    place: tuple[object, ...]
    undone_on: date | None = None


@dataclass(frozen=True)
class StepFact:
    """A step without a result: the purchase it belongs to and its present due day."""

    purchase: Purchase
    due_on: date


def state_of(step: StepFact, others: Iterable[Purchase]) -> StepState:
    """Open, superseded or cancelled.

    Superseded: a newer purchase stands, or was undone only after the step's due day had passed (what is past does
    not reopen). A purchase undone itself cancels its steps.
    """
    if step.purchase.undone_on is not None:
        return StepState.CANCELLED
    newer = [other for other in others if other.place > step.purchase.place]
    if any(other.undone_on is None or other.undone_on > step.due_on for other in newer):
        return StepState.SUPERSEDED
    return StepState.OPEN
