"""Everything that writes follow-up steps. Call as `services.record_result(…)`."""

from followups.services.handover import follow_members, hand_out_steps
from followups.services.managing import NotOfTheStore, nudge, reassign
from followups.services.plans import copy_from
from followups.services.refresh import Difference, rebuild_steps, refresh_steps, refresh_steps_of_stores
from followups.services.results import (
    CannotTakeBack,
    StepClosed,
    put_off,
    record_result,
    take_back,
)
from followups.services.sweep import run_followups

__all__ = [
    "CannotTakeBack",
    "Difference",
    "NotOfTheStore",
    "StepClosed",
    "copy_from",
    "follow_members",
    "hand_out_steps",
    "nudge",
    "put_off",
    "reassign",
    "rebuild_steps",
    "record_result",
    "refresh_steps",
    "refresh_steps_of_stores",
    "run_followups",
    "take_back",
]
