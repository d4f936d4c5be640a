"""Changing a plan: a used one is never rewritten, a copy takes its place for later sales (handbook 6.2)."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from followups.models import Plan


@transaction.atomic
def copy_from(plan: Plan, *, day: date) -> Plan:
    """A copy of `plan` for sales from `day` on; the plan itself ends there. Returns the copy, to be changed."""
    steps = list(plan.steps.all())
    copy = Plan.objects.get(pk=plan.pk)
    copy.pk, copy.valid_from = None, day
    copy.save()
    for step in steps:
        step.pk, step.plan = None, copy
        step.save()
    ends_later = Q(valid_until=None) | Q(valid_until__gt=day)
    Plan.objects.filter(ends_later, pk=plan.pk).update(valid_until=day)
    return copy
