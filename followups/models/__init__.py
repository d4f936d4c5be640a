from followups.models.plans import Plan, PlanStep
from followups.models.steps import Reminder, Step, StepEvent

__all__ = ["Plan", "PlanStep", "Reminder", "Step", "StepEvent"]
