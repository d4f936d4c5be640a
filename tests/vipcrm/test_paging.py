import pytest
from django.http import QueryDict

from tests.factories import StoreFactory
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


def test_filters_are_kept_and_the_count_is_honest(stores):
    page = page_of(Store.objects.all(), QueryDict("size=2&q=%E4%B8%9C"), ("code",))
    assert page.kept == [("q", "东")]
    assert "2+" in page.count_text
    whole = page_of(Store.objects.all(), QueryDict("size=20"), ("code",))
    assert "5" in whole.count_text and "+" not in whole.count_text
