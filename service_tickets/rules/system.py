"""The system statuses as data: what each forbids, what each action does to them (service-notifications)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from service_tickets.enums import OPEN_TASKS, Action, SystemStatus, TaskStatus
from service_tickets.rules.values import Text

S = SystemStatus
A = Action
EVERYTHING = frozenset(set(Action) - {A.CREATE})


@dataclass(frozen=True)
class Move:
    """What an action does to the system statuses. `phase` None: stays."""

    phase: SystemStatus | None = None
    add: frozenset[SystemStatus] = frozenset()
    remove: frozenset[SystemStatus] = frozenset()


MOVES: dict[Action, Move] = {
    A.PUT_IN_PROCESS: Move(phase=S.NOPR),
    A.POSTPONE: Move(phase=S.NOPO),
    A.TAKE_UP: Move(phase=S.OSNO),
    A.COMPLETE: Move(phase=S.NOCO),
    A.REOPEN: Move(phase=S.NOPR),
    A.FLAG_DELETION: Move(add=frozenset({S.DLFL})),
    A.UNFLAG_DELETION: Move(remove=frozenset({S.DLFL})),
    A.CREATE_ORDER: Move(phase=S.NOPR, add=frozenset({S.ORAS})),
}

FORBIDS: dict[SystemStatus, frozenset[Action]] = {
    S.OSNO: frozenset({A.TAKE_UP, A.COMPLETE, A.REOPEN}),
    S.NOPO: EVERYTHING - {A.TAKE_UP, A.CHANGE, A.ASSIGN, A.ADD_ITEM, A.ADD_TEXT},
    S.NOPR: frozenset({A.PUT_IN_PROCESS, A.POSTPONE, A.TAKE_UP, A.REOPEN, A.FLAG_DELETION}),
    S.NOCO: EVERYTHING - {A.REOPEN, A.FLAG_DELETION, A.UNFLAG_DELETION},
    S.ORAS: frozenset(),
    S.TSOS: frozenset({A.COMPLETE}),
    S.ATCO: frozenset(),
    S.DLFL: EVERYTHING - {A.UNFLAG_DELETION},
}

# One sentence per status; a pair of status and action only where it says more.
WHY: dict[SystemStatus, Text] = {
    S.OSNO: _("It is still outstanding."),
    S.NOPO: _("It is postponed: take it up first."),
    S.NOPR: _("It is in process already."),
    S.NOCO: _("It is completed and only shown; it can be put in process again with a reason."),
    S.DLFL: _("It is flagged for deletion; the flag can be taken back."),
}
WHY_EXACTLY: dict[tuple[SystemStatus, Action], Text] = {
    (S.OSNO, A.TAKE_UP): _("It is not postponed."),
    (S.OSNO, A.COMPLETE): _("Nobody is working on it yet: put it in process first."),
    (S.OSNO, A.REOPEN): _("It was not completed."),
    (S.NOPO, A.POSTPONE): _("It is postponed already."),
    (S.NOPO, A.REOPEN): _("It was not completed."),
    (S.NOPO, A.FLAG_DELETION): _("Only a completed notification, or one never used, can be flagged."),
    (S.NOPR, A.POSTPONE): _("In process it cannot be postponed any more; the required end can be changed."),
    (S.NOPR, A.TAKE_UP): _("It is not postponed."),
    (S.NOPR, A.REOPEN): _("It was not completed."),
    (S.NOPR, A.FLAG_DELETION): _("Only a completed notification, or one never used, can be flagged."),
    (S.NOCO, A.COMPLETE): _("It is completed already."),
    (S.DLFL, A.FLAG_DELETION): _("It is flagged for deletion already."),
}


def why_forbidden(status: SystemStatus, action: Action) -> Text:
    """The sentence for an action that `status` forbids (TSOS is worded by `actions`, which knows the tasks)."""
    return WHY_EXACTLY.get((status, action)) or WHY[status]


def task_marks(statuses: Iterable[str]) -> frozenset[SystemStatus]:
    """TSOS while a task is created or released; ATCO once the last is completed; neither without tasks."""
    seen = set(statuses)
    if not seen:
        return frozenset()
    return frozenset({S.TSOS if seen & OPEN_TASKS else S.ATCO})


# What a task action makes of a task, and from which status.
TASK_MOVES: dict[Action, tuple[TaskStatus, TaskStatus]] = {
    A.RELEASE_TASK: (TaskStatus.CREATED, TaskStatus.RELEASED),
    A.COMPLETE_TASK: (TaskStatus.RELEASED, TaskStatus.COMPLETED),
    A.CONFIRM_TASK: (TaskStatus.COMPLETED, TaskStatus.SUCCESSFUL),
}
