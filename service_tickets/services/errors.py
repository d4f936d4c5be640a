from collections.abc import Sequence

from service_tickets.rules.values import Reason


class MoveNotAllowed(Exception):
    """An action on a notification is not possible; `reasons` say why, in sentences for people."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = list(reasons)
        super().__init__(" ".join(str(reason) for reason in reasons))


class ChangedMeanwhile(MoveNotAllowed):
    """Somebody changed the notification after the page was opened; nothing was done."""
