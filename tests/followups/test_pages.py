"""The pages of followups as people use them: what each sees and does not see, and what a result leads to."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from followups import panels, services
from followups.enums import Result
from followups.models import Step
from members.models import Consent
from tests.factories import MemberFactory, StaffFactory, admin, manager_of
from tests.followups.factories import bought, looked_after, moment, steps_of
from vipcrm.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]

NOON = moment("2026-03-05 12:00")  # Thursday; the thank-you call of a purchase of 2 March is due
TODAY = reverse("followups:today")
OVERDUE = reverse("followups:overdue")


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def member():
    return looked_after(name="王晓梅", gender="female", phone="+8613800001234")


@pytest.fixture
def step(member):
    return steps_of(bought(member))["thanks"]


def page(client, staff, url, data=None, **kwargs):
    client.force_login(staff)
    return client.post(url, data, **kwargs) if data is not None else client.get(url, **kwargs)


def sheet_url(step):
    return reverse("followups:step", args=[step.pk])


def test_the_day_shows_overdue_now_and_later(client, member, step):
    late = looked_after(name="许佳慧", home_store=member.home_store, advisor=member.advisor)
    bought(late, "2026-02-27 15:00")
    evening = looked_after(name="宋佳宁", home_store=member.home_store, advisor=member.advisor, contact_from="18:30")
    bought(evening)

    response = page(client, member.advisor, TODAY)

    day = response.context["day"]
    assert [row.member.name for row in day.overdue] == ["许佳慧"]
    assert [row.member.name for row in day.now] == ["王晓梅"]
    assert [(row.member.name, row.opens) for row in day.later] == [("宋佳宁", "18:30")]
    assert day.next.member == late
    html = response.content.decode()
    assert "+8613800001234" not in html and "开始回访" in html


def test_a_colleague_of_the_store_sees_only_her_own_but_may_cover(client, step):
    colleague = StaffFactory(store=step.member.home_store)

    assert not page(client, colleague, TODAY).context["day"].queue
    assert page(client, colleague, sheet_url(step)).status_code == 200


def test_what_another_store_has_does_not_exist_there(client, step):
    stranger, boss = StaffFactory(), manager_of(StaffFactory().store)

    for name in ("step", "put_off", "reassign"):
        url = reverse(f"followups:{name}", args=[step.pk])
        assert page(client, stranger, url).status_code == 404
        assert page(client, boss, url).status_code == 404
    assert page(client, stranger, reverse("followups:take_back", args=[step.pk]), {}).status_code == 404
    assert page(client, boss, reverse("followups:nudge", args=[step.pk]), {}).status_code == 404
    assert step.member.name not in page(client, boss, OVERDUE).content.decode()


def test_a_clerk_manages_nothing(client, step):
    clerk = step.owner

    assert page(client, clerk, OVERDUE).status_code == 403
    assert page(client, clerk, reverse("followups:nudge", args=[step.pk]), {}).status_code == 403
    assert page(client, clerk, reverse("followups:reassign", args=[step.pk])).status_code == 403


def test_a_store_manager_looks_at_each_clerk_and_at_what_nobody_owns(client, step):
    boss = manager_of(step.member.home_store)
    bought(MemberFactory(home_store=step.member.home_store, name="无主"))

    own = page(client, boss, TODAY)
    assert {one["key"]: one["count"] for one in own.context["people"]} == {
        "all": 2, str(boss.pk): 0, str(step.owner.pk): 1, "none": 1,
    }  # fmt: skip
    for key, names in ((step.owner.pk, [step.member.name]), ("none", ["无主"])):
        day = page(client, boss, f"{TODAY}?staff={key}").context["day"]
        assert [row.member.name for row in day.now] == names
    assert page(client, boss, f"{TODAY}?staff=999999").status_code == 404


def shown(response):
    return {row.member.name for row in response.context["day"].queue}


def test_a_store_manager_without_a_call_of_her_own_sees_the_whole_store(client, step):
    boss, elsewhere = manager_of(step.member.home_store), looked_after(name="外店")
    bought(elsewhere)
    done = looked_after(name="打完了", home_store=boss.store, advisor=step.owner)
    services.record_result(steps_of(bought(done))["thanks"], result=Result.REACHED, by=done.advisor, at=NOON)

    first = page(client, boss, TODAY)

    assert first.context["chosen"] == "all" and shown(first) == {step.member.name}
    assert step.owner.name in first.content.decode() and "全店" in first.content.decode()
    assert [row.event.step.member for row in first.context["day"].done] == [done]
    own = page(client, boss, f"{TODAY}?staff={boss.pk}")
    assert own.context["chosen"] == str(boss.pk) and not shown(own)


def test_a_store_manager_with_a_call_of_her_own_starts_with_it(client, step):
    boss = manager_of(step.member.home_store)
    bought(looked_after(name="店长的", home_store=boss.store, advisor=boss))

    assert shown(page(client, boss, TODAY)) == {"店长的"}
    assert shown(page(client, boss, f"{TODAY}?staff=all")) == {"店长的", step.member.name}


def test_a_clerk_does_not_get_the_whole_store_by_asking(client, step):
    colleague = StaffFactory(store=step.member.home_store)

    for asked in ("all", "none", str(step.owner.pk)):
        assert not shown(page(client, colleague, f"{TODAY}?staff={asked}"))


def test_the_sheet_says_who_she_is_and_records_that_her_number_was_opened(client, member, step):
    member.visit_notes.create(visited_on=date(2026, 3, 2), text="想找短外套", by=member.advisor)

    response = page(client, member.advisor, sheet_url(step))

    html = response.content.decode()
    assert 'href="tel:+8613800001234"' in html and "sms:+8613800001234" in html and "138****1234" in html
    assert "王姐" in html and "想找短外套" in html and "普通会员" in html
    event = AuditEvent.objects.get(action="phone_opened")
    assert (event.by, event.subject) == (member.advisor, f"members.member:{member.pk}")


@pytest.mark.parametrize("when, fields", [("2026-03-05 21:30", {}), ("2026-03-05 12:00", {"wrong_number": True})])
def test_a_number_that_must_not_be_called_is_not_in_the_page(client, member, step, time_machine, when, fields):
    time_machine.move_to(moment(when), tick=False)
    type(member).objects.filter(pk=member.pk).update(**fields)

    html = page(client, member.advisor, sheet_url(step)).content.decode()

    assert "+8613800001234" not in html
    assert not AuditEvent.objects.filter(action="phone_opened").exists()


def test_who_must_not_be_contacted_is_on_no_list_and_her_number_on_no_page(client, member, step, time_machine):
    time_machine.move_to(moment("2026-03-09 12:00"), tick=False)
    Consent.objects.create(member=member, channel="phone", state="refused", given_on=date(2026, 3, 4))

    assert not page(client, member.advisor, TODAY).context["day"].queue
    assert "王晓梅" not in page(client, manager_of(member.home_store), OVERDUE).content.decode()
    assert "+8613800001234" not in page(client, member.advisor, sheet_url(step)).content.decode()


def test_a_result_leads_to_the_next_one_with_the_way_back(client, member, step):
    other = looked_after(name="唐雨薇", home_store=member.home_store, advisor=member.advisor)
    following = steps_of(bought(other))["thanks"]

    response = page(client, member.advisor, sheet_url(step), {"result": "reached", "satisfaction": "4", "note": "好看"})

    assert response["Location"] == f"{sheet_url(following)}?after={step.pk}"
    html = client.get(response["Location"]).content.decode()
    assert "王晓梅" in html and "撤回" in html
    step.refresh_from_db()
    assert (step.state, step.satisfaction, step.note) == ("done", 4, "好看")


def test_after_the_last_one_comes_the_day_with_it_done(client, member, step):
    response = page(client, member.advisor, sheet_url(step), {"result": "no_answer", "satisfaction": "4"}, follow=True)

    day = response.context["day"]
    assert [row.event.result for row in day.done] == ["no_answer"] and not day.queue
    step.refresh_from_db()
    assert step.due_on == date(2026, 3, 6) and step.satisfaction is None


def test_taken_back_it_is_open_again(client, member, step):
    page(client, member.advisor, sheet_url(step), {"result": "declined"})

    response = page(client, member.advisor, reverse("followups:take_back", args=[step.pk]), {}, follow=True)

    step.refresh_from_db()
    assert step.is_open and response.status_code == 200


def test_the_next_day_it_cannot_be_taken_back(client, member, step, time_machine):
    page(client, member.advisor, sheet_url(step), {"result": "declined"})
    time_machine.move_to(NOON + timedelta(days=1), tick=False)

    response = page(client, member.advisor, reverse("followups:take_back", args=[step.pk]), {}, follow=True)

    step.refresh_from_db()
    assert step.state == "declined" and "撤回" in response.content.decode()


@pytest.mark.parametrize("data", [{}, {"result": "sold"}, {"result": "reached", "satisfaction": "6"}])
def test_an_incomplete_result_is_answered_with_422_and_keeps_what_was_typed(client, member, step, data):
    response = page(client, member.advisor, sheet_url(step), {**data, "note": "同事都夸"})

    assert response.status_code == 422 and "同事都夸" in response.content.decode()
    step.refresh_from_db()
    assert step.is_open


def test_a_second_tap_says_that_it_is_saved_already(client, member, step):
    page(client, member.advisor, sheet_url(step), {"result": "reached"})

    response = page(client, member.advisor, sheet_url(step), {"result": "declined"}, follow=True)

    step.refresh_from_db()
    assert step.state == "done" and response.status_code == 200


def test_one_call_closes_two_steps_shown_together(client, member, step):
    care = steps_of(step.receipt)["care"]
    services.put_off(step, to_day=date(2026, 3, 9), reason="x", by=member.advisor, at=NOON)

    html = page(client, member.advisor, sheet_url(step)).content.decode()
    assert f'name="also" value="{care.pk}"' in html
    page(client, member.advisor, sheet_url(step), {"result": "reached", "also": [care.pk]})

    assert set(Step.objects.filter(state="done")) == {step, care}


def test_a_step_of_somebody_else_cannot_be_slipped_in(client, member, step):
    other = steps_of(bought(looked_after()))["thanks"]

    response = page(client, member.advisor, sheet_url(step), {"result": "reached", "also": [other.pk]})

    assert response.status_code == 422
    other.refresh_from_db()
    assert other.is_open


def test_a_complaint_becomes_a_notification(client, member, step):
    response = page(
        client, member.advisor, sheet_url(step), {"result": "reached", "complaint": "袖口开线"}, follow=True
    )

    number = step.events.get().notification
    assert number and number in response.content.decode()


def test_put_off_to_another_day(client, member, step):
    url = reverse("followups:put_off", args=[step.pk])

    assert page(client, member.advisor, url).status_code == 200
    assert page(client, member.advisor, url, {"to_day": "2026-03-05", "reason": "x"}).status_code == 422
    assert page(client, member.advisor, url, {"to_day": "2026-03-10", "reason": ""}).status_code == 422
    response = page(client, member.advisor, url, {"to_day": "2026-03-10", "reason": "在外地"}, follow=True)

    assert "3月10日" in response.content.decode()
    step.refresh_from_db()
    assert step.due_on == date(2026, 3, 10)


@pytest.mark.parametrize("state", ["superseded", "cancelled", "withheld"])
def test_a_closed_step_says_why(client, member, step, state):
    Step.objects.filter(pk=step.pk).update(state=state, closed_at=NOON)

    response = page(client, member.advisor, sheet_url(step))

    assert response.status_code == 200 and "tel:" not in response.content.decode()


def test_the_overdue_page_counts_nudges_and_gives_over(client, member, step, time_machine):
    boss, colleague = manager_of(member.home_store), StaffFactory(store=member.home_store, name="周倩")
    time_machine.move_to(NOON + timedelta(days=2), tick=False)

    response = page(client, boss, OVERDUE)
    people = {one["name"]: (one["open"], one["overdue"], one["done"]) for one in response.context["people"]}
    assert people[member.advisor.name] == (3, 1, 0) and people["周倩"] == (0, 0, 0)
    assert [row.step for row in response.context["rows"]] == [step]

    page(client, boss, reverse("followups:nudge", args=[step.pk]), {}, follow=True)
    url = reverse("followups:reassign", args=[step.pk])
    assert page(client, boss, url).status_code == 200
    assert page(client, boss, url, {"to": StaffFactory().pk}).status_code == 422
    assert page(client, boss, url, {"to": colleague.pk}, follow=True).status_code == 200

    step.refresh_from_db()
    assert step.owner == colleague and step.nudged_at
    assert page(client, colleague, TODAY).context["day"].next.step == step
    assert not page(client, boss, f"{OVERDUE}?staff={member.advisor.pk}").context["rows"]


def test_an_admin_chooses_the_store(client, step, time_machine):
    time_machine.move_to(NOON + timedelta(days=2), tick=False)
    StaffFactory()

    response = page(client, admin(), f"{OVERDUE}?store={step.member.home_store.code}")

    assert [row.step for row in response.context["rows"]] == [step]


def test_the_number_of_overdue_stands_in_the_navigation(client, member, step, time_machine):
    time_machine.move_to(NOON + timedelta(days=2), tick=False)

    for staff, count in ((member.advisor, 1), (manager_of(member.home_store), 1), (StaffFactory(), 0)):
        assert ('class="v-count"' in page(client, staff, TODAY).content.decode()) is bool(count)


def test_in_the_members_file(client, member, step):
    services.record_result(step, result=Result.REACHED, note="同事都夸", satisfaction=4, by=member.advisor, at=NOON)

    html = page(client, member.advisor, reverse("members:detail", args=[member.pk])).content.decode()

    assert "同事都夸" in html and "满意度 4" in html and sheet_url(step) in html


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("url", [TODAY, OVERDUE])
def test_both_languages(client, member, step, url, language):
    client.cookies["django_language"] = language

    assert page(client, manager_of(member.home_store), url).status_code == 200


def people_with_steps(member, count):
    for n in range(count):
        bought(looked_after(name=f"顾客{n}", home_store=member.home_store, advisor=member.advisor), "2026-02-27 15:00")


@pytest.mark.parametrize("count", [1, 20])
def test_query_counts_do_not_grow(client, member, count, django_assert_num_queries):
    people_with_steps(member, count)
    boss = manager_of(member.home_store)
    step = Step.objects.open().order_by("due_on", "pk").first()
    services.record_result(steps_of(step.receipt)["care"], result=Result.REACHED, by=member.advisor, at=NOON)

    client.force_login(member.advisor)
    with django_assert_num_queries(9):
        client.get(TODAY)
    with django_assert_num_queries(15):
        client.get(sheet_url(step))
    client.force_login(boss)
    with django_assert_num_queries(12):
        client.get(TODAY)
    with django_assert_num_queries(12):
        client.get(OVERDUE)


def test_an_admin_has_no_steps_but_a_way_to_those_of_the_stores(client, step):
    response = page(client, admin(), TODAY)

    assert response.status_code == 200 and OVERDUE in response.content.decode()


def test_who_was_contacted_often_is_marked(client, member):
    for day in (20, 22, 24, 26):
        first = steps_of(bought(member, f"2026-02-{day - 3:02d} 12:00"))["thanks"]
        services.record_result(first, result=Result.REACHED, by=member.advisor, at=moment(f"2026-02-{day} 12:00"))
    bought(member)

    (row,) = page(client, member.advisor, TODAY).context["day"].now

    assert row.often == "14 天内已联系 4 次"


def test_a_sale_shows_which_follow_ups_it_brings(rf, member):
    receipt = bought(member)

    panel = panels.sale_steps(rf.get("/"), receipt)

    assert [step.due_on.day for step in panel.context["steps"]] == [5, 9, 17]


def test_the_timeline_shows_what_is_due_now(member, step):
    first = panels.entries_of(member, 5)[0]

    assert (first.state, first.url) == ("now", sheet_url(step))


def test_a_step_that_nobody_owns_can_be_read_everywhere(client, time_machine):
    member = MemberFactory()
    receipt = bought(member)
    boss = manager_of(member.home_store)
    time_machine.move_to(NOON + timedelta(days=2), tick=False)
    services.run_followups(NOON + timedelta(days=2))

    for url in (OVERDUE, f"{OVERDUE}?staff=none", sheet_url(steps_of(receipt)["thanks"]), f"{TODAY}?staff=none"):
        assert member.name in page(client, boss, url).content.decode()
    assert page(client, boss, reverse("members:detail", args=[member.pk])).status_code == 200
    assert page(client, boss, reverse("followups:reassign", args=[steps_of(receipt)["care"].pk])).status_code == 200
    Step.objects.update(state="cancelled", closed_at=NOON)
    assert page(client, boss, sheet_url(steps_of(receipt)["thanks"])).status_code == 200
