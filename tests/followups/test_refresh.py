"""Which steps a purchase brings (handbook 6.1, 6.2, 6.4, 6.8), through the services that record sales."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from followups import services
from followups.enums import Result, StepState
from followups.models import Plan, PlanStep, Step
from members.imports.run import import_file
from members.models import AdvisorChange, Consent
from members.services.sales import LineInput, record_receipt, void_receipt
from tests.factories import MemberFactory, ProductFactory, StaffFactory, StoreFactory, manager_of, sale
from tests.followups.factories import bought, looked_after, moment, states_of, steps_of

pytestmark = pytest.mark.django_db

ALL_OPEN = {"thanks": "open", "care": "open", "invitation": "open"}
ALL_SUPERSEDED = dict.fromkeys(ALL_OPEN, "superseded")
ALL_CANCELLED = dict.fromkeys(ALL_OPEN, "cancelled")


def returned(receipt, on, units=None, number=None):
    line = receipt.lines.get()
    back = LineInput(
        product_code=line.product.code,
        quantity=-(units or line.quantity),
        unit_price=line.unit_price,
        returns_line=line,
    )
    at = moment(on)
    return record_receipt(
        store=receipt.store, number=number, sold_at=at, lines=[back], member=receipt.member, by=None, at=at
    ).receipt


def test_a_purchase_brings_three_steps_owned_by_the_advisor():
    member = looked_after()

    receipt = bought(member)

    steps = steps_of(receipt)
    assert {code: step.due_on for code, step in steps.items()} == {
        "thanks": date(2026, 3, 5),
        "care": date(2026, 3, 9),
        "invitation": date(2026, 3, 17),
    }
    assert {step.owner for step in steps.values()} == {member.advisor}
    assert steps["thanks"].due_at == moment("2026-03-05 10:00")
    assert states_of(receipt) == ALL_OPEN


def test_in_another_store_she_buys_but_her_own_looks_after_her():
    member = looked_after(home_store=StoreFactory(closed_weekdays=[4], time_zone="America/New_York"))
    elsewhere = StoreFactory()

    steps = steps_of(sale(member, store=elsewhere, at=moment("2026-03-02 15:00")))

    assert {(step.owner, step.store) for step in steps.values()} == {(member.advisor, member.home_store)}
    assert steps["thanks"].due_at == moment("2026-03-06 10:00", member.home_store.tz)


def imported(path, *, now, rows, **options):
    path.write_text("\n".join(["receipt_no,store,sold_at,card_no,product_code,unit_price,quantity", *rows]))
    return import_file("purchases", path, now=now, **options)


def test_an_import_brings_the_same_steps_once_however_often_it_runs(tmp_path):
    member, path = looked_after(), tmp_path / "sales.csv"
    rows = [
        f"R{n},{member.home_store.code},{sold},{member.card_no},P1,100,1"
        for n, sold in enumerate(("2026-01-05 12:00", "2026-02-27 12:00", "2026-03-02 15:00"))
    ]

    for _ in range(2):
        imported(path, now=moment("2026-03-03 09:00"), rows=rows)

    steps = {(step.receipt.number, step.plan_step.code): step.state for step in Step.objects.all()}
    assert steps == {("R1", code): "superseded" for code in ALL_OPEN} | {("R2", code): "open" for code in ALL_OPEN}
    assert set(Step.objects.values_list("owner", flat=True)) == {member.advisor_id}
    assert services.rebuild_steps(check=True) == []


def test_an_import_that_is_taken_back_leaves_no_step(tmp_path):
    member, path = looked_after(), tmp_path / "sales.csv"
    good = f"R1,{member.home_store.code},2026-03-02 15:00,{member.card_no},P1,100,1"

    imported(path, now=moment("2026-03-03 09:00"), rows=[good, "R2,none,x,,P1,1,1"], all_or_nothing=True)
    imported(path, now=moment("2026-03-03 09:00"), rows=[good], dry_run=True)

    assert not Step.objects.exists()


def test_without_an_advisor_the_receipts_clerk_of_the_home_store_owns_them():
    member = MemberFactory()
    clerk = StaffFactory(store=member.home_store)
    stranger = StaffFactory()

    own = bought(member, by=clerk)
    own.staff = clerk
    own.save()
    Step.objects.all().delete()
    services.refresh_steps([own.pk])
    assert {step.owner for step in steps_of(own).values()} == {clerk}

    own.staff = stranger
    own.save()
    Step.objects.all().delete()
    services.refresh_steps([own.pk])
    assert {step.owner for step in steps_of(own).values()} == {None}


def test_advisor_and_store_are_those_of_the_day_of_purchase():
    member = looked_after()
    before, other = member.advisor, StoreFactory(closed_weekdays=[4])
    AdvisorChange.objects.create(
        member=member, on=date(2026, 3, 4), at=moment("2026-03-04 10:00"), store_before=member.home_store,
        store_after=other, advisor_before=before, advisor_after=None,
    )  # fmt: skip
    old_store = member.home_store
    member.home_store, member.advisor = other, None
    member.save()

    steps = steps_of(sale(member, store=old_store, at=moment("2026-03-02 15:00")))

    assert {step.owner for step in steps.values()} == {before}
    assert {step.store for step in steps.values()} == {old_store}
    assert steps["thanks"].due_on == date(2026, 3, 5)  # Thursday: closed only in the new store


@pytest.mark.parametrize(
    "closed, thanks",
    [
        ([], date(2026, 3, 5)),
        ([4], date(2026, 3, 6)),
        ([4, 5, 6], date(2026, 3, 8)),
        ([1, 2, 3, 4, 5, 6, 7], date(2026, 3, 5)),
    ],
)
def test_a_due_day_on_which_the_store_is_closed_moves_to_the_next_open_day(closed, thanks):
    member = looked_after(home_store=StoreFactory(closed_weekdays=closed))

    assert steps_of(bought(member))["thanks"].due_on == thanks


def test_the_day_of_purchase_is_counted_in_the_zone_of_the_store():
    member = looked_after(home_store=StoreFactory(time_zone="America/New_York"))

    receipt = sale(member, at=moment("2026-03-02 23:30", member.home_store.tz))

    step = steps_of(receipt)["care"]  # 9 March: summer time has begun the day before
    assert step.due_on == date(2026, 3, 9)
    assert step.due_at.isoformat() == "2026-03-09T14:00:00+00:00"


@pytest.mark.parametrize(
    "recorded, made",
    [
        ("2026-03-08 23:59", {"thanks", "care", "invitation"}),
        ("2026-03-12 09:00", {"care", "invitation"}),
        ("2026-03-13 00:10", {"invitation"}),
        ("2026-03-21 09:00", set()),
    ],
)
def test_no_step_more_than_three_days_before_the_receipt_was_recorded(recorded, made):
    receipt = bought(looked_after(), now=moment(recorded))

    assert set(steps_of(receipt)) == made


def test_recording_again_and_again_makes_each_step_once():
    receipt = bought(looked_after())

    assert not services.refresh_steps([receipt.pk])["steps"]
    assert Step.objects.count() == 3


def test_walk_ins_and_excluded_products_bring_none():
    sale(None, at=moment("2026-03-02 15:00"))
    bought(looked_after(), product=ProductFactory(excluded=True))

    assert not Step.objects.exists()


def test_a_gift_card_does_not_replace_the_steps_of_an_older_purchase():
    member = looked_after()
    first = bought(member)

    bought(member, "2026-03-04 12:00", product=ProductFactory(excluded=True))

    assert states_of(first) == ALL_OPEN


def test_a_receipt_of_zero_value_with_units_is_a_purchase():
    assert states_of(bought(looked_after(), amount="0.00")) == ALL_OPEN


def test_a_newer_purchase_replaces_what_is_not_yet_done():
    member = looked_after()
    first = bought(member)
    services.record_result(
        steps_of(first)["thanks"], result=Result.REACHED, by=member.advisor, at=moment("2026-03-05 11:00")
    )

    second = bought(member, "2026-03-06 12:00")

    assert states_of(first) == {"thanks": "done", "care": "superseded", "invitation": "superseded"}
    assert states_of(second) == ALL_OPEN


def test_what_was_tried_or_put_off_is_not_done_it_is_replaced_and_comes_back_on_its_day():
    member = looked_after()
    first = bought(member)
    at, steps = moment("2026-03-05 11:00"), steps_of(first)
    services.record_result(steps["thanks"], result=Result.NO_ANSWER, by=member.advisor, at=at)
    services.put_off(steps["care"], to_day=date(2026, 3, 12), reason="出差", by=member.advisor, at=at)
    second = bought(member, "2026-03-05 12:00")
    assert states_of(first) == ALL_SUPERSEDED

    returned(second, "2026-03-10 12:00")

    assert states_of(first) == {"thanks": "superseded", "care": "open", "invitation": "open"}
    assert steps_of(first)["care"].due_on == date(2026, 3, 12)


def test_of_three_purchases_the_last_returned_gives_back_the_second_only():
    member = looked_after()
    first, second = bought(member), bought(member, "2026-03-03 12:00")
    third = bought(member, "2026-03-04 12:00")

    returned(third, "2026-03-05 12:00")

    assert (states_of(first), states_of(second)) == (ALL_SUPERSEDED, ALL_OPEN)


def test_an_older_purchase_recorded_later_is_replaced_at_once():
    member = looked_after()
    newer = bought(member, "2026-03-06 12:00")

    older = bought(member, "2026-03-02 12:00", now=moment("2026-03-06 18:00"))

    assert states_of(older) == ALL_SUPERSEDED
    assert states_of(newer) == ALL_OPEN


def test_a_full_return_reopens_what_is_not_past_and_cancels_its_own():
    member = looked_after()
    first = bought(member)
    second = bought(member, "2026-03-08 12:00")

    returned(second, "2026-03-10 12:00")

    assert states_of(first) == {"thanks": "superseded", "care": "superseded", "invitation": "open"}
    assert states_of(second) == ALL_CANCELLED


def test_a_step_due_on_the_day_of_the_return_reopens():
    member = looked_after()
    first = bought(member)
    second = bought(member, "2026-03-04 12:00")

    returned(second, "2026-03-09 20:00")

    assert states_of(first) == {"thanks": "superseded", "care": "open", "invitation": "open"}


def test_a_partial_return_changes_nothing():
    member = looked_after()
    first = bought(member)
    second = bought(member, "2026-03-04 12:00", units=2, amount="200.00")

    returned(second, "2026-03-05 12:00", units=1)

    assert states_of(first) == ALL_SUPERSEDED
    assert states_of(second) == ALL_OPEN


def test_a_voided_receipt_is_like_one_returned_and_a_voided_return_undoes_that():
    member = looked_after()
    first = bought(member)
    second = bought(member, "2026-03-04 12:00")
    back = returned(second, "2026-03-04 13:00")
    assert (states_of(first), states_of(second)) == (ALL_OPEN, ALL_CANCELLED)

    boss = manager_of(member.home_store)
    void_receipt(back, reason="keyed wrongly", by=boss, at=moment("2026-03-04 14:00"))
    assert (states_of(first), states_of(second)) == (ALL_SUPERSEDED, ALL_OPEN)

    void_receipt(second, reason="keyed wrongly", by=boss, at=moment("2026-03-04 15:00"))
    assert (states_of(first), states_of(second)) == (ALL_OPEN, ALL_CANCELLED)


def test_steps_follow_a_receipt_that_is_corrected_to_another_member():
    wrong, right = looked_after(), looked_after()
    older = bought(wrong)
    receipt = bought(wrong, "2026-03-04 12:00")

    receipt.member = right
    receipt.save()
    services.refresh_steps([receipt.pk])

    assert set(Step.objects.filter(receipt=receipt).values_list("member", flat=True)) == {right.pk}
    assert states_of(older) == ALL_OPEN


@pytest.mark.parametrize("fields", [{"do_not_contact": True}, {"status": "left"}])
def test_who_must_not_be_contacted_gets_no_step(fields):
    member = looked_after(**fields)
    if fields.get("status"):
        member.status_changes.create(at=moment("2026-03-03 12:00"), on=date(2026, 3, 3), status="left")

    receipt = bought(member)

    assert set(states_of(receipt).values()) == {StepState.WITHHELD}
    assert not Step.objects.open().exists()


@pytest.mark.parametrize(
    "said, may",
    [
        ([], True),
        ([("phone", "given")], True),
        ([("phone", "refused")], False),
        ([("phone", "refused"), ("phone", "given")], True),
        ([("phone", "refused"), ("wechat", "given")], True),
        ([("phone", "refused"), ("wechat", "given"), ("wechat", "refused")], False),
        ([("sms", "refused"), ("email", "refused")], True),
    ],
)
def test_refused_consent_is_respected(said, may):
    member = looked_after()
    for channel, state in said:
        Consent.objects.create(member=member, channel=channel, state=state, given_on=date(2026, 2, 1))

    receipt = bought(member)

    assert states_of(receipt) == (ALL_OPEN if may else dict.fromkeys(ALL_OPEN, "withheld"))
    assert Step.objects.open().exists() is may


def test_plans_are_data_limited_to_tiers_and_amounts():
    Plan.objects.update(min_amount=Decimal(500))
    small = Plan.objects.create(name_zh="小单", name_en="Small", position=200)
    PlanStep.objects.create(plan=small, day=5, code="hello", name_zh="问候", name_en="Hello")
    vip = Plan.objects.create(name_zh="VIP", name_en="VIP", position=50, tiers=["vip", "supreme"])
    PlanStep.objects.create(plan=vip, day=1, code="thanks", name_zh="感谢", name_en="Thanks")

    assert set(steps_of(bought(looked_after(), amount="499.99"))) == {"hello"}
    assert set(steps_of(bought(looked_after(), amount="500.00"))) == {"thanks", "care", "invitation"}
    assert set(steps_of(bought(looked_after(), amount="2500.00"))) == {"thanks"}


def test_a_changed_plan_touches_only_new_purchases():
    old = bought(looked_after())
    Plan.objects.update(valid_until=date(2026, 3, 10))
    fresh = Plan.objects.create(name_zh="新", name_en="New", valid_from=date(2026, 3, 10))
    PlanStep.objects.create(plan=fresh, day=2, code="thanks", name_zh="感谢", name_en="Thanks")

    new = bought(looked_after(), "2026-03-10 12:00")

    assert services.rebuild_steps(check=True) == []
    assert len(steps_of(old)) == 3 and set(steps_of(new)) == {"thanks"}


def test_rebuild_finds_and_mends_what_is_stored_wrongly():
    member = looked_after()
    first = bought(member)
    second = bought(member, "2026-03-06 12:00")
    assert services.rebuild_steps(check=True) == []
    steps_of(second)["care"].delete()
    Step.objects.filter(pk=steps_of(first)["care"].pk).update(state="open", closed_at=None)
    wrong = date(2026, 3, 11)
    Step.objects.filter(pk=steps_of(second)["thanks"].pk).update(first_due_on=wrong, due_on=wrong)

    found = services.rebuild_steps([member.pk], check=True)
    assert {(one.code, one.was, one.state) for one in found} == {
        ("care", "open", "superseded"), ("care", None, "open"), ("thanks", "open", "open"),
    }  # fmt: skip
    assert len(services.rebuild_steps(check=True)) == 3

    services.rebuild_steps()
    assert services.rebuild_steps(check=True) == []
    assert states_of(second) == ALL_OPEN
    assert steps_of(second)["thanks"].due_at == moment("2026-03-09 10:00")


def test_rebuild_leaves_results_put_offs_and_owners_alone():
    member = looked_after()
    receipt = bought(member)
    steps = steps_of(receipt)
    colleague = StaffFactory(store=member.home_store)
    at = moment("2026-03-05 11:00")
    services.record_result(steps["thanks"], result=Result.DECLINED, by=member.advisor, at=at)
    services.put_off(steps["care"], to_day=date(2026, 3, 20), reason="出差", by=member.advisor, at=at)
    services.reassign(steps["invitation"], to=colleague, by=member.advisor, at=at)

    assert services.rebuild_steps(check=True) == []


def test_the_command_rebuild_knows_steps():
    member = looked_after()
    bought(member)
    call_command("rebuild", "--check")
    Step.objects.filter(plan_step__code="care").update(state="superseded", closed_at=moment("2026-03-03 10:00"))

    with pytest.raises(SystemExit) as stop:
        call_command("rebuild", "--check")
    assert stop.value.code == 4
    call_command("rebuild")
    call_command("rebuild", "--check")
    assert set(Step.objects.values_list("state", flat=True)) == {"open"}
