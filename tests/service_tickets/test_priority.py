"""What is urgent begins at once, ends first, and is told to the agent on every page."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from service_tickets.enums import Action
from service_tickets.models import Notification
from service_tickets.panels import agents_pressing
from service_tickets.rules.dates import usual_end, working_day_after
from tests.factories import StaffFactory
from tests.service_tickets.helpers import TODAY, do, notify
from vipcrm.enums import Role

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("start", "priority", "kind", "end"),
    [
        (FRIDAY, "1", "repair", date(2026, 11, 25)),  # the weekend does not count
        (FRIDAY, "1", "complaint", date(2026, 11, 25)),
        (date(2026, 11, 21), "1", "", date(2026, 11, 25)),  # a Saturday
        (date(2026, 11, 16), "1", "", date(2026, 11, 19)),
        (FRIDAY, "3", "complaint", date(2026, 12, 5)),
        (FRIDAY, "2", "repair", date(2026, 11, 27)),
        (FRIDAY, "4", "", date(2026, 11, 27)),
    ],
)
def test_the_usual_end(start, priority, kind, end):
    assert usual_end(start, priority=priority, kind=kind) == end


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 20))
def test_working_days_are_counted_one_by_one(day, count):
    end = working_day_after(day, count)
    passed = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(each.weekday() < 5 for each in passed) == count and end.weekday() < 5


def filled(page):
    return {bound.name: "" if bound.value() is None else bound.value() for bound in page.context["form"]}


@pytest.mark.parametrize(("priority", "kind"), [("1", "repair"), ("3", "complaint"), ("3", "repair")])
def test_an_empty_required_end_follows_the_priority(client, clerk, member, priority, kind):
    client.force_login(clerk)
    address = f"{reverse('service_tickets:create')}?member={member.pk}"
    data = {**filled(client.get(address)), "description": "开线", "priority": priority, "kind": kind}
    assert data["required_end"] == ""
    today = timezone.localdate(timezone=member.home_store.tz)
    for start in (today + timedelta(days=9), today, today - timedelta(days=30)):  # of a delivery it may be long over
        client.post(address, {**data, "required_start": start})
        made = Notification.objects.latest("pk")
        assert made.required_end == usual_end(max(start, today), priority=priority, kind=kind)


def test_a_day_that_she_wrote_stands(client, clerk, member):
    client.force_login(clerk)
    address = f"{reverse('service_tickets:create')}?member={member.pk}"
    data = {**filled(client.get(address)), "description": "开线", "priority": "1"}
    client.post(address, {**data, "required_start": TODAY, "required_end": TODAY + timedelta(days=20)})
    assert Notification.objects.get().required_end == TODAY + timedelta(days=20)


def test_a_saved_header_always_has_a_required_end(client, clerk, member):
    made = notify(member, clerk)
    client.force_login(clerk)
    edit = reverse("service_tickets:edit", args=[made.pk])
    answer = client.post(edit, {**filled(client.get(edit)), "required_end": ""})
    assert answer.status_code == 422 and "required_end" in answer.context["form"].errors


def test_the_agent_is_told_of_what_is_urgent(member, clerk, agent):
    far = {"required_start": date(2099, 1, 1), "required_end": date(2099, 1, 9)}
    other = StaffFactory(store=agent.store, role=Role.SERVICE_AGENT)
    notify(member, clerk, agent=agent, **far)
    assert agents_pressing(agent) == 0
    own = notify(member, clerk, agent=agent, priority="1", **far)
    notify(member, clerk, priority="1", **far)
    notify(member, clerk, agent=other, priority="1", **far)
    assert (agents_pressing(agent), agents_pressing(other)) == (2, 2)
    do(own, Action.PUT_IN_PROCESS, agent)
    assert agents_pressing(agent) == 1
    stranger = StaffFactory(role=Role.SERVICE_AGENT)
    assert (agents_pressing(stranger), agents_pressing(clerk)) == (0, 0)


def test_what_is_past_its_end_is_told_too(member, clerk, agent):
    notify(member, clerk, agent=agent, required_start=date(2020, 1, 1), required_end=date(2020, 1, 2))
    assert agents_pressing(agent) == 1
