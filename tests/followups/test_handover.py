"""Who does the open steps when a member is handed over or somebody leaves (handbook 6.5), and a changed calendar (6.1)."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.urls import reverse

from followups import services
from followups.enums import Result
from followups.models import Reminder, Step, StepEvent
from members.services.people import update_member
from members.services.sales import void_receipt
from tests.factories import StaffFactory, StoreFactory, admin, manager_of
from tests.followups.factories import bought, looked_after, moment, states_of, steps_of
from vipcrm.models import Staff, Store

pytestmark = pytest.mark.django_db
AT = moment("2026-03-05 11:00")


def hand_over(member, **changes):
    return update_member(member, changes=changes, by=manager_of(member.home_store), at=AT)


def owners_of(*members):
    return set(Step.objects.filter(member__in=members).values_list("owner", flat=True))


def imported(tmp_path, kind, *lines):
    path = tmp_path / f"{kind}.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    call_command("import_data", kind, str(path))


def test_open_steps_go_with_the_member_and_say_so():
    member = looked_after(name="王晓梅")
    before, after = member.advisor, StaffFactory(store=member.home_store)
    steps = steps_of(bought(member))
    services.record_result(steps["thanks"], result=Result.REACHED, by=before, at=AT)
    services.record_result(steps["care"], result=Result.NO_ANSWER, by=before, at=AT)
    others = steps_of(bought(looked_after(home_store=member.home_store, advisor=before)))

    hand_over(member, advisor=after)

    assert {code: step.owner for code, step in steps_of(steps["care"].receipt).items()} == {
        "thanks": before, "care": after, "invitation": after,
    }  # fmt: skip
    events = StepEvent.objects.filter(kind="reassigned").values_list("step__plan_step__code", "note", "by__role")
    note = f"{before.name} → {after.name}"
    assert set(events) == {("care", note, "store_manager"), ("invitation", note, "store_manager")}
    assert owners_of(others["care"].member) == {before.pk}
    assert services.rebuild_steps(check=True) == []


def test_nobody_is_reminded_twice_of_one_due_day_after_a_handover():
    member = looked_after()
    bought(member)
    services.run_followups(moment("2026-03-05 10:00"))

    hand_over(member, advisor=StaffFactory(store=member.home_store))

    assert services.run_followups(moment("2026-03-05 12:00")).reminded == 0
    assert services.run_followups(moment("2026-03-09 10:00")).reminded == 1
    assert Reminder.objects.get(due_on=date(2026, 3, 9)).owner.pk in owners_of(member)


def test_what_reopens_after_a_handover_is_with_the_new_advisor():
    member = looked_after()
    first, second = bought(member), bought(member, "2026-03-04 12:00")
    after = StaffFactory(store=member.home_store)

    hand_over(member, advisor=after)
    void_receipt(second, reason="keyed wrongly", by=manager_of(member.home_store), at=AT)

    assert set(states_of(first).values()) == {"open"} and owners_of(member) == {after.pk}


def test_without_a_new_advisor_steps_stay_where_they_are():
    member = looked_after()
    bought(member)

    hand_over(member, advisor=None)

    assert owners_of(member) == {Step.objects.first().owner_id} and not StepEvent.objects.exists()


def test_an_import_of_members_hands_over_too(tmp_path):
    member = looked_after()
    after = StaffFactory(store=member.home_store)
    bought(member)

    imported(
        tmp_path, "members", "card_no,name,phone,store,advisor",
        f"{member.card_no},{member.name},13800000001,{member.home_store.code},{after.username}",
    )  # fmt: skip

    assert owners_of(member) == {after.pk}
    assert StepEvent.objects.filter(kind="reassigned").count() == 3


def test_the_steps_of_somebody_who_left_are_handed_out_evenly_a_member_to_one_clerk():
    store = StoreFactory()
    gone, *clerks = [StaffFactory(store=store) for _ in range(4)]
    members = [looked_after(home_store=store, advisor=gone) for _ in range(7)]
    for member in members:
        bought(member)
    Staff.objects.filter(pk=gone.pk).update(is_active=False)

    assert services.hand_out_steps([gone.pk], by_id=None, at=AT) == 21
    assert services.hand_out_steps([gone.pk], by_id=None, at=AT) == 0

    shares = [Step.objects.filter(owner=clerk).values("member").distinct().count() for clerk in clerks]
    assert sorted(shares) == [2, 2, 3]
    assert all(len(owners_of(member)) == 1 for member in members)


def test_her_advisor_comes_first_and_nobody_of_another_store_gets_any():
    store = StoreFactory()
    gone, clerk, advisor = [StaffFactory(store=store) for _ in range(3)]
    StaffFactory()
    known = looked_after(home_store=store, advisor=advisor)
    receipt = bought(known)
    for step in steps_of(receipt).values():
        services.reassign(step, to=gone, by=advisor, at=AT)
    other = looked_after(home_store=store, advisor=gone)
    bought(other)
    Staff.objects.filter(pk=gone.pk).update(is_active=False)

    services.hand_out_steps([gone.pk], by_id=None, at=AT)

    assert owners_of(known) == {advisor.pk} and owners_of(other) == {clerk.pk}


def test_in_a_store_without_clerks_they_become_nobodys():
    gone = StaffFactory()
    member = looked_after(home_store=gone.store, advisor=gone)
    bought(member)
    Staff.objects.filter(pk=gone.pk).update(is_active=False)

    assert services.hand_out_steps([gone.pk], by_id=None, at=AT) == 0
    assert Step.objects.unassigned().count() == 3


def test_an_advisor_who_has_left_gets_no_new_step():
    store = StoreFactory()
    member = looked_after(home_store=store, advisor=StaffFactory(store=store, is_active=False))
    clerk = StaffFactory(store=store)

    receipt = bought(member, by=clerk)
    type(receipt).objects.filter(pk=receipt.pk).update(staff=clerk)
    Step.objects.all().delete()
    services.refresh_steps([receipt.pk])

    assert owners_of(member) == {clerk.pk}


def changed_in_admin(client, thing, **changes):
    """Saves the admin page of a store or a person with some fields changed."""
    client.force_login(admin())
    url = reverse(f"admin:vipcrm_{thing._meta.model_name}_change", args=[thing.pk])
    form = client.get(url).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: value for name, value in values.items() if value not in (None, False)} | changes
    response = client.post(url, {name: value for name, value in data.items() if value is not None}, follow=True)
    assert response.redirect_chain, response.context["adminform"].form.errors
    return response.content.decode()


def test_made_inactive_in_the_admin_her_steps_go_to_colleagues(client):
    member = looked_after()
    colleague = StaffFactory(store=member.home_store)
    bought(member)

    html = changed_in_admin(client, member.advisor, is_active=None, last_login=None, date_joined=None, password=None)

    assert owners_of(member) == {colleague.pk} and "3 件没做完的回访已交给同事" in html
    assert StepEvent.objects.filter(kind="reassigned", by__role="admin").count() == 3


def test_moved_to_another_store_by_an_import_her_steps_stay_with_the_store(tmp_path):
    member = looked_after()
    colleague, other = StaffFactory(store=member.home_store), StoreFactory()
    bought(member)

    imported(
        tmp_path,
        "staff",
        "username,name,role,store",
        f"{member.advisor.username},{member.advisor.name},clerk,{other.code}",
    )

    assert owners_of(member) == {colleague.pk}


def due_days(receipt):
    return {code: step.due_on.day for code, step in steps_of(receipt).items()}


def test_closed_days_changed_in_the_admin_move_open_steps_at_once(client):
    member = looked_after()
    first, elsewhere = bought(member), bought(looked_after())
    put_off = steps_of(first)["care"]
    services.put_off(put_off, to_day=date(2026, 3, 12), reason="出差", by=member.advisor, at=AT)
    services.record_result(steps_of(first)["thanks"], result=Result.REACHED, by=member.advisor, at=AT)

    changed_in_admin(client, member.home_store, closed_weekdays="2,4", code=None, time_zone=None)

    assert due_days(first) == {"thanks": 5, "care": 13, "invitation": 18}  # Thursday done, Thursday → Friday, Tuesday
    assert due_days(elsewhere) == {"thanks": 5, "care": 9, "invitation": 17}
    assert steps_of(first)["invitation"].due_at == moment("2026-03-18 10:00")
    assert services.rebuild_steps(check=True) == []


def test_closed_days_changed_by_an_import_move_open_steps_and_back(tmp_path):
    member = looked_after()
    receipt, store = bought(member), member.home_store

    imported(tmp_path, "stores", "code,name,closed_weekdays", f"{store.code},{store.name},4")
    assert due_days(receipt)["thanks"] == 6
    Store.objects.filter(pk=store.pk).update(closed_weekdays=[])
    services.refresh_steps_of_stores([store.pk], at=AT)
    assert due_days(receipt)["thanks"] == 5 and services.rebuild_steps(check=True) == []


def test_hours_changed_in_the_admin_change_when_a_step_is_due(client):
    member = looked_after()
    receipt = bought(member)

    changed_in_admin(client, member.home_store, opens="11:30", code=None, time_zone=None)

    assert steps_of(receipt)["thanks"].due_at == moment("2026-03-05 11:30")


def test_after_a_change_of_time_zone_nobody_is_reminded_the_day_before(tmp_path):
    member = looked_after()
    receipt, store = bought(member), member.home_store
    there, west = ZoneInfo("Europe/London"), ZoneInfo("America/Los_Angeles")
    Store.objects.filter(pk=store.pk).update(time_zone=west.key)  # behind everybody's back: due at still in Shanghai
    assert services.run_followups(moment("2026-03-04 18:30", west)).reminded == 0
    Store.objects.filter(pk=store.pk).update(time_zone="Asia/Shanghai")

    imported(tmp_path, "stores", "code,name,time_zone", f"{store.code},{store.name},{there.key}")

    assert steps_of(receipt)["thanks"].due_at == moment("2026-03-05 10:00", there)
    assert services.run_followups(moment("2026-03-05 09:59", there)).reminded == 0
    assert services.run_followups(moment("2026-03-05 10:00", there)).reminded == 1
