"""The frame and its parts as a person meets them: every size, both themes, both languages, with and without scripts."""

import pytest

from tests.browser.helpers import assert_fits, assert_no_axe_violations, small_targets
from tests.factories import StaffFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.browser.parts_urls"),
]
PASSWORD = "silk-and-wool-9"


@pytest.fixture
def clerk():
    staff = StaffFactory(username="linyue", name="林悦")
    staff.set_password(PASSWORD)
    staff.save()
    return staff


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_part_is_accessible(page_as, clerk, width, scheme):
    page = page_as(clerk, width=width, scheme=scheme)
    page.goto("/parts")
    assert_no_axe_violations(page)


@pytest.mark.parametrize("width", [320, 768, 992, 1200, 1920])
def test_every_part_fits(page_as, clerk, width):
    page = page_as(clerk, width=width)
    page.goto("/parts")
    assert_fits(page)


def test_targets_are_big_enough_for_a_thumb(page_as, clerk):
    page = page_as(clerk, width=390)
    for address in ["/parts", "/accounts/more/", "/accounts/password/"]:
        page.goto(address)
        assert small_targets(page) == []


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_account_pages_are_accessible(page_as, clerk, scheme, lang):
    stranger = page_as(None, width=390, scheme=scheme, lang=lang)
    stranger.goto("/accounts/login/")
    assert_no_axe_violations(stranger)
    page = page_as(clerk, width=1440, scheme=scheme, lang=lang)
    for address in ["/accounts/more/", "/accounts/password/"]:
        page.goto(address)
        assert_no_axe_violations(page)
        assert_fits(page)


def test_signing_in_with_a_typing_error_first(page_as, clerk):
    page = page_as(None, width=390)
    page.goto("/accounts/login/?next=/accounts/more/")
    page.get_by_label("账号").fill("linyue")
    page.locator("#id_password").fill("wrong")
    page.get_by_role("button", name="登录").click()
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_label("账号").input_value() == "linyue"
    assert_no_axe_violations(page)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="显示密码").click()
    assert page.locator("#id_password").get_attribute("type") == "text"
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/accounts/more/")


@pytest.mark.parametrize("js", [True, False])
def test_language_and_theme_work_with_and_without_scripts(page_as, clerk, js):
    page = page_as(clerk, js=js)
    page.goto("/accounts/more/")
    page.get_by_role("button", name="English").first.click()
    page.wait_for_url("**/accounts/more/")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="Dark").click()
    page.wait_for_url("**/accounts/more/")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_the_first_error_has_the_focus(page_as, clerk):
    page = page_as(clerk)
    page.goto("/parts")
    assert page.evaluate("document.activeElement.name") == "phone"


def test_a_second_press_sends_nothing(page_as, clerk):
    page = page_as(clerk)
    page.goto("/accounts/password/")
    page.evaluate("document.querySelector('main form').noValidate = true")
    sent = []
    page.route("**/accounts/password/", lambda route: (sent.append(route.request.method), route.fulfill(status=204)))
    page.evaluate("""() => { const button = document.querySelector('main form [type=submit]');
                             button.click(); button.click(); }""")
    page.wait_for_timeout(500)
    assert sent == ["POST"]
    assert page.locator("main form [type=submit]").text_content() == "正在保存…"


def test_without_network_what_was_typed_stays(page_as, clerk):
    page = page_as(clerk)
    page.goto("/accounts/password/")
    page.get_by_label("现在的密码").fill("something")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.context.set_offline(True)
    page.locator("main form [type=submit]").click()
    assert "没有保存，网络断了。" in page.get_by_role("alert").text_content()
    assert page.get_by_label("现在的密码").input_value() == "something"
    assert_no_axe_violations(page)


def test_the_keyboard_reaches_the_content_first(page_as, clerk):
    page = page_as(clerk)
    page.goto("/accounts/more/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("v-skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
