"""Whether an action is possible, why not, and what it makes of the statuses. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from service_tickets.enums import Action, HistoryKind, SystemStatus, TaskStatus
from service_tickets.rules.profiles import in_range, initial_statuses
from service_tickets.rules.system import FORBIDS, MOVES, TASK_MOVES, task_marks, why_forbidden
from service_tickets.rules.values import ProfileSpec, Reason, State, StatusSpec
from vipcrm.enums import Role

# What nobody begins or ends while a partner function that the type requires is played by nobody.
NEEDS_PARTNERS = frozenset({Action.PUT_IN_PROCESS, Action.RELEASE_TASK, Action.CREATE_ORDER, Action.COMPLETE})
# SAP shows system statuses in this order; reasons follow it: the one that must go first comes first.
ORDER = (
    SystemStatus.DLFL,
    SystemStatus.NOCO,
    SystemStatus.NOPO,
    SystemStatus.OSNO,
    SystemStatus.NOPR,
    SystemStatus.TSOS,
    SystemStatus.ORAS,
    SystemStatus.ATCO,
)


def why_not(action: Action, state: State) -> list[Reason]:
    """All reasons why `action` is not possible now; empty when it is.

    An action is possible if no active status, system or user, forbids it (service-notifications, "User status").
    """
    reasons = [_system_reason(s, action, state) for s in ORDER if s in state.system and action in FORBIDS[s]]
    return reasons + _conditions(action, state) + [_user_reason(s) for s in state.user if action in s.forbids]


def _system_reason(status: SystemStatus, action: Action, state: State) -> Reason:
    if status != SystemStatus.TSOS:
        return Reason(status.value, why_forbidden(status, action))
    count = len(state.open_tasks)
    text = ngettext("Tasks outstanding: %(count)d", "Tasks outstanding: %(count)d", count) % {"count": count}
    return Reason(status.value, _("%(what)s: %(which)s.") % {"what": text, "which": _listed(state.open_tasks)})


def _listed(texts: tuple[str, ...]) -> str:
    shown = _(", ").join(texts[:3])
    return shown + "…" if len(texts) > 3 else shown


def _user_reason(status: StatusSpec) -> Reason:
    text = _("The user status “%(label)s” %(code)s does not allow it.") % {"label": status.label, "code": status.code}
    return Reason(status.code, text)


def _conditions(action: Action, state: State) -> list[Reason]:
    """What neither table row says: required partners, approval, the deletion flag, head office."""
    reasons = [missing_reason(state.missing)] if state.missing and action in NEEDS_PARTNERS else []
    if action == Action.COMPLETE and needs_approval(state):
        reasons.append(Reason("approval", _("Head office is asked: it needs approval by a store manager first.")))
    if action == Action.FLAG_DELETION and state.phase == SystemStatus.OSNO and state.used:
        reasons.append(Reason("used", _("Only a completed notification, or one never used, can be flagged.")))
    if action == Action.UNFLAG_DELETION and SystemStatus.DLFL not in state.marks:
        reasons.append(Reason("not_flagged", _("It is not flagged for deletion.")))
    if action == Action.ASK_HEAD_OFFICE and state.asked:
        reasons.append(Reason("asked", _("Head office is asked already.")))
    return reasons + _set_by_reasons(action, state)


def missing_reason(functions: Iterable[str]) -> Reason:
    """Why a notification without a required partner is not saved and not worked on."""
    return Reason("partner", _("This type needs: %s.") % _(", ").join(functions))


def needs_approval(state: State) -> bool:
    """Approval is needed only where head office is asked, and only in a profile that knows one (Z1)."""
    return state.asked and not state.approved and any(s.approval for s in state.profile.statuses)


def _set_by_reasons(action: Action, state: State) -> list[Reason]:
    """A numbered status that the action would set must lie in the range, like one set by hand."""
    present = state.numbered
    if present is None:
        return []
    return [
        _range_reason(present)
        for s in state.profile.numbered
        if action in s.set_by and s.code != present.code and not in_range(s, present)
    ]


def _range_reason(present: StatusSpec) -> Reason:
    values = {"label": present.label, "number": present.number, "low": present.lowest, "high": present.highest}
    return Reason("range", _("After “%(label)s” %(number)s only %(low)s–%(high)s can follow.") % values)


def why_not_status(wanted: StatusSpec, state: State, role: str | None) -> list[Reason]:
    """Why a person in `role` cannot set the user status `wanted`. `role` None: an action sets it, nobody is asked."""
    if wanted in state.user:
        return [Reason("active", _("It is set already."))]
    reasons = why_not(Action.SET_STATUS, state)
    present = state.numbered
    if wanted.number is not None and present is not None and not in_range(wanted, present):
        reasons.append(_range_reason(present))
    if role is not None and wanted.roles and role not in wanted.roles:
        reasons.append(Reason("authorisation", _("Only this role may set it: %s.") % _role_names(wanted.roles)))
    return reasons


def why_not_delete(status: StatusSpec, state: State, role: str | None) -> list[Reason]:
    """Why an unnumbered user status cannot be taken away by hand."""
    if status not in state.user:
        return [Reason("not_active", _("It is not set."))]
    reasons = why_not(Action.DELETE_STATUS, state)
    if status.number is not None:
        reasons.append(Reason("numbered", _("A numbered status is replaced by the next, never taken away.")))
    if role is not None and status.roles and role not in status.roles:
        reasons.append(Reason("authorisation", _("Only this role may take it away: %s.") % _role_names(status.roles)))
    return reasons


def _role_names(roles: frozenset[str]) -> str:
    return _(", ").join(str(label) for role, label in Role.choices if role in roles)


def why_not_task(action: Action, task_status: str, state: State) -> list[Reason]:
    """Why a task in `task_status` cannot be released, completed, marked successful."""
    reasons = why_not(action, state)
    needed = TASK_MOVES[action][0]
    if task_status != needed:
        values = {"is": TaskStatus(task_status).label, "needed": needed.label}
        reasons.append(Reason("task", _("The task is “%(is)s”; it must be “%(needed)s” first.") % values))
    return reasons


def after_action(action: Action, state: State, task_statuses: Iterable[str] | None = None) -> State:
    """The statuses after `action`, which must be possible. `task_statuses` all tasks afterwards, where they changed."""
    move = MOVES.get(action)
    phase, marks = state.phase, state.marks
    if move is not None:
        phase, marks = move.phase or phase, (marks | move.add) - move.remove
    if task_statuses is not None:
        marks = (marks - {SystemStatus.TSOS, SystemStatus.ATCO}) | task_marks(task_statuses)
    moved = replace(state, phase=phase, marks=marks)
    for status in state.profile.statuses:
        if action in status.set_by:
            moved = after_setting(status, moved)
        elif action in status.deleted_by:
            moved = replace(moved, extras=moved.extras - {status})
    return moved


def after_setting(status: StatusSpec, state: State) -> State:
    """A numbered status replaces the present one; an unnumbered one joins. Approving and declining are remembered."""
    if status.number is None:
        return replace(state, extras=state.extras | {status})
    approved = state.approved if status.approval is None else status.approval
    return replace(state, numbered=status, approved=approved)


class Change(NamedTuple):
    """One line of the history: `old` empty = set, `new` empty = taken away, both = replaced."""

    kind: HistoryKind
    old: str
    new: str


def changes_between(before: State, after: State) -> list[Change]:
    """What is to be written into the history, in the order in which it replays."""
    found = []
    if before.phase != after.phase:
        found.append(Change(HistoryKind.SYSTEM, before.phase, after.phase))
    found += [Change(HistoryKind.SYSTEM, s, "") for s in sorted(before.marks - after.marks)]
    found += [Change(HistoryKind.SYSTEM, "", s) for s in sorted(after.marks - before.marks)]
    if before.numbered != after.numbered:
        found.append(Change(HistoryKind.USER, _code(before.numbered), _code(after.numbered)))
    found += [Change(HistoryKind.USER, s.code, "") for s in sorted(before.extras - after.extras, key=_code)]
    return found + [Change(HistoryKind.USER, "", s.code) for s in sorted(after.extras - before.extras, key=_code)]


def _code(status: StatusSpec | None) -> str:
    return "" if status is None else status.code


def replay(changes: Iterable[tuple[str, str, str]], profile: ProfileSpec) -> tuple[set[str], set[str]]:
    """Active system and user codes that a history of (kind, old, new) leads to; equals what is stored."""
    active: dict[str, set[str]] = {HistoryKind.SYSTEM: set(), HistoryKind.USER: set()}
    for kind, old, new in changes:
        if kind in active:
            active[kind] -= {old}
            active[kind] |= {new} - {""}
    known = {s.code for s in profile.statuses}
    return active[HistoryKind.SYSTEM], active[HistoryKind.USER] & known


def first_state(profile: ProfileSpec) -> State:
    """A notification that was just created: outstanding, with the initial user statuses."""
    state = State(phase=SystemStatus.OSNO, profile=profile)
    for status in initial_statuses(profile):
        state = after_setting(status, state)
    return state
