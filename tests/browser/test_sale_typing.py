"""Typing on the sale page while an answer is under way: nothing of it is lost (slow lines, quick scanners)."""

import re

import pytest
from playwright.sync_api import expect

from members.models import Receipt, ReceiptLine
from tests.factories import MemberFactory, ProductFactory, StaffFactory, StoreFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def sale_page(page_as, noon):
    clerk = StaffFactory(store=StoreFactory(code="4001"))
    MemberFactory(home_store=clerk.store, name="陆婉清", pinyin="luwanqing", initials="lwq")
    ProductFactory(code="COAT1", list_price="2680")
    ProductFactory(code="SCARF1", list_price="320")
    page = page_as(clerk)
    page.goto("/members/sale/")
    return page


def hold(page):
    """Answers of the sale page wait until what this returns is called."""
    waiting, free = [], []

    def on_request(route):
        if free:
            route.continue_()
        else:
            waiting.append(route)

    def let_go():
        free.append(True)
        for route in waiting:
            route.continue_()

    page.route(re.compile("/members/sale/$"), on_request)
    return let_go


def test_a_code_typed_while_the_member_is_taken_over_stays_and_is_looked_up(sale_page):
    sale_page.fill("#id_q", "lwq")
    let_go = hold(sale_page)
    sale_page.locator("button[name=pick]").first.click()
    sale_page.fill("#id_p", "COAT")
    let_go()

    expect(sale_page.locator(".v-buyer")).to_contain_text("陆婉清")
    expect(sale_page.locator("#id_p")).to_have_value("COAT")
    expect(sale_page.locator("#id_p")).to_be_focused()
    sale_page.locator("button[name=add]").first.click()
    expect(sale_page.locator(".v-total .big").last).to_contain_text("2,680")


def test_a_second_scan_before_the_first_is_answered_counts_too(sale_page):
    sale_page.locator("button[value=walk_in]").click()
    expect(sale_page.locator(".v-buyer")).to_be_visible()
    let_go = hold(sale_page)
    for code in ("COAT1", "SCARF1"):
        sale_page.locator("#id_p").press_sequentially(code)
        sale_page.keyboard.press("Enter")
    let_go()

    expect(sale_page.locator(".v-lines > li")).to_have_count(2)
    expect(sale_page.locator(".v-total .big").last).to_contain_text("3,000")
    sale_page.locator("button[value=finish]").click()
    expect(sale_page.locator(".v-result")).to_be_visible()
    assert set(ReceiptLine.objects.values_list("product__code", "quantity")) == {("COAT1", 1), ("SCARF1", 1)}


def test_what_was_sent_is_not_written_back_into_the_emptied_field(sale_page):
    sale_page.locator("button[value=walk_in]").click()
    expect(sale_page.locator(".v-buyer")).to_be_visible()
    sale_page.locator("#id_p").press_sequentially("COAT1")
    sale_page.keyboard.press("Enter")

    expect(sale_page.locator(".v-lines > li")).to_have_count(1)
    expect(sale_page.locator("#id_p")).to_have_value("")
    assert not Receipt.objects.exists()
