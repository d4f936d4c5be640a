"""Browser tests: the machine's own Chromium through Playwright, axe for accessibility.

@pytest.mark.browser
def test_today(page_as, clerk):
    page = page_as(clerk, width=390)
    page.goto("/today/")
    assert_no_axe_violations(page)
"""

import os
import shutil
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from tests.browser.helpers import HEIGHT, watch

# Playwright keeps an event loop in this thread; the ORM is used between its calls, never inside.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
TIMEOUT = 10_000  # ms that a page or an element may take
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_addoption(parser):
    parser.addoption("--screenshots", action="store_true", help="write docs/pictures (make screenshots)")


@pytest.fixture(scope="session")
def chromium():
    """One browser for the whole run; every page gets a context (cookies, size, scheme) of its own."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        expect.set_options(timeout=TIMEOUT)
        yield browser
        browser.close()


@pytest.fixture
def noon():
    """Today, 12:30 in the store: inside contact hours, whenever the tests run."""
    start = datetime.now(UTC).replace(hour=4, minute=30, second=0, microsecond=0)
    with time_machine.travel(start, tick=True):
        yield start


@pytest.fixture
def page_as(chromium, live_server):
    """`page_as(staff, width=390, scheme="dark", lang="en")`: a page signed in as `staff` (None = a stranger).

    Addresses are relative to the test's server. A page that logs an error, breaks the policy or gets a 4xx or 5xx for
    one of its own files fails the test; `js=False` is a browser without scripts.
    """
    contexts, complaints = [], []

    def open_page(staff, width=1440, scheme="light", lang="zh-hans", js=True):
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            java_script_enabled=js,
            reduced_motion="reduce",
        )
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: lang}
        if staff is not None:
            client = Client()
            client.force_login(staff)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        page = context.new_page()
        watch(page, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
