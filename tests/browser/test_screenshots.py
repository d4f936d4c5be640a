"""Pictures for README and docs, made by the project itself: `make screenshots` writes docs/pictures/."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count
from PIL import Image

from followups.models import Step
from members.models import Member, Receipt
from service_tickets.models import Notification
from vipcrm import nav
from vipcrm.models import Staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FOLDER = Path(settings.BASE_DIR) / "docs" / "pictures"
NOW = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
PHONE, DESK = (390, 844), (1440, 1000)
COLOURS = 128  # of a picture: a third of the bytes, no difference to the eye

# who, size, scheme, language, names of pages
SHOTS = [
    ("clerk", PHONE, "light", "zh-hans", ["today", "call", "member", "sale-done"]),
    ("clerk", PHONE, "dark", "zh-hans", ["today"]),
    ("clerk", DESK, "light", "zh-hans", ["today", "member"]),
    ("manager", DESK, "light", "zh-hans", ["month"]),
    ("manager", DESK, "dark", "zh-hans", ["month"]),
    ("manager", DESK, "light", "en", ["notification"]),
]


def addresses(clerk):
    """Name and address of every page worth showing, as the clerk of the demo has it."""
    mine = Member.objects.filter(advisor=clerk, standing__rank__in=[2, 3], standing__review_on__isnull=False)
    mine = mine.annotate(n=Count("receipts")).order_by("-n", "pk")
    step = Step.objects.filter(owner=clerk, state="open", due_at__lte=NOW).order_by("due_at", "pk").first()
    receipt = Receipt.objects.filter(member__advisor=clerk, net_amount__gt=2000).order_by("-sold_at").first()
    notification = Notification.objects.filter(store=clerk.store, phase="NOPR").order_by("-pk").first()
    return {
        "today": nav.url_of("followups:today"),
        "call": nav.url_of("followups:step", step.pk),
        "member": nav.url_of("members:detail", mine.first().pk),
        "sale-done": nav.url_of("members:sale_done", receipt.pk),
        "month": nav.url_of("reports:month") + "?month=2026-10",
        "notification": nav.url_of("service_tickets:detail", notification.pk),
    }


def test_pictures(request, page_as):
    if not request.config.getoption("--screenshots", default=False):
        pytest.skip("only for `make screenshots`")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with time_machine.travel(NOW, tick=True):
        call_command("seed_demo", members=700, months=24)
        logins = {"clerk": "clerk40011", "manager": "manager4001"}
        people = {who: Staff.objects.get(username=login) for who, login in logins.items()}
        where = addresses(people["clerk"])
        for who, size, scheme, lang, names in SHOTS:
            page = page_as(people[who], width=size[0], scheme=scheme, lang=lang)
            page.set_viewport_size({"width": size[0], "height": size[1]})
            for name in names:
                page.goto(where[name])
                tail = "-dark" if scheme == "dark" else ""
                save(page.screenshot(), FOLDER / f"{name}-{size[0]}{tail}.png")


def save(png, path):
    """Writes the picture with a palette: small enough to keep in the repository."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
