"""Plans are edited in the admin without rewriting what was made from them; steps and ledgers are only read."""

from datetime import date

import pytest
from django.urls import reverse

from followups import services
from followups.models import Plan, PlanStep
from tests.factories import admin
from tests.followups.factories import bought, looked_after, moment, steps_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    client.force_login(admin())
    return client


def change_url(obj):
    return reverse(f"admin:followups_{obj._meta.model_name}_change", args=[obj.pk])


@pytest.mark.parametrize("model", ["plan", "step", "stepevent", "reminder"])
def test_every_list_opens_and_searches(client, model):
    bought(looked_after())
    services.run_followups(moment("2026-03-09 12:00"))

    assert client.get(reverse(f"admin:followups_{model}_changelist"), {"q": "C"}).status_code == 200


def test_steps_are_only_read(client):
    step = steps_of(bought(looked_after()))["thanks"]

    assert client.get(change_url(step)).status_code == 200
    assert client.post(change_url(step), {"state": "done"}).status_code == 403
    assert client.get(reverse("admin:followups_step_add")).status_code == 403


def form_of(plan, **changes):
    rows = list(plan.steps.all())
    data = {
        "name_zh": plan.name_zh, "name_en": plan.name_en, "position": plan.position, "tiers": "", "min_amount": "",
        "valid_from": "", "valid_until": "", "contact_from": "10:00", "contact_until": "21:00",
        "steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": len(rows),
    }  # fmt: skip
    for n, row in enumerate(rows):
        for name in ("id", "day", "code", "name_zh", "name_en", "script_zh", "script_en", "ask_zh", "ask_en",
                     "message_zh", "message_en"):  # fmt: skip
            data[f"steps-{n}-{name}"] = getattr(row, name)
        data[f"steps-{n}-plan"] = plan.pk
    return {**data, **changes}


def test_a_plan_not_yet_used_can_be_changed_in_full(client):
    plan = Plan.objects.get()

    assert client.post(change_url(plan), form_of(plan, **{"steps-0-day": 4})).status_code == 302
    assert plan.steps.get(code="thanks").day == 4


def test_of_a_used_plan_only_the_words_change(client):
    bought(looked_after())
    plan = Plan.objects.get()

    changes = {"steps-0-day": 4, "steps-0-script_zh": "您好{name}"}
    assert client.post(change_url(plan), form_of(plan, **changes)).status_code == 302
    step = plan.steps.get(code="thanks")
    assert (step.day, step.script_zh) == (3, "您好{name}")


def test_an_unknown_placeholder_is_refused(client):
    plan = Plan.objects.get()

    response = client.post(change_url(plan), form_of(plan, **{"steps-0-script_zh": "您好{nmae}"}))

    assert response.status_code == 200 and "{nmae}" in response.content.decode()


def test_a_copy_takes_over_for_later_sales(client):
    plan = Plan.objects.get()
    old = bought(looked_after())

    copy = services.copy_from(plan, day=date(2026, 3, 10))
    copy.steps.filter(code="thanks").update(day=1)
    new = bought(looked_after(), "2026-03-10 12:00")

    assert PlanStep.objects.count() == 6 and services.rebuild_steps(check=True) == []
    assert steps_of(old)["thanks"].due_on == date(2026, 3, 5)
    assert steps_of(new)["thanks"].due_on == date(2026, 3, 11)
    client.post(reverse("admin:followups_plan_changelist"), {"action": "new_version", "_selected_action": [copy.pk]})
    assert Plan.objects.count() == 3
