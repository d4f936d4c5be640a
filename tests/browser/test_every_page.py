"""Every page of ours on one ordinary day: in both languages, light and dark, on a desk and on a phone.

One test a language walks all of them with the same data, and tells everything it found at the end.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import Error as PlaywrightError

from tests.browser.helpers import HEIGHT, axe_violations, small_targets
from tests.browser.world import make_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]
LOOKS = {
    "zh-hans": [("light", 1440), ("dark", 390)],
    "en": [("dark", 1440), ("light", 390)],
}
SEND_EMPTY = """() => {
    const form = document.querySelector("main form[method=post]:has(input:not([type=hidden]), textarea)");
    [...form.elements].filter(f => f.matches("input:not([type=hidden], [type=radio]), textarea, select"))
        .forEach(field => { field.value = "" });
    form.submit();
}"""
VISIBLE_H1 = "[...document.querySelectorAll('h1')].filter(h => h.checkVisibility()).length"
OPEN_ALL = "document.querySelectorAll('details').forEach(part => { part.open = true })"
SHEETS = "[...document.querySelectorAll('link[rel=stylesheet]')].every(link => link.sheet)"


def at(name, *args, query=""):
    """A page by its address."""
    return lambda page: page.goto(reverse(name, args=args) + query).status


def sent_empty(name, *args, query=""):
    """A form sent with nothing in it, past the browser's own checks: the page with its errors."""

    def go(page):
        at(name, *args, query=query)(page)
        with page.expect_navigation() as answer:
            page.evaluate(SEND_EMPTY)
        return answer.value.status

    return go


def sale_with_lines(world):
    def go(page):
        status = at("members:sale_new", query=f"?member={world.member.pk}")(page)
        page.fill("#id_p", "COAT1")
        page.locator("button[name=add]").first.click()
        page.locator(".v-total .big").last.filter(has_text="2,680").wait_for()
        return status

    return go


def sale_of_new_card(page):
    status = at("members:sale_new")(page)
    page.fill("#id_q", "秦岚")
    page.locator("button[name=do][value=new]").click()
    page.locator("#id_new_phone").wait_for()
    return status


def list_behind(world):
    def go(page):
        at("reports:month", query=f"?month={world.month:%Y-%m}")(page)
        with page.expect_navigation() as answer:
            page.locator("a[href*='/reports/list/']:visible").first.click()
        return answer.value.status

    return go


def locked_out(page):
    at("vipcrm:login")(page)
    for _attempt in range(5):
        page.fill("input[name=username]", "linyue")
        page.fill("input[name=password]", "wrong")
        with page.expect_navigation() as answer:
            page.locator("form[method=post] button.btn-primary").click()
    return answer.value.status


def pages_of_strangers(world):
    return {
        "login": (200, at("vipcrm:login")),
        "login, wrong": (422, sent_empty("vipcrm:login")),
        "locked out": (429, locked_out),
    }


def pages_of_clerks(world):
    member = world.member.pk
    return {
        "today": (200, at("followups:today")),
        "call": (200, at("followups:step", world.call.pk)),
        "call, nothing tapped": (422, sent_empty("followups:step", world.call.pk)),
        "call, closed": (200, at("followups:step", world.closed.pk)),
        "put off": (200, at("followups:put_off", world.call.pk)),
        "members": (200, at("members:list")),
        "members, none found": (200, at("members:list", query="?q=欧阳找不到")),
        "member": (200, at("members:detail", member)),
        "contact": (200, at("members:contact", member)),
        "purchases": (200, at("members:purchases", member)),
        "enrol": (200, at("members:enrol")),
        "enrol, empty": (422, sent_empty("members:enrol")),
        "edit": (200, at("members:edit", member)),
        "sale": (200, at("members:sale_new")),
        "sale, lines": (200, sale_with_lines(world)),
        "sale, new card": (200, sale_of_new_card),
        "sale, done": (200, at("members:sale_done", world.receipt.pk)),
        "receipt": (200, at("members:receipt", world.receipt.pk)),
        "receipt, void": (200, at("members:receipt", world.walk_in.pk)),
        "visit note": (200, at("members:visit_note_new", member, query=f"?receipt={world.fresh.pk}")),
        "visit note, empty": (422, sent_empty("members:visit_note_new", member)),
        "notifications": (200, at("service_tickets:list")),
        "notifications, none": (200, at("service_tickets:list", query="?q=欧阳找不到")),
        "notification, for whom": (200, at("service_tickets:create", query="?q=lwq")),
        "notification, new": (200, at("service_tickets:create", query=f"?receipt={world.receipt.pk}")),
        "notification, empty": (422, sent_empty("service_tickets:create", query=f"?member={member}&type=Z2")),
        "more": (200, at("vipcrm:more")),
        "password": (200, at("vipcrm:password")),
        "password, empty": (422, sent_empty("vipcrm:password")),
        "403": (403, at("reports:month")),
        "404": (404, at("members:detail", 10**9)),
    }


def pages_of_agents(world):
    work = world.in_work.pk
    return {
        "outstanding": (200, at("service_tickets:detail", world.waiting.pk)),
        "in process": (200, at("service_tickets:detail", work)),
        "unpaid": (200, at("service_tickets:detail", world.unpaid.pk)),
        "completed": (200, at("service_tickets:detail", world.completed.pk)),
        "edit": (200, at("service_tickets:edit", work)),
        "item": (200, at("service_tickets:item_add", work)),
        "item, empty": (422, sent_empty("service_tickets:item_add", work)),
        "item, edit": (200, at("service_tickets:item_edit", world.item.pk)),
        "task": (200, at("service_tickets:task_add", work)),
        "activity": (200, at("service_tickets:activity_add", work)),
        "text": (200, at("service_tickets:text_add", work)),
        "complete": (200, at("service_tickets:complete", world.ready.pk)),
        "reopen": (200, at("service_tickets:reopen", world.completed.pk)),
        "head office": (200, at("service_tickets:ask_head_office", work)),
        "work plan": (200, at("service_tickets:work_plan")),
    }


def pages_of_managers(world):
    return {
        "today of nobody": (200, at("followups:today", query="?staff=none")),
        "overdue": (200, at("followups:overdue")),
        "reassign": (200, at("followups:reassign", world.late.pk)),
        "month": (200, at("reports:month", query=f"?month={world.month:%Y-%m}")),
        "list behind": (200, list_behind(world)),
        "month, empty": (200, at("reports:month", query="?month=2020-02")),
    }


def pages_of_admins(world):
    return {
        "imports": (200, at("members:import_list")),
        "imports, empty": (422, sent_empty("members:import_list")),
        "import, done": (200, at("members:import_detail", world.import_done.pk)),
        "import, waiting": (200, at("members:import_detail", world.import_waiting.pk)),
        "month of all": (200, at("reports:month")),
    }


def faults_of(page):
    """What is wrong with the page as it stands."""
    page.evaluate(OPEN_ALL)
    headings = page.evaluate(VISIBLE_H1)
    if headings != 1:
        yield f"{headings} headings h1"
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        yield f"{wide} px too wide"
    yield from axe_violations(page)


def walk(page, pages, looks):
    """Opens each page once and looks at it in every look: `(scheme, width)`."""
    for name, (status, go) in pages.items():
        try:
            page.set_viewport_size({"width": looks[0][1], "height": HEIGHT})
            answer = go(page)
            if answer != status:
                yield f"{name}: answered {answer}, not {status}"
            for scheme, width in looks:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                page.emulate_media(color_scheme=scheme)
                page.wait_for_function(SHEETS)
                yield from (f"{name} {scheme} {width}: {fault}" for fault in faults_of(page))
            yield from (f"{name}: too small for a thumb: {target}" for target in small_targets(page))
        except PlaywrightError as error:
            yield f"{name}: {error.message}"


@pytest.mark.parametrize("lang", LOOKS)
def test_every_page_is_fit_for_everybody(page_as, noon, lang, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SIGNIN_DELAY = 0
    world = make_world(noon)
    walks = [
        (None, pages_of_strangers),
        (world.clerk, pages_of_clerks),
        (world.agent, pages_of_agents),
        (world.manager, pages_of_managers),
        (world.admin, pages_of_admins),
    ]
    found = []
    for staff, pages in walks:
        page = page_as(staff, lang=lang)
        found += walk(page, pages(world), LOOKS[lang])
    assert found == [], "\n" + "\n".join(found)
