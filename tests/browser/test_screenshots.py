"""Pictures for README and docs, made by the project itself: `make screenshots` writes docs/pictures/."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count

from members.models import Member, Receipt
from vipcrm import nav
from vipcrm.models import Staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FOLDER = Path(settings.BASE_DIR) / "docs" / "pictures"
SHOTS = [(390, "light"), (1440, "light"), (1440, "dark")]


def pages():
    """Name and address of every page worth showing; those that do not exist (yet) are left out."""
    member = Member.objects.filter(home_store__code="4001").annotate(n=Count("receipts")).order_by("-n").first()
    receipt = Receipt.objects.filter(member=member).order_by("-sold_at").first()
    wanted = {
        "today": nav.url_of("followups:today"),
        "members": nav.url_of("members:list"),
        "member": nav.url_of("members:detail", member.pk),
        "sale": nav.url_of("members:sale_new"),
        "sale-done": nav.url_of("members:sale_done", receipt.pk),
        "service": nav.url_of("service_tickets:list"),
        "month": nav.url_of("reports:month"),
        "more": nav.url_of("vipcrm:more"),
    }
    return {name: address for name, address in wanted.items() if address}


def test_pictures(request, page_as):
    if not request.config.getoption("--screenshots", default=False):
        pytest.skip("only for `make screenshots`")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with time_machine.travel(datetime(2026, 11, 21, 3, tzinfo=UTC), tick=True):
        call_command("seed_demo", members=400, months=14)
        manager = Staff.objects.get(role="store_manager", store__code="4001")
        for width, scheme in SHOTS:
            shoot(page_as(None, width=width, scheme=scheme), {"login": "/accounts/login/"}, width, scheme)
            shoot(page_as(manager, width=width, scheme=scheme), pages(), width, scheme)


def shoot(page, addresses, width, scheme):
    """One picture of each page, at most 2,000 px long."""
    for name, address in addresses.items():
        page.goto(address)
        height = min(2000, page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": width, "height": max(height, 900)})
        page.screenshot(path=str(FOLDER / f"{name}-{width}{'-dark' if scheme == 'dark' else ''}.png"))
        page.set_viewport_size({"width": width, "height": 900})
