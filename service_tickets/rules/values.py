"""What the rules look at: a notification and its profile as plain values."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.functional import Promise

from service_tickets.enums import SystemStatus

Text = str | Promise


class Reason(NamedTuple):
    """Why something is not possible: a stable code for programs, the sentence for people."""

    code: str
    text: Text

    def __str__(self) -> str:
        return str(self.text)


@dataclass(frozen=True)
class StatusSpec:
    """One user status of a profile. `number` None: comes and goes freely. `roles` empty: anybody may set it.

    `approval`: True where setting it approves the way to head office, False where it declines, None otherwise.
    """

    code: str
    label: Text = field(default="", compare=False)
    number: int | None = None
    lowest: int | None = None
    highest: int | None = None
    initial: bool = False
    roles: frozenset[str] = frozenset()
    allows: frozenset[str] = frozenset()
    forbids: frozenset[str] = frozenset()
    set_by: frozenset[str] = frozenset()
    deleted_by: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()
    approval: bool | None = None


@dataclass(frozen=True)
class ProfileSpec:
    """The user statuses of one notification type."""

    statuses: tuple[StatusSpec, ...]

    def find(self, code: str) -> StatusSpec | None:
        """The status with this code or alias; None if the profile has none."""
        wanted = code.strip().upper()
        return next((s for s in self.statuses if wanted == s.code or wanted in s.aliases), None)

    @property
    def numbered(self) -> tuple[StatusSpec, ...]:
        return tuple(sorted((s for s in self.statuses if s.number is not None), key=lambda s: (s.number or 0, s.code)))


@dataclass(frozen=True)
class State:
    """A notification's statuses and what else decides about actions.

    `open_tasks` are the texts of tasks not yet completed; `used`: something was done on it since it was created;
    `asked`: head office is asked; `approved`: a supervisor approved that; `missing`: required partner functions that
    nobody plays yet.
    """

    phase: SystemStatus
    profile: ProfileSpec
    marks: frozenset[SystemStatus] = frozenset()
    numbered: StatusSpec | None = None
    extras: frozenset[StatusSpec] = frozenset()
    open_tasks: tuple[str, ...] = ()
    used: bool = False
    asked: bool = False
    approved: bool = False
    missing: tuple[str, ...] = ()

    @property
    def system(self) -> frozenset[SystemStatus]:
        return frozenset({self.phase}) | self.marks

    @property
    def user(self) -> tuple[StatusSpec, ...]:
        """Active user statuses, the numbered one first."""
        numbered = () if self.numbered is None else (self.numbered,)
        return numbered + tuple(sorted(self.extras, key=lambda s: s.code))
