"""The member list: who is on it, how it is found, sorted, paged and exported; the same few queries at any length."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from followups.models import Step
from members.models import Member, Tier
from members.services.people import mark_left
from service_tickets.models import Notification
from tests.factories import MemberFactory, StaffFactory, StoreFactory, region_manager_of, sale
from tests.members.cast import HTMX, cast, client_of  # noqa: F401
from tests.service_tickets.helpers import notify
from vipcrm.models import AuditEvent

LIST = reverse("members:list")
NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def names(response):
    return [member.card_no for member in response.context["page"].rows]


def test_each_sees_her_own_store(cast):  # noqa: F811
    for client in (cast.as_clerk, cast.as_manager, cast.as_admin):
        page = client.get(LIST)
        assert "王晓梅" in page.text and "138****1234" in page.text and "13800001234" not in page.text
    assert "王晓梅" not in cast.as_stranger.get(LIST).text


@pytest.mark.parametrize("typed", ["1234", "晓梅", "王", "wxm", "wangxiaomei", "4002001", "13800001234"])
def test_one_field_finds_her_and_only_for_those_who_may(cast, typed):  # noqa: F811
    assert names(cast.as_clerk.get(LIST, {"q": typed})) == ["4002001"]
    nothing = cast.as_stranger.get(LIST, {"q": typed})
    assert names(nothing) == [] and reverse("members:enrol") in nothing.text


def test_typing_asks_for_the_rows_alone(cast):  # noqa: F811
    rows = cast.as_clerk.get(LIST, {"q": "wxm"}, **HTMX).text
    assert "王晓梅" in rows and "<html" not in rows


@pytest.fixture
def three(cast):  # noqa: F811
    """The member (¥50 in January), a VIP (¥2,600 in March) and one without a purchase."""
    vip = MemberFactory(
        home_store=cast.store, name="顾明月", pinyin="gumingyue", card_no="VIP", birth_month=5, birth_day=1
    )
    MemberFactory(home_store=cast.store, name="白露", pinyin="bailu", card_no="NEW", source="event")
    sale(cast.member, "50.00", at=datetime(2026, 1, 5, 4, tzinfo=UTC))
    sale(vip, "2600.00", at=NOON)
    return cast


@pytest.mark.parametrize(
    ("params", "cards"),
    [
        ({}, ["VIP", "4002001", "NEW"]),
        ({"sort": "name"}, ["NEW", "VIP", "4002001"]),
        ({"sort": "spend"}, ["VIP", "4002001", "NEW"]),
        ({"sort": "tier"}, ["VIP", "4002001", "NEW"]),
        ({"sort": "enrolled"}, ["NEW", "VIP", "4002001"]),
        ({"tier": "vip"}, ["VIP"]),
        ({"tier": ["vip", "regular"]}, ["VIP", "4002001"]),
        ({"advisor": "me"}, ["4002001"]),
        ({"advisor": "none"}, ["VIP", "NEW"]),
        ({"month": "5"}, ["VIP"]),
        ({"source": "event"}, ["NEW"]),
        ({"bought_from": "2026-02-01"}, ["VIP"]),
        ({"bought_until": "2026-02-01"}, ["4002001"]),
        ({"enrolled_from": "2027-01-01"}, []),
        ({"quiet": "1", "tier": "regular"}, ["4002001"]),
        ({"tier": "nonsense", "month": "77", "quiet": "-1", "sort": "x"}, ["VIP", "4002001", "NEW"]),
        ({"status": "left"}, []),
    ],
)
def test_filters_and_order(three, params, cards):
    assert names(three.as_clerk.get(LIST, params)) == cards


def test_who_left_is_found_by_a_search_only(cast):  # noqa: F811
    mark_left(cast.member, reason="搬家", by=cast.clerk, at=NOON)
    assert names(cast.as_clerk.get(LIST)) == []
    assert names(cast.as_clerk.get(LIST, {"q": "wxm"})) == ["4002001"]
    assert names(cast.as_clerk.get(LIST, {"status": "left"})) == ["4002001"]


def test_all_filters_open_on_a_press_and_a_search_keeps_what_is_set(cast):  # noqa: F811
    closed = cast.as_clerk.get(LIST, {"tier": "vip"}).text
    assert 'name="quiet"' not in closed and '<input type="hidden" name="tier" value="vip">' in closed
    opened = cast.as_clerk.get(LIST, {"tier": "vip", "more": "1"}).text
    assert 'name="quiet"' in opened and 'name="tier" value="vip"' in opened
    assert names(cast.as_clerk.get(LIST, {"advisor": cast.clerk.pk})) == ["4002001"]


@pytest.mark.parametrize("sort", ["last", "spend", "tier", "name", "enrolled"])
@pytest.mark.parametrize("typed", ["", "wxm"])
def test_pages_follow_each_other_without_gap_or_overlap(cast, sort, typed):  # noqa: F811
    for n in range(44):
        MemberFactory(home_store=cast.store, name=f"王晓梅{n % 3}", pinyin=f"wangxiaomei{n % 3}")
    params, seen = {"sort": sort, "q": typed, "size": "20"}, []
    while True:
        page = cast.as_clerk.get(LIST, params)
        seen += names(page)
        if not page.context["page"].next:
            break
        assert page.context["count"] in ("20+", "")
        params["after"] = page.context["page"].next
    assert len(seen) == len(set(seen)) == 45
    params |= {"before": page.context["page"].previous}
    del params["after"]
    assert names(cast.as_clerk.get(LIST, params)) == seen[20:40]


def queries_of(client, assert_num, number, params=None):
    with assert_num(number):
        client.get(LIST, params or {})


@pytest.mark.parametrize("typed", ["", "1234", "晓梅", "wxm"])
def test_number_of_queries_at_1_and_at_50_rows(cast, django_assert_num_queries, typed):  # noqa: F811
    params = {"q": typed, "size": "50"}
    cast.as_clerk.get(LIST, params)
    with django_assert_num_queries(QUERIES) as one:
        assert len(names(cast.as_clerk.get(LIST, params))) == 1
    for n in range(49):
        advisor = StaffFactory(store=cast.store)
        other = MemberFactory(home_store=cast.store, phone=f"+8613{n:05d}1234", advisor=advisor)
        if n < 3:
            sale(other)
    with django_assert_num_queries(QUERIES):
        assert len(names(cast.as_clerk.get(LIST, params))) == 50
    assert len(one) == QUERIES


# session, reader, her store, programme versions, tiers, the rows, their next steps, the number on “Today”
QUERIES = 7


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export_is_what_is_seen_masked_and_written_down(three, form):
    answer = three.as_clerk.get(reverse("members:export", args=[form]), {"tier": "vip"})

    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"].startswith("attachment")
    if form == "csv":
        text = content.decode("utf-8-sig")
        assert "顾明月" in text and "王晓梅" not in text and "****" in text and "+86" not in text
        assert len(text.strip().splitlines()) == 2
    event = AuditEvent.objects.get(action="exported")
    assert (event.by, event.rows, event.detail["filters"]) == (three.clerk, 1, "tier=vip")


def test_only_an_admin_exports_numbers_in_full(cast):  # noqa: F811
    answer = cast.as_admin.get(reverse("members:export", args=["csv"]))
    assert "+8613800001234" in b"".join(answer.streaming_content).decode()


def test_export_of_another_store_is_empty_and_of_another_form_not_found(cast):  # noqa: F811
    answer = cast.as_stranger.get(reverse("members:export", args=["csv"]))
    assert "王晓梅" not in b"".join(answer.streaming_content).decode()
    assert AuditEvent.objects.get().rows == 0
    assert cast.as_clerk.get("/members/export.exe").status_code == 404


def test_a_formula_in_a_name_stays_a_text(cast):  # noqa: F811
    MemberFactory(home_store=cast.store, name="=cmd()", pinyin="cmd")
    text = b"".join(cast.as_clerk.get(reverse("members:export", args=["csv"])).streaming_content).decode()
    assert ",=cmd()" not in text and "cmd()" in text


def test_last_purchase_of_today_is_shown(cast):  # noqa: F811
    now = datetime.now(UTC)
    sale(cast.member, at=now - timedelta(minutes=1), now=now)
    assert cast.as_clerk.get(LIST).context["page"].rows[0].standing__last_purchase_on >= date(2026, 1, 1)


def test_a_region_manager_filters_by_store(cast):  # noqa: F811
    boss = client_of(region_manager_of(cast.store.region))
    assert names(boss.get(LIST)) == ["4002001"]
    assert names(boss.get(LIST, {"store": cast.store.code})) == ["4002001"]
    assert names(boss.get(LIST, {"store": cast.stranger.store.code})) == []


@pytest.mark.parametrize("who", ["admin", "boss", "head_office"])
def test_who_sees_several_stores_is_told_whose_member_she_is(cast, who, django_assert_num_queries):  # noqa: F811
    client = cast.as_admin
    if who == "boss":
        client = client_of(region_manager_of(cast.store.region))
    elif who == "head_office":
        office = StoreFactory(is_head_office=True)
        client = client_of(StaffFactory(store=office, role="service_agent"))
        notify(cast.member, cast.clerk, at=NOON)
        Notification.objects.update(passed_on_to=office, passed_on_at=NOON)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        page = client.get(LIST)
    assert names(page) == ["4002001"] and page.text.count("静安店") == 2  # in its column, and on the card of a phone
    for _ in range(5):
        MemberFactory(home_store=StoreFactory(region=cast.store.region))
    with django_assert_num_queries(len(one)):
        client.get(LIST)


def test_within_one_store_nobody_needs_its_name(cast):  # noqa: F811
    page = cast.as_clerk.get(LIST)
    assert page.text.count("静安店") == 2  # below the title, and beside her own name
    assert not hasattr(page.context["page"].rows[0], "home_store__name")


def test_how_many_there_are_is_said_once(cast):  # noqa: F811
    page = cast.as_clerk.get(LIST, **HTMX)
    assert page.text.count("<b>1</b>") == 1 and page.context["page"].count_text not in page.text


@pytest.fixture
def calls(cast):  # noqa: F811
    """She bought 14 days ago: thank-you and care call are overdue, the invitation is due tomorrow."""
    now = datetime.now(UTC)
    sale(cast.member, at=now - timedelta(days=14), now=now - timedelta(days=14))
    return Step.objects.filter(member=cast.member).order_by("due_on")


def next_cell(client):
    """State and words of the first row's cell."""
    cell = re.search(r'class="c-next"><span class="v-state is-(\w+)">(.*?)</span>', client.get(LIST).text)
    return cell and (cell[1], re.sub(r"<svg.*?</svg>", "", cell[2]))


def test_the_list_says_what_comes_next(cast, calls):  # noqa: F811
    state, text = next_cell(cast.as_clerk)
    assert state == "overdue" and text.endswith("感谢") and "逾期" in text
    first, second, last = calls
    Step.objects.filter(pk=first.pk).update(state="done", result="reached", closed_at=NOON)
    Step.objects.filter(pk=second.pk).update(due_on=timezone.localdate())
    assert next_cell(cast.as_clerk) == ("now", "今天 跟进")
    Step.objects.filter(pk=second.pk).update(due_on=timezone.localdate() + timedelta(days=1))
    assert next_cell(cast.as_clerk)[0] == "later"
    assert "今天" not in next_cell(cast.as_clerk)[1]


def test_who_may_not_be_called_has_nothing_next(cast, calls):  # noqa: F811
    Member.objects.update(do_not_contact=True)
    assert next_cell(cast.as_clerk) is None


def test_in_english_too(cast, calls):  # noqa: F811
    cast.as_clerk.cookies["django_language"] = "en"
    calls.filter(due_on__lt=timezone.localdate()).update(state="done", result="reached", closed_at=NOON)
    calls.filter(state="open").update(due_on=timezone.localdate())
    assert next_cell(cast.as_clerk) == ("now", "Invitation today")


def test_a_tier_is_called_otherwise_from_the_next_page_on(cast):  # noqa: F811
    """What is built from the programme is kept only as long as its rows are the same."""
    assert "贵宾" not in cast.as_clerk.get(LIST).text
    Tier.objects.update(name_zh="贵宾")
    assert "贵宾" in cast.as_clerk.get(LIST).text
