"""Short ways to a member with a purchase and its steps, through the real services."""

from datetime import datetime
from zoneinfo import ZoneInfo

from followups.models import Step
from tests.factories import MemberFactory, StaffFactory, StoreFactory, sale

SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(text, zone=SHANGHAI):
    """`2026-03-01 12:00` in a zone, aware."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def looked_after(**fields):
    """A member with an advisor of her home store."""
    store = fields.pop("home_store", None) or StoreFactory()
    advisor = fields.pop("advisor", None) or StaffFactory(store=store)
    return MemberFactory(home_store=store, advisor=advisor, **fields)


def bought(member, on="2026-03-02 15:00", **fields):
    """A purchase of a Monday by default: steps due on Thursday 5, Monday 9 and Tuesday 17 March 2026."""
    return sale(member, at=moment(on, member.home_store.tz), **fields)


def steps_of(receipt):
    return {step.plan_step.code: step for step in Step.objects.filter(receipt=receipt).select_related("plan_step")}


def states_of(receipt):
    return {code: step.state for code, step in steps_of(receipt).items()}
