import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import include, path, resolve

from tests.factories import StaffFactory, StoreFactory, admin
from vipcrm import nav, panels, timeline
from vipcrm.enums import Role

names = ("today", "list", "sale_new", "sale_done", "receipt", "month")
pages = [path(f"{name}/", lambda request: None, name=name) for name in names]
urlpatterns = [
    path("accounts/", include("vipcrm.account_urls")),
    path("f/", include((pages, "followups"))),
    path("m/", include((pages, "members"))),
    path("s/", include((pages, "service_tickets"))),
    path("r/", include((pages, "reports"))),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def request_by_clerk():
    request = HttpRequest()
    request.user = StaffFactory()
    return request


def test_clerks_see_the_day_and_service_agents_start_at_service():
    store = StoreFactory()
    clerk, agent = StaffFactory(store=store), StaffFactory(store=store, role=Role.SERVICE_AGENT)
    assert [item.key for item in nav.main_items(clerk)] == ["today", "members", "sale", "service", "more"]
    assert [item.key for item in nav.main_items(agent)] == ["members", "service", "more"]
    assert nav.home_url(clerk) == "/f/today/"
    assert nav.home_url(agent) == "/s/list/"


@pytest.mark.urls("vipcrm.account_urls_alone")
def test_what_has_no_address_is_not_shown(settings):
    import sys
    from types import ModuleType

    alone = ModuleType("vipcrm.account_urls_alone")
    alone.urlpatterns = [path("accounts/", include("vipcrm.account_urls"))]
    sys.modules["vipcrm.account_urls_alone"] = alone
    assert [item.key for item in nav.main_items(admin())] == ["more"]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/m/list/", "members"),
        ("/m/sale_new/", "sale"),
        ("/m/sale_done/", "sale"),
        ("/m/receipt/", "members"),
        ("/accounts/password/", "more"),
    ],
)
def test_the_current_item(address, key):
    request = RequestFactory().get(address)
    request.resolver_match = resolve(address)
    assert nav.current_key(request) == key


def test_a_badge_is_counted_once_a_request(request_by_clerk, monkeypatch):
    asked = []
    monkeypatch.setitem(nav._badges, "today", lambda staff: asked.append(staff) or 3)
    assert nav.badge(request_by_clerk, "today") == nav.badge(request_by_clerk, "today") == 3
    assert asked == [request_by_clerk.user]
    assert nav.badge(request_by_clerk, "nothing") == 0


def test_panels_stand_in_order_and_empty_ones_are_left_out(request_by_clerk):
    panels.register("test.slot", "late", 20, lambda request, obj: panels.Panel("x.html", title=f"late {obj}"))
    panels.register("test.slot", "early", 10, lambda request, obj: panels.Panel("x.html", title="early"))
    panels.register("test.slot", "none", 5, lambda request, obj: None)
    try:
        found = panels.panels_for("test.slot", request_by_clerk, "member")
        assert [(key, panel.title) for key, panel in found] == [("early", "early"), ("late", "late member")]
    finally:
        del panels._slots["test.slot"]


def test_the_timeline_takes_the_newest_of_all_sources(monkeypatch):
    from datetime import UTC, datetime

    def entry(day, title):
        return timeline.Entry(datetime(2026, 11, day, tzinfo=UTC), "phone", title)

    monkeypatch.setattr(timeline, "_sources", [])
    timeline.register(lambda member, limit: [entry(3, "c"), entry(1, "a")][:limit])
    timeline.register(lambda member, limit: [entry(2, "b")][:limit])
    assert [e.title for e in timeline.entries_for(object(), 2)] == ["c", "b"]
