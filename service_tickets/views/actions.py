"""What a person can do next on a notification, and beside each impossible action the reason (look.md)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from service_tickets.enums import Action, SystemStatus
from service_tickets.models import Notification
from service_tickets.rules.actions import why_not, why_not_delete, why_not_status
from service_tickets.rules.profiles import allowed_next
from service_tickets.rules.values import Reason, State, StatusSpec
from service_tickets.services import IN_HEADER
from vipcrm.models import Staff

ICONS = {
    Action.PUT_IN_PROCESS: "play",
    Action.TAKE_UP: "play",
    Action.POSTPONE: "pause",
    Action.COMPLETE: "circle-check",
    Action.REOPEN: "rotate-ccw",
    Action.ADD_ACTIVITY: "notebook-pen",
    Action.ASK_HEAD_OFFICE: "send",
    Action.FLAG_DELETION: "trash-2",
    Action.UNFLAG_DELETION: "undo-2",
}
# Actions that ask for something first: a page. The others are done by one press.
PAGES = {
    Action.COMPLETE: "complete",
    Action.REOPEN: "reopen",
    Action.ASK_HEAD_OFFICE: "ask_head_office",
    Action.ADD_ACTIVITY: "activity_add",
}
# The first possible one of these is the page's main action.
MAIN = (Action.TAKE_UP, Action.PUT_IN_PROCESS, Action.COMPLETE, Action.ADD_ACTIVITY)
SHOWN = {
    SystemStatus.OSNO: (Action.PUT_IN_PROCESS, Action.COMPLETE, Action.POSTPONE),
    SystemStatus.NOPO: (Action.TAKE_UP, Action.PUT_IN_PROCESS, Action.COMPLETE),
    SystemStatus.NOPR: (Action.COMPLETE, Action.ADD_ACTIVITY, Action.POSTPONE),
    SystemStatus.NOCO: (Action.REOPEN,),
}
RARE = (Action.ADD_ACTIVITY, Action.ASK_HEAD_OFFICE, Action.FLAG_DELETION, Action.UNFLAG_DELETION)
# Their buttons stand at what they change; where one is missing there, the reason stands under “Other”.
ELSEWHERE = (Action.CHANGE, Action.ADD_TEXT, Action.ADD_ITEM, Action.ADD_TASK, Action.ADD_ACTIVITY)
TASK_ACTIONS = (Action.RELEASE_TASK, Action.COMPLETE_TASK, Action.CONFIRM_TASK)


class Why(NamedTuple):
    """A reason, and what helps against it: an address and its words."""

    text: str
    url: str = ""
    way: str = ""


@dataclass(frozen=True)
class Act:
    """One line of “Next”: a button, or a lock with the reasons, each with its way out."""

    title: str
    url: str
    icon: str = "arrow-right"
    code: str = ""
    post: bool = False
    reasons: list["Why"] = field(default_factory=list)
    main: bool = False


@dataclass(frozen=True)
class Acts:
    """What stands under “Next”, and what stands folded under “Other”."""

    next: list[Act]
    other: list[Act]


def acts_for(notification: Notification, state: State, staff: Staff) -> Acts:
    """Everything one can or cannot do now, possible ones first."""
    shown = [a for a in SHOWN[state.phase] if not (a == Action.ADD_ACTIVITY and why_not(a, state))]
    rare = [a for a in RARE if a not in shown and _is_of_use(a, state)]
    main = next((action for action in MAIN if action in shown and not why_not(action, state)), None)
    acts = [_act(notification, action, state, main=action == main) for action in shown]
    acts += [_status_act(notification, status, state, staff) for status in _next_statuses(state)]
    other = [_act(notification, action, state) for action in rare]
    other += [_status_act(notification, status, state, staff) for status in _far_statuses(state)]
    other += [_delete_act(notification, status, state, staff) for status in sorted(state.extras, key=lambda s: s.code)]
    return Acts(sorted(acts, key=_rank), sorted(other, key=_rank) + blocked(state))


def blocked(state: State) -> list[Act]:
    """What has no button now and stands nowhere else, gathered by reason: “Change, Add an item: it is completed.”"""
    actions = ELSEWHERE + (TASK_ACTIONS if state.open_tasks else ())
    found = [(action, texts(why_not(action, state))) for action in actions]
    refused = sorted(((reasons, action) for action, reasons in found if reasons), key=lambda pair: pair[0])
    return [
        Act(
            title=_(", ").join(str(action.label) for _reasons, action in group),
            url="",
            reasons=[Why(text) for text in reasons],
        )
        for reasons, group in groupby(refused, key=lambda pair: pair[0])
    ]


def _rank(act: Act) -> tuple[bool, bool]:
    return (not act.main, bool(act.reasons))


def _is_of_use(action: Action, state: State) -> bool:
    """Only one side of the deletion flag is offered, and head office only while it can be asked."""
    if action == Action.UNFLAG_DELETION:
        return SystemStatus.DLFL in state.marks
    if action == Action.FLAG_DELETION:
        return SystemStatus.DLFL not in state.marks
    if action == Action.ADD_ACTIVITY:
        return not why_not(action, state)
    return not state.asked and state.phase != SystemStatus.NOCO


def _next_statuses(state: State) -> list[StatusSpec]:
    """Numbered ones that the number lets follow, unnumbered ones not yet set; none on a completed notification."""
    if state.phase == SystemStatus.NOCO:
        return []
    free = [s for s in state.profile.statuses if s.number is None and s not in state.extras]
    return [*allowed_next(state.profile, state.numbered), *free]


def _far_statuses(state: State) -> list[StatusSpec]:
    if state.phase == SystemStatus.NOCO:
        return []
    near = {s.code for s in allowed_next(state.profile, state.numbered)}
    return [s for s in state.profile.numbered if s.code not in near and s != state.numbered]


def _act(notification: Notification, action: Action, state: State, main: bool = False) -> Act:
    reasons = why_not(action, state)
    page = PAGES.get(action)
    name = f"service_tickets:{page}" if page else "service_tickets:perform"
    return Act(
        title=str(action.label),
        url=reverse(name, args=[notification.pk] if page else [notification.pk, action.value]),
        icon=ICONS[action],
        post=page is None,
        reasons=[Why(str(reason), *_way_out(notification, action, reason, state)) for reason in reasons],
        main=main,
    )


def _way_out(notification: Notification, action: Action, reason: Reason, state: State) -> tuple[str, str]:
    """Address and words of what helps against a reason, where something does."""
    if reason.code == SystemStatus.TSOS:
        return "#tasks", _("To the tasks")
    if reason.code == "partner":
        return _page_of_partner(notification, state.missing[0].split()[0]), _("Name who it is")
    if action == Action.POSTPONE and reason.code == SystemStatus.NOPR:
        return reverse("service_tickets:edit", args=[notification.pk]), _("Change the required end")
    return "", ""


def _page_of_partner(notification: Notification, code: str) -> str:
    """Where the partner with this function is named: in the header, or on the page of a further partner."""
    if code in IN_HEADER:
        return reverse("service_tickets:edit", args=[notification.pk])
    return f"{reverse('service_tickets:partner_add', args=[notification.pk])}?function={quote(code)}"


def _status_act(notification: Notification, status: StatusSpec, state: State, staff: Staff) -> Act:
    return Act(
        title=str(status.label),
        code=f"{status.code} {status.number}" if status.number else status.code,
        url=reverse("service_tickets:set_status", args=[notification.pk, status.code]),
        post=True,
        reasons=[Why(text) for text in texts(why_not_status(status, state, staff.role))],
    )


def _delete_act(notification: Notification, status: StatusSpec, state: State, staff: Staff) -> Act:
    return Act(
        title=_("Take away: %s") % status.label,
        code=status.code,
        icon="x",
        url=reverse("service_tickets:delete_status", args=[notification.pk, status.code]),
        post=True,
        reasons=[Why(text) for text in texts(why_not_delete(status, state, staff.role))],
    )


def texts(reasons: Iterable[Reason]) -> list[str]:
    """The sentences, each once."""
    return list(dict.fromkeys(str(reason) for reason in reasons))


@dataclass(frozen=True)
class PathStep:
    """One numbered user status on the path: `state` is done, here or ahead."""

    spec: StatusSpec
    state: str
    entry: Any = None
    note: str = ""


def path_for(state: State, history: Iterable[Any]) -> list[PathStep]:
    """The numbered user statuses in order, with who set them when (`history` oldest first: the last time counts)."""
    entries = {entry.new: entry for entry in history if entry.kind == "user" and entry.new}
    steps = []
    for spec in state.profile.numbered:
        here = state.numbered is not None and spec.code == state.numbered.code
        passed = spec.code in entries and not here
        place = "here" if here else "done" if passed else "ahead"
        steps.append(PathStep(spec, place, entries.get(spec.code), "" if passed else _note(spec, here, state)))
    return steps


def _note(spec: StatusSpec, here: bool, state: State) -> str:
    if here:
        return _("%(low)s–%(high)s can follow") % {"low": spec.lowest, "high": spec.highest}
    if spec.approval and not state.asked:
        return _("only where head office is asked")
    return ""
