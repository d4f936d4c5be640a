"""Service on a phone: how the list and the notification are set out, and the form of an item with and without script."""

import re

import pytest
from django.utils import timezone

from service_tickets import services
from tests.browser.helpers import assert_fits, assert_no_axe_violations
from tests.factories import MemberFactory, StaffFactory, StoreFactory
from tests.service_tickets.helpers import notify

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]
PHONE = 390


@pytest.fixture
def clerk(db):
    return StaffFactory(store=StoreFactory(code="4001", name="静安店"), name="林悦")


@pytest.fixture
def made(clerk):
    """Two notifications of different length; the second is returned."""
    member, today = MemberFactory(home_store=clerk.store, name="蒋丽萍"), timezone.localdate()
    notify(member, clerk, required_start=today, required_end=today, description="掉扣", priority="1")
    return notify(
        member, clerk, required_start=today, required_end=today, type_="Z2", paid="unpaid", at=timezone.now(),
        description="双面大衣袖口开线",
    )  # fmt: skip


def boxes(page, selector):
    return [each.bounding_box() for each in page.locator(selector).all() if each.is_visible()]


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_list_on_a_phone(page_as, clerk, made, lang):
    page = page_as(clerk, width=PHONE, lang=lang)
    page.goto("/service/")
    assert_fits(page)
    rows = boxes(page, ".v-list tbody tr")
    assert rows[0]["y"] < 270  # search, boxes, one line of filters
    assert len({round(box["y"]) for box in boxes(page, ".v-boxes .v-chip")}) == 1
    lights = boxes(page, ".v-list .c-light svg")
    assert len({round(box["x"]) for box in lights}) == 1 and len(lights) == 2
    assert all(68 <= box["height"] < 110 for box in rows)
    assert all(box["height"] < 24 for box in boxes(page, ".v-list .line"))  # one line, cut off where it is longer
    page.locator(".v-more-filters summary").click()
    assert page.locator("#id_status").is_visible()
    assert_fits(page)
    assert_no_axe_violations(page)


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_head_of_a_notification_on_a_phone(page_as, clerk, made, lang):
    page = page_as(clerk, width=PHONE, lang=lang)
    page.goto(f"/service/{made.pk}/")
    size = page.locator("h1").evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
    assert page.locator("h1").bounding_box()["width"] > 8 * size  # the title stands in one line
    broken = page.evaluate(
        "[...document.querySelectorAll('.nowrap')].filter(each => each.getClientRects().length > 1).length"
    )
    assert broken == 0
    assert page.locator("h1 .nowrap").filter(has_text=made.number).count() == 1
    assert_fits(page)


@pytest.mark.parametrize("js", [True, False])
def test_one_more_cause_and_enter_that_saves(page_as, clerk, made, js):
    page = page_as(clerk, width=PHONE, js=js)
    page.goto(f"/service/{made.pk}/items/new/")
    page.fill("[name=name]", "双面大衣")
    page.fill("[name=cause_text_1]", "缝线松")
    page.click("button[name=more_causes]")
    page.fill("[name=cause_text_2]", "漏检")
    assert page.input_value("[name=name]") == "双面大衣"
    assert_fits(page)
    page.press("[name=cause_text_2]", "Enter")
    page.wait_for_url(re.compile(rf"/service/{made.pk}/(#causes)?$"))
    assert [cause.text for cause in made.items.get().causes.all()] == ["缝线松", "漏检"]


def test_partner_pages_are_accessible(page_as, clerk, made):
    page = page_as(clerk, width=PHONE)
    page.goto(f"/service/{made.pk}/partners/new/")
    assert_no_axe_violations(page)
    assert services.IN_HEADER[0] not in page.locator("[name=function]").inner_text()
    page.fill("[name=name]", "云织")
    page.locator("form.v-form button.btn-primary").click()
    page.wait_for_url(f"**/service/{made.pk}/")
    assert_no_axe_violations(page)
