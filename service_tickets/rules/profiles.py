"""User status profiles: which status may follow, and whether a profile can be saved (service-notifications)."""

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _

from service_tickets.enums import Action
from service_tickets.rules.values import ProfileSpec, Reason, StatusSpec

HIGHEST_NUMBER = 99


def allowed_next(profile: ProfileSpec, present: StatusSpec | None) -> tuple[StatusSpec, ...]:
    """Numbered statuses that the numbers let follow `present`, by number; without one any may be set."""
    if present is None:
        return profile.numbered
    return tuple(s for s in profile.numbered if s.code != present.code and in_range(s, present))


def in_range(wanted: StatusSpec, present: StatusSpec) -> bool:
    """Whether the number of `wanted` lies within lowest…highest of `present`."""
    low, high = present.lowest, present.highest
    return wanted.number is not None and low is not None and high is not None and low <= wanted.number <= high


def initial_statuses(profile: ProfileSpec) -> tuple[StatusSpec, ...]:
    """What a new notification gets: the initial ones and those that the action "create" sets."""
    return tuple(s for s in profile.statuses if s.initial or Action.CREATE in s.set_by)


def profile_faults(profile: ProfileSpec) -> list[Reason]:
    """Why a profile cannot be saved; empty when it can. Reasons name the status."""
    faults = [*_code_faults(profile), *_number_faults(profile), *_action_faults(profile)]
    starts = [s for s in initial_statuses(profile) if s.number is not None]
    if not starts:
        faults.append(Reason("no_initial", _("No numbered status is marked as initial.")))
    if len(starts) > 1:
        faults.append(Reason("two_initial", _("Only one numbered status can be initial: %s.") % _codes(starts)))
    if faults:
        return faults
    return [*_unreachable(profile, starts[0]), *_dead_ends(profile), *_locks(profile)]


def _codes(statuses: Iterable[StatusSpec]) -> str:
    return ", ".join(s.code for s in statuses)


def _code_faults(profile: ProfileSpec) -> list[Reason]:
    names = Counter(name for s in profile.statuses for name in {s.code, *s.aliases})
    return [Reason("code_twice", _("The code %s is given twice.") % name) for name, times in names.items() if times > 1]


def _number_faults(profile: ProfileSpec) -> list[Reason]:
    return [fault for s in profile.statuses if (fault := _number_fault(s, profile))]


def _number_fault(s: StatusSpec, profile: ProfileSpec) -> Reason | None:
    if s.number is None:
        if s.lowest is None and s.highest is None:
            return None
        return Reason("range_without_number", _("%s has a range but no number.") % s.code)
    if not 1 <= s.number <= HIGHEST_NUMBER:
        return Reason("number_out_of_range", _("The number of %s lies outside 1–99.") % s.code)
    if s.lowest is None or s.highest is None:
        return Reason("no_range", _("%s has a number but no lowest and highest next number.") % s.code)
    if s.lowest > s.highest:
        return Reason("range_upside_down", _("The lowest next number of %s is above its highest.") % s.code)
    if not any(in_range(other, s) for other in profile.numbered):
        return Reason("range_empty", _("No status lies between the lowest and highest next number of %s.") % s.code)
    return None


def _action_faults(profile: ProfileSpec) -> list[Reason]:
    known = set(Action)
    faults = []
    for s in profile.statuses:
        if unknown := (s.allows | s.forbids | s.set_by | s.deleted_by) - known:
            faults.append(Reason("unknown_action", _("%s names an unknown action: ") % s.code + ", ".join(unknown)))
        if s.allows & s.forbids:
            faults.append(Reason("both", _("%s allows and forbids the same action.") % s.code))
        if s.set_by & s.deleted_by:
            faults.append(Reason("set_and_deleted", _("The same action sets and takes away %s.") % s.code))
        if s.number is not None and s.deleted_by:
            faults.append(Reason("number_deleted", _("%s is numbered: it is replaced, never taken away.") % s.code))
    return faults


def _reachable(profile: ProfileSpec, start: StatusSpec) -> set[str]:
    """Codes that can be reached from `start` by hand, or because an action sets them, itself included."""
    found, todo = {start.code}, [start]
    while todo:
        for s in _followers(profile, todo.pop()):
            if s.code not in found:
                found.add(s.code)
                todo.append(s)
    return found


def _followers(profile: ProfileSpec, present: StatusSpec) -> list[StatusSpec]:
    by_hand = Action.SET_STATUS not in present.forbids
    return [s for s in allowed_next(profile, present) if by_hand or s.set_by - present.forbids]


def _unreachable(profile: ProfileSpec, start: StatusSpec) -> list[Reason]:
    reached = _reachable(profile, start)
    return [
        Reason("unreachable", _("%(code)s cannot be reached from %(start)s.") % {"code": s.code, "start": start.code})
        for s in profile.numbered
        if s.code not in reached
    ]


def _dead_ends(profile: ProfileSpec) -> list[Reason]:
    by_code = {s.code: s for s in profile.statuses}
    return [
        Reason("dead_end", _("From %s a notification can never be completed.") % s.code)
        for s in profile.numbered
        if all(Action.COMPLETE in by_code[code].forbids for code in _reachable(profile, s))
    ]


def _locks(profile: ProfileSpec) -> list[Reason]:
    """An unnumbered status that forbids completing and its own removal blocks for good."""
    return [
        Reason("dead_end", _("%s forbids completing and can never be taken away.") % s.code)
        for s in profile.statuses
        if s.number is None and {Action.COMPLETE, Action.DELETE_STATUS} <= s.forbids and not s.deleted_by - s.forbids
    ]
