"""Every address of ours × every role × an object of another store: it does not exist for a stranger, and no list,
page, export or question with her number shows it. An address that is not in the tables fails.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from followups.models import Step
from members.imports import jobs
from reports.models import MonthlyReport
from service_tickets import services
from service_tickets.models import PartnerFunction
from tests.factories import (
    MemberFactory,
    RegionFactory,
    StaffFactory,
    StoreFactory,
    admin,
    manager_of,
    region_manager_of,
    sale,
)
from tests.members.cast import client_of
from tests.service_tickets.helpers import notify
from vipcrm.enums import Role

SECRET_NAME, SECRET_CARD, SECRET_PHONE = "司徒别家", "KSECRET1", "+8613912345678"
MARKS = (SECRET_NAME, SECRET_CARD, SECRET_PHONE[3:], "139****5678", "RSECRET1", "别家大衣开线")

CLERK, MANAGER, REGION, AGENT, ADMIN, NOBODY = "clerk", "manager", "region", "agent", "admin", "nobody"
STRANGERS = (CLERK, MANAGER, REGION, AGENT)
NOT_SERVICE = {AGENT}
SUPERVISORS_ONLY = {CLERK, AGENT}
ADMIN_ONLY = {CLERK, MANAGER, REGION, AGENT}

# Addresses that lead to one object: what stands in them. A stranger gets 404, or 403 where her role may not at all.
OBJECTS = {
    "members:detail": {"pk": "member"},
    "members:phone": {"pk": "member"},
    "members:contact": {"pk": "member"},
    "members:edit": {"pk": "member"},
    "members:status": {"pk": "member"},
    "members:tier": {"pk": "member"},
    "members:purchases": {"pk": "member"},
    "members:visit_note_new": {"pk": "member"},
    "members:receipt": {"pk": "receipt"},
    "members:sale_done": {"pk": "receipt"},
    "members:receipt_void": {"pk": "receipt"},
    "members:import_detail": {"pk": "import"},
    "members:import_stop": {"pk": "import"},
    "members:import_errors": {"pk": "import"},
    "followups:step": {"pk": "step"},
    "followups:put_off": {"pk": "step"},
    "followups:take_back": {"pk": "step"},
    "followups:nudge": {"pk": "step"},
    "followups:reassign": {"pk": "step"},
    "service_tickets:detail": {"pk": "notification"},
    "service_tickets:sheet_pdf": {"pk": "notification"},
    "service_tickets:edit": {"pk": "notification"},
    "service_tickets:complete": {"pk": "notification"},
    "service_tickets:reopen": {"pk": "notification"},
    "service_tickets:ask_head_office": {"pk": "notification"},
    "service_tickets:perform": {"pk": "notification", "action": "put_in_process"},
    "service_tickets:set_status": {"pk": "notification", "code": "KCJS"},
    "service_tickets:delete_status": {"pk": "notification", "code": "KCJS"},
    "service_tickets:item_add": {"pk": "notification"},
    "service_tickets:task_add": {"pk": "notification"},
    "service_tickets:activity_add": {"pk": "notification"},
    "service_tickets:text_add": {"pk": "notification"},
    "service_tickets:partner_add": {"pk": "notification"},
    "service_tickets:partner_edit": {"pk": "partner"},
    "service_tickets:partner_remove": {"pk": "partner"},
    "service_tickets:item_edit": {"pk": "item"},
    "service_tickets:task_move": {"pk": "task", "action": "release_task"},
}

# Addresses without an object: what stands in them, and the roles that get 403.
PAGES = {
    "home": ({}, set()),
    "members:list": ({}, set()),
    "members:export": ({"form": "csv"}, set()),
    "members:enrol": ({}, NOT_SERVICE),
    "members:duplicates": ({}, NOT_SERVICE),
    "members:sale_new": ({}, NOT_SERVICE),
    "members:sale_people": ({}, NOT_SERVICE),
    "members:sale_products": ({}, NOT_SERVICE),
    "members:import_list": ({}, ADMIN_ONLY),
    "followups:today": ({}, set()),
    "followups:overdue": ({}, SUPERVISORS_ONLY),
    "service_tickets:list": ({}, set()),
    "service_tickets:export": ({"kind": "csv"}, set()),
    "service_tickets:work_plan": ({}, set()),
    "service_tickets:work_plan_pdf": ({}, set()),
    "service_tickets:create": ({}, set()),
    "reports:month": ({}, SUPERVISORS_ONLY),
    "reports:compute": ({}, SUPERVISORS_ONLY),
    "reports:pdf": ({}, SUPERVISORS_ONLY),
    "reports:list_behind": ({"figure": "base.end"}, SUPERVISORS_ONLY),
    "vipcrm:logout": ({}, set()),
    "vipcrm:password": ({}, set()),
    "vipcrm:more": ({}, set()),
}

# For everybody, also before anybody signs in.
OPEN = {"vipcrm:login", "vipcrm:language", "vipcrm:theme", "admin_sign_in"}

# Questions with the number or the name of what belongs to another store.
QUESTIONS = [
    ("members:list", "q={card}"),
    ("members:list", "q=5678"),
    ("members:list", "store={store}"),
    ("members:export", "q={card}"),
    ("members:sale_new", "member={member}"),
    ("followups:today", "staff={clerk}"),
    ("followups:today", "after={step}"),
    ("followups:overdue", "store={code}"),
    ("followups:overdue", "staff={clerk}"),
    ("service_tickets:list", "q={card}"),
    ("service_tickets:list", "store={store}"),
    ("service_tickets:export", "store={store}"),
    ("service_tickets:work_plan", "store={store}"),
    ("service_tickets:work_plan", "store={code}"),
    ("service_tickets:create", "member={member}"),
    ("service_tickets:create", "receipt={receipt}"),
    ("service_tickets:create", "copy={notification}"),
    ("service_tickets:create", "q={card}"),
    ("reports:month", "store={code}&month=2026-01"),
    ("reports:month", "region=西区&month=2026-01"),
    ("reports:pdf", "store={code}&month=2026-01"),
    ("reports:list_behind", "store={code}&month=2026-01"),
]

# The same as they are typed into a form. Her full card or phone number finds her in a sale, without her number.
TYPED = [
    ("members:duplicates", {"name": SECRET_NAME, "phone": SECRET_PHONE}),
    ("members:sale_people", {"q": SECRET_NAME}),
    ("members:sale_people", {"q": "5678"}),
    ("members:sale_people", {"q": "stbj"}),
    ("members:sale_new", {"q": SECRET_NAME}),
]

REFUSED = {403, 404, 405}
FINE = {200, 302, 405, 422, 400}


@pytest.fixture
def world(db, settings, tmp_path):
    """An object of each kind in one store, and somebody of each role in a store of another region."""
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    theirs = StoreFactory(name="别家店", region=RegionFactory(name="西区"))
    clerk = StaffFactory(store=theirs, username="theirclerk")
    member = MemberFactory(
        home_store=theirs, advisor=clerk, name=SECRET_NAME, card_no=SECRET_CARD, phone=SECRET_PHONE, pinyin="situbiejia"
    )
    receipt = sale(member, "2500.00", at=now - timedelta(days=4), number="RSECRET1", by=clerk)
    notification = notify(member, clerk, at=now, description="别家大衣开线")
    boss = admin()
    objects = {
        "member": member.pk,
        "receipt": receipt.pk,
        "step": Step.objects.filter(receipt=receipt).order_by("due_on").first().pk,
        "notification": notification.pk,
        "item": services.add_item(notification, item=services.ItemInput(name="大衣"), by=clerk, at=now).pk,
        "task": services.add_task(notification, task=services.TaskInput("重缝"), by=clerk, at=now).pk,
        "partner": services.add_partner(
            notification,
            partner=services.PartnerInput(PartnerFunction.objects.get(code="MK"), name="云织"),
            by=clerk,
            at=now,
        ).pk,
        "import": jobs.ask_import("purchases", SimpleUploadedFile("a.csv", b"a,b\n1,2\n"), by=boss, at=now).pk,
    }
    ours = StoreFactory(name="自家店", region=RegionFactory(name="东区"))
    people = {
        CLERK: StaffFactory(store=ours),
        MANAGER: manager_of(ours),
        REGION: region_manager_of(ours.region),
        AGENT: StaffFactory(store=ours, role=Role.SERVICE_AGENT),
        ADMIN: boss,
    }
    clients = {role: client_of(person) for role, person in people.items()} | {NOBODY: Client()}
    for client in clients.values():
        client.raise_request_exception = False
    words = {**objects, "card": SECRET_CARD, "store": theirs.pk, "code": theirs.code, "clerk": clerk.pk}
    return SimpleNamespace(objects=objects, clients=clients, words=words)


def names(patterns=None, space=""):
    """The names of all addresses of ours; one without a name comes as its text."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name or entry.pattern}"
        elif entry.namespace != "admin":
            yield from names(entry.url_patterns, f"{space}{entry.namespace}:" if entry.namespace else space)


def address(name, world):
    if name in OPEN:
        return reverse(name)
    wanted = OBJECTS[name] if name in OBJECTS else PAGES[name][0]
    return reverse(name, kwargs={key: world.objects.get(value, value) for key, value in wanted.items()})


def statuses(client, url):
    """Status of GET and of an empty POST."""
    return client.get(url).status_code, client.post(url).status_code


def shown(answer):
    """The marks of the other store that an answer shows."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode("utf-8", "replace")
    return [mark for mark in MARKS if mark in text]


def stored():
    """Everything of ours that a stranger might have changed; what is looked at is recorded, that may be."""
    left_out = {"AuditEvent", "Session", "MonthlyReport", "SaleEntry"}
    configs = [apps.get_app_config(app) for app in ("vipcrm", "members", "followups", "service_tickets")]
    models = [model for config in configs for model in config.get_models() if model.__name__ not in left_out]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def without_login(rows):
    return {
        name: [{key: value for key, value in row.items() if key != "last_login"} for row in values]
        for name, values in rows.items()
    }


def test_every_address_stands_in_a_table():
    assert sorted(names()) == sorted([*OBJECTS, *PAGES, *OPEN])


def test_nothing_stands_in_two_tables():
    assert not (OBJECTS.keys() & PAGES.keys()) and not ((OBJECTS.keys() | PAGES.keys()) & OPEN)


@pytest.mark.parametrize("role", STRANGERS)
def test_what_belongs_to_another_store_does_not_exist(world, role):
    before = without_login(stored())
    wrong = {}
    for name in OBJECTS:
        found = statuses(world.clients[role], address(name, world))
        if not set(found) <= REFUSED or set(found) == {405}:
            wrong[name] = found
    assert wrong == {}
    assert without_login(stored()) == before


@pytest.mark.parametrize("role", STRANGERS)
def test_pages_show_nothing_of_another_store(world, role):
    client, wrong = world.clients[role], {}
    for name, (_values, refused) in PAGES.items():
        if name == "vipcrm:logout":
            continue
        url = address(name, world)
        answers = client.get(url), client.post(url)
        allowed = {403, 405} if role in refused else FINE
        found = [answer.status_code for answer in answers]
        if not set(found) <= allowed or any(map(shown, answers)) or (role in refused and 403 not in found):
            wrong[name] = found, [shown(answer) for answer in answers]
    assert wrong == {}


@pytest.mark.parametrize("role", STRANGERS)
def test_questions_with_anothers_number_are_answered_with_nothing(world, role):
    client, wrong = world.clients[role], {}
    for name, question in QUESTIONS:
        answer = client.get(f"{address(name, world)}?{question.format(**world.words)}")
        marks = [mark for mark in shown(answer) if mark not in question.format(**world.words)]
        if answer.status_code not in {200, 302, 400, 403, 404} or marks:
            wrong[name, question] = answer.status_code, marks
    assert wrong == {}


@pytest.mark.parametrize("role", [CLERK, MANAGER, REGION])
def test_what_is_typed_finds_nothing_of_another_store(world, role):
    wrong = {}
    for name, typed in TYPED:
        answer = world.clients[role].post(address(name, world), typed)
        marks = [mark for mark in shown(answer) if mark not in typed.values()]
        if answer.status_code not in {200, 422} or marks:
            wrong[name, str(typed)] = answer.status_code, marks
    assert wrong == {}


ODD = [
    ("members:list", "store"),
    ("followups:today", "staff"),
    ("followups:today", "after"),
    ("followups:overdue", "staff"),
    ("service_tickets:list", "store"),
    ("service_tickets:create", "member"),
    ("members:sale_new", "member"),
]


@pytest.mark.parametrize("typed", ["9" * 5000, "9" * 18, "\0", "²"], ids=["digits", "number", "nul", "square"])
def test_odd_words_in_an_address_are_no_fault_of_ours(world, typed):
    found = {(name, key): world.clients[ADMIN].get(address(name, world), {key: typed}).status_code for name, key in ODD}
    assert {where: status for where, status in found.items() if status >= 500} == {}


OTHER_SCOPES = [
    ("reports:month", "store={code}"),
    ("reports:pdf", "region=西区"),
    ("reports:list_behind", "store={code}"),
]


@pytest.mark.parametrize(("name", "question"), OTHER_SCOPES)
def test_a_report_of_another_scope_is_not_even_computed(world, name, question):
    for role in STRANGERS:
        url = f"{address(name, world)}?month=2026-01&{question.format(**world.words)}"
        assert world.clients[role].get(url).status_code in {403, 404}
    for role in STRANGERS:
        data = {"month": "2026-01", "store": world.words["code"]}
        assert world.clients[role].post(reverse("reports:compute"), data).status_code in {403, 404}
    assert not MonthlyReport.objects.exists()


def test_whoever_is_not_signed_in_is_sent_to_the_login(world):
    wrong = {}
    for name in [*OBJECTS, *PAGES]:
        client, url = world.clients[NOBODY], address(name, world)
        for answer in (client.get(url), client.post(url)):
            if answer.status_code != 302 or not answer.url.startswith("/accounts/login/"):
                wrong[name] = answer.status_code, answer.get("Location")
    assert wrong == {}


def test_what_is_open_answers_everybody(world):
    for client in world.clients.values():
        for name in OPEN:
            fine = {302, 403} if name == "admin_sign_in" else {200, 302, 400, 405, 422}
            assert set(statuses(client, address(name, world))) <= fine, name


def test_an_administrator_reaches_everything(world):
    """Also the proof that the tables name real objects: a stranger's 404 above means something."""
    wrong = {}
    for name in [*OBJECTS, *PAGES]:
        if name in {"vipcrm:logout", "reports:list_behind"}:
            continue
        found = statuses(world.clients[ADMIN], address(name, world))
        if not set(found) <= FINE or set(found) == {405}:
            wrong[name] = found
    assert {name: found for name, found in wrong.items() if name != "members:import_errors"} == {}


@pytest.mark.parametrize("role", [*STRANGERS, NOBODY])
def test_the_admin_site_is_for_administrators(world, role):
    client, wrong = world.clients[role], {}
    for model in django_admin.site._registry:
        meta = model._meta
        for part, args in (("changelist", []), ("change", [1]), ("add", []), ("delete", [1]), ("history", [1])):
            url = reverse(f"admin:{meta.app_label}_{meta.model_name}_{part}", args=args)
            for answer in (client.get(url), client.post(url)):
                if answer.status_code not in {302, 403} or any(shown(answer)):
                    wrong[url] = answer.status_code
    assert wrong == {}


def test_the_admin_site_opens_for_an_administrator(world):
    client, wrong = world.clients[ADMIN], {}
    for model in django_admin.site._registry:
        meta = model._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        answer = client.get(url)
        if answer.status_code != 200:
            wrong[url] = answer.status_code
    assert wrong == {}
