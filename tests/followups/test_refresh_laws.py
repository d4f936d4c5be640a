"""Laws of handbook 6.4: whatever is recorded first, the same facts give the same steps, and those of the pure rule."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followups import services
from followups.models import Step
from followups.rules import Purchase, StepFact, first_due_day, is_made, state_of
from members.models import Receipt, ReceiptLine
from members.services import receipts_net
from tests.factories import MemberFactory, ProductFactory, ReceiptFactory, ReceiptLineFactory, StoreFactory
from tests.followups.factories import moment

START = date(2026, 3, 2)
PLAN = {"thanks": 3, "care": 7, "invitation": 15}
# (day of sale, days until recorded, day of full return or None): days counted from START
SALES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 20), st.none() | st.integers(0, 15)), min_size=1, max_size=5
)


def day_of(number):
    return START + timedelta(days=number)


def record(member, position, sold, late, product):
    at = moment(f"{day_of(sold)} 12:{position:02d}")
    receipt = ReceiptFactory(
        member=member, store=member.home_store, number=f"R{position}", sold_at=at, recorded_at=at + timedelta(days=late)
    )
    ReceiptLineFactory(receipt=receipt, product=product)
    tell(receipt)


def give_back(member, position, sold, after):
    line = ReceiptLine.objects.get(receipt__number=f"R{position}", receipt__member=member)
    at = moment(f"{day_of(sold + after)} 18:{position:02d}")
    receipt = ReceiptFactory(member=member, store=member.home_store, number=f"B{position}", sold_at=at, recorded_at=at)
    ReceiptLineFactory(receipt=receipt, product=line.product, quantity=-1, returns_line=line)
    tell(receipt, line.receipt)


def tell(*receipts):
    """What members does before it says that receipts changed."""
    ids = [receipt.pk for receipt in receipts]
    receipts_net.refresh_nets(ids)
    services.refresh_steps(ids)


def stored(member):
    rows = Step.objects.filter(member=member).select_related("receipt", "plan_step")
    return {(row.receipt.number, row.plan_step.code): (row.first_due_on, row.state) for row in rows}


def expected(sales, closed):
    purchases = {
        f"R{n}": Purchase((sold, n), None if after is None else day_of(sold + after))
        for n, (sold, _late, after) in enumerate(sales)
    }
    steps = {}
    for n, (sold, late, _after) in enumerate(sales):
        for code, days in PLAN.items():
            due = first_due_day(day_of(sold), days, closed)
            if is_made(due, day_of(sold + late)):
                own = purchases[f"R{n}"]
                steps[f"R{n}", code] = (due, state_of(StepFact(own, due), purchases.values()))
    return steps


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales=SALES, closed=st.sets(st.integers(1, 7), max_size=2), data=st.data())
def test_any_order_of_recording_gives_the_same_steps(sales, closed, data):
    product = ProductFactory()
    in_order, shuffled = (
        MemberFactory(home_store=StoreFactory(closed_weekdays=sorted(closed))) for _member in range(2)
    )
    acts = [(sold, 0, n) for n, (sold, _late, _after) in enumerate(sales)]
    acts += [(sold + after, 1, n) for n, (sold, _late, after) in enumerate(sales) if after is not None]

    play(in_order, sorted(acts), sales, product)
    play(shuffled, possible(data.draw(st.permutations(acts))), sales, product)

    # A purchase returned before anybody recorded it never had steps: those of a live one were cancelled.
    def kept(steps):
        return {key: value for key, value in steps.items() if value[1] != "cancelled"}

    assert kept(stored(in_order)) == kept(stored(shuffled)) == kept(expected(sales, closed))
    assert services.rebuild_steps([in_order.pk, shuffled.pk], check=True) == []
    Receipt.objects.filter(member__in=[in_order, shuffled]).count()


def possible(acts):
    """A return can only be recorded after its sale."""
    seen, waiting, played = set(), set(), []
    for act in acts:
        if act[1] == 0:
            played.append(act)
            seen.add(act[2])
            played += [later for later in waiting if later[2] == act[2]]
        elif act[2] in seen:
            played.append(act)
        else:
            waiting.add(act)
    return played


def play(member, acts, sales, product):
    for _day, kind, n in acts:
        sold, late, after = sales[n]
        if kind == 0:
            record(member, n, sold, late, product)
        else:
            give_back(member, n, sold, after)
