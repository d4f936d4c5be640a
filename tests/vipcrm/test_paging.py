from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict

from members.models import Member, Standing
from tests.factories import StoreFactory
from vipcrm import paging
from vipcrm.models import Store
from vipcrm.paging import SIZES, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores(monkeypatch):
    monkeypatch.setattr("vipcrm.paging.SIZES", (2, *SIZES))
    return [StoreFactory(code=f"{n}", name="东" if n % 2 else "西") for n in range(5)]


def walk(order, key="after", **params):
    """Codes of every page from the first one on, and the last page."""
    pages, query = [], QueryDict(mutable=True)
    query.update({"size": "2", **params})
    while True:
        page = page_of(Store.objects.all(), query, order)
        pages.append([store.code for store in page.rows])
        cursor = page.next if key == "after" else page.previous
        if not cursor:
            return pages, page
        query.pop("after", None)
        query.pop("before", None)
        query[key] = cursor


@pytest.mark.parametrize("order", [("name", "-code"), ("-name", "code"), ("code",)])
def test_every_row_once_forwards_and_backwards(stores, order):
    expected = list(Store.objects.order_by(*order).values_list("code", flat=True))
    forwards, last = walk(order)
    assert [code for page in forwards for code in page] == expected
    backwards, first = walk(order, "before", before=last.previous)
    assert [code for page in reversed(backwards) for code in page] == expected[:4]
    assert first.next and not first.previous


def test_a_row_added_meanwhile_moves_nothing(stores):
    query = QueryDict("size=2")
    first = page_of(Store.objects.all(), query, ("code",))
    StoreFactory(code="00")
    second = page_of(Store.objects.all(), QueryDict(f"size=2&after={first.next}"), ("code",))
    assert [store.code for store in second.rows] == ["2", "3"]


@pytest.mark.parametrize("cursor", ["x", "bm9uc2Vuc2U", "W1siZCIsICJubyJdXQ", "W1sicCIsIHt9XV0", "W10"])
def test_a_broken_cursor_starts_from_the_top(stores, cursor):
    page = page_of(Store.objects.all(), QueryDict(f"size=2&after={cursor}"), ("code",))
    assert [store.code for store in page.rows] == ["0", "1"]


def test_a_cursor_of_another_order_starts_from_the_top(stores):
    cursor = page_of(Store.objects.all(), QueryDict("size=2"), ("name", "pk")).next
    page = page_of(Store.objects.all(), QueryDict(f"size=2&after={cursor}"), ("pk", "name"))
    assert [store.code for store in page.rows] == ["0", "1"]


def test_filters_are_kept_and_the_count_is_honest(stores):
    page = page_of(Store.objects.all(), QueryDict("size=2&q=%E4%B8%9C"), ("code",))
    assert page.kept == [("q", "东")]
    assert "2+" in page.count_text
    whole = page_of(Store.objects.all(), QueryDict("size=20"), ("code",))
    assert "5" in whole.count_text and "+" not in whole.count_text


def plan_of(model, order, values, nearest=0):
    """How PostgreSQL finds a page that begins after `values`, where an index is worth it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    rows = model.objects.filter(paging._beyond(order, values)[nearest]).order_by(*order)
    return rows[:21].explain()


def test_an_index_starts_where_the_page_before_ended():
    plan = plan_of(Member, ("-enrolled_on", "-pk"), (date(2026, 1, 1), 17))
    assert "Index Cond: (ROW(enrolled_on, id) < ROW('2026-01-01'::date, " in plan
    assert "Sort" not in plan and "Filter" not in plan


def test_also_where_the_order_turns():
    """Highest tier first, then the oldest file: a quarter of a million members may share a tier."""
    with connection.cursor() as cursor:  # without rows this index would do as well as the list's own
        cursor.execute("ALTER TABLE members_standing DROP CONSTRAINT members_standing_pkey")
    order, values = ("-rank", "pk"), (3, 17)
    same_tier, below = (plan_of(Standing, order, values, nearest) for nearest in (0, 1))
    assert "Index Cond: ((rank = 3) AND (member_id > 17))" in same_tier
    assert "Index Cond: (rank < 3)" in below
    assert "Sort" not in same_tier + below and "Filter" not in same_tier + below


def test_a_page_asks_once_and_at_a_turn_once_more(stores, django_assert_num_queries):
    everything = Store.objects.all()
    straight, turning = ("name", "code"), ("-name", "code")  # 西 0 2 4, 东 1 3
    for order, queries in ((straight, 1), (turning, 2)):
        cursor = page_of(everything, QueryDict("size=2"), order).next
        with django_assert_num_queries(queries):
            page = page_of(everything, QueryDict(f"size=2&after={cursor}"), order)
    assert [store.code for store in page.rows] == ["4", "1"]
