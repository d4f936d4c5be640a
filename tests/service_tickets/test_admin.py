"""Admin: the profile editor refuses broken profiles; what services write is read-only."""

import pytest
from django.urls import reverse

from service_tickets.models import StatusProfile, UserStatus
from tests.service_tickets.helpers import notify

CODES = ("TZJL", "KCJS", "BPZ", "ZGPZ", "ZBHF")
NEVER = {f"{code}__{name}": value for code in CODES for name, value in {"forbids": ["complete"], "allows": []}.items()}


@pytest.fixture
def admin_client(client, boss):
    client.force_login(boss)
    return client


def editor(profile):
    return reverse("admin:service_tickets_statusprofile_change", args=[profile.pk])


def posted(profile, **changes):
    """What the editor's page would send; `changes` like KCJS__highest=20."""
    rows = list(profile.statuses.all())
    data = {
        "type": profile.type,
        "name_zh": profile.name_zh,
        "name_en": profile.name_en,
        "statuses-TOTAL_FORMS": len(rows),
        "statuses-INITIAL_FORMS": len(rows),
        "statuses-MIN_NUM_FORMS": 0,
        "statuses-MAX_NUM_FORMS": 1000,
    }
    for at, row in enumerate(rows):
        values = {
            "id": row.pk, "profile": profile.pk, "code": row.code, "aliases": ",".join(row.aliases),
            "name_zh": row.name_zh, "name_en": row.name_en, "number": row.number or "", "lowest": row.lowest or "",
            "highest": row.highest or "", "roles": row.roles, "allows": row.allows, "forbids": row.forbids,
            "set_by": row.set_by, "deleted_by": row.deleted_by,
            "approval": {None: "unknown", True: "true", False: "false"}[row.approval],
        }  # fmt: skip
        if row.initial:
            values["initial"] = "on"
        values |= {key.partition("__")[2]: v for key, v in changes.items() if key.startswith(row.code)}
        data |= {f"statuses-{at}-{name}": value for name, value in values.items() if value is not None}
    return data


@pytest.fixture
def z1(defaults):
    return StatusProfile.objects.get(type="Z1")


def test_a_sound_change_is_saved(admin_client, z1):
    answer = admin_client.post(editor(z1), posted(z1, ZBHF__name_zh="部门已回复", KCJS__forbids=["postpone"]))
    assert answer.status_code == 302, answer.context["errors"]
    assert UserStatus.objects.get(code="ZBHF").name_zh == "部门已回复"
    assert UserStatus.objects.get(code="KCJS").forbids == ["postpone"]
    assert UserStatus.objects.get(code="KCJS").aliases == ["KCWB"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"TZJL__initial": None}, "没有一个带编号的状态标为初始"),
        ({"TZJL__highest": 10}, "到不了"),
        ({"KCJS__lowest": 60, "KCJS__highest": 70}, "之间没有状态"),
        (NEVER, "永远完成不了"),
    ],
)
def test_a_profile_with_a_gap_cannot_be_saved(admin_client, z1, changes, says):
    before = list(UserStatus.objects.order_by("pk").values())
    answer = admin_client.post(editor(z1), posted(z1, **changes))
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert list(UserStatus.objects.order_by("pk").values()) == before


def test_notifications_are_found_and_not_changed(admin_client, member, clerk):
    made = notify(member, clerk)
    found = admin_client.get(reverse("admin:service_tickets_notification_changelist"), {"q": made.number})
    assert made.number in found.content.decode()
    page = reverse("admin:service_tickets_notification_change", args=[made.pk])
    assert admin_client.get(page).status_code == 200
    assert admin_client.post(page, {"description": "别的"}).status_code == 403
    delete = reverse("admin:service_tickets_notification_delete", args=[made.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "model",
    [
        "statusprofile",
        "userstatus",
        "cataloguegroup",
        "cataloguecode",
        "partnerfunction",
        "task",
        "historyentry",
        "numberrange",
        "notification",
    ],  # fmt: skip
)
def test_every_list_opens_and_searches(admin_client, model):
    address = reverse(f"admin:service_tickets_{model}_changelist")
    assert admin_client.get(address, {"q": "TZJL"}).status_code == 200
