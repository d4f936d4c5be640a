"""Member list and search with a million members, through the test client, against an empty page behind the login."""

from statistics import median
from typing import Any

from bench.figure import ROUNDS, Figure, say, seconds
from bench.seed import MEMBERS, seed_members

LIMIT = 3
AT_ONCE = 10
SEARCHES = {
    "four phone digits": "4821",
    "two Chinese characters in a name": "晓梅",
    "full pinyin": "wangxiaomei",
    "initials": "wxm",
}


def measure(members: int = MEMBERS) -> list[Figure]:
    """Each page as a clerk of a quarter of the members and as an admin of all of them sees it; the worse one counts."""
    from django.urls import reverse

    seed_members(members)
    pages = {name: {"q": typed} for name, typed in SEARCHES.items()}
    pages |= {"list by last purchase": {}, "list by name": {"sort": "name"}, "list by spend": {"sort": "spend"}}
    empty, address = reverse("vipcrm:more"), reverse("members:list")
    worst: dict[str, Figure] = {}
    for who, client in _clients().items():
        scans = [name for name, params in pages.items() if _reads_everything(who, params)]
        assert not scans, f"{who}: read from end to end for {scans}"
        for name, figure in _ratios(who, client, empty, address, pages).items():
            if name not in worst or (figure.ratio or 0) > (worst[name].ratio or 0):
                worst[name] = figure
    return list(worst.values())


def _clients() -> dict[str, Any]:
    from django.test import Client

    from vipcrm.enums import Role
    from vipcrm.models import Staff, Store

    staff = {
        "clerk": Staff.objects.create(username="bench-clerk", name="林悦", store=Store.objects.get(code="9001")),
        "admin": Staff.objects.create(username="bench-admin", name="管理员", role=Role.ADMIN),
    }
    clients = {}
    for who, login in staff.items():
        clients[who] = Client()
        clients[who].force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return clients


def _ratios(who: str, client: Any, empty: str, address: str, pages: dict[str, Any]) -> dict[str, Figure]:
    times: dict[str, list[float]] = {name: [] for name in ("floor", *pages)}
    for params in ({}, *pages.values()):
        client.get(address, params)
    for _round in range(ROUNDS):
        times["floor"].append(seconds(lambda: [client.get(empty) for _ in range(AT_ONCE)]) / AT_ONCE)
        for name, params in pages.items():
            spent = seconds(lambda params=params: [client.get(address, params) for _ in range(AT_ONCE)]) / AT_ONCE
            times[name].append(spent)
    floor = median(times["floor"]) * 1000
    found = {}
    for name, params in pages.items():
        detail = {"as": who, **_counts(client, address, params)}
        found[name] = Figure(f"members: {name}", median(times[name]) * 1000, floor, LIMIT, "ms", detail)
        say(f"{who}: {found[name].name}: {found[name].ratio:.2f} × {detail}")
    return found


def _counts(client: Any, address: str, params: dict[str, str]) -> dict[str, int]:
    """Queries of a page with one row and with fifty."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(**more: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address, {**params, "size": "50", **more})
        return len(asked), page.content.count(b'class="c-name"')

    many, rows = queries()
    one, _single = queries(q="B0000004")
    return {"rows": rows, "queries": many, "queries at one row": one}


def _reads_everything(who: str, params: dict[str, str]) -> bool:
    """Whether the plan of the rows walks through the whole table of members or of standings."""
    from django.http import QueryDict

    from members.forms.filters import ORDERS, MemberFilterForm
    from members.overview import load_programme
    from members.views.lists import today_of
    from vipcrm.models import Staff

    staff = Staff.objects.get(username=f"bench-{who}")
    data = QueryDict(mutable=True)
    data.update(params)
    form = MemberFilterForm(data, staff=staff, programme=load_programme(today_of(staff)))
    plan = form.page_rows().order_by(*ORDERS[form.order])[:21].explain()
    return "Seq Scan on members_member" in plan or "Seq Scan on members_standing" in plan
