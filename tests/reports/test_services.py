"""Snapshots: computed once, revised only when a figure differs, never half-way."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.db.utils import IntegrityError

from reports import services
from reports.models import MonthlyReport
from reports.scopes import all_scope, every_scope, store_scope
from reports.tasks import compute_last_month
from tests.factories import MemberFactory, RegionFactory, StoreFactory, manager_of, sale
from vipcrm.models import Store

MARCH = date(2026, 3, 1)
LATER = datetime(2026, 4, 2, 4, 0, tzinfo=UTC)


def in_march(day=10, hour=4):
    return datetime(2026, 3, day, hour, 0, tzinfo=UTC)


@pytest.fixture
def store(db):
    return StoreFactory(code="4002", region=RegionFactory(name="华东"))


@pytest.fixture
def member(store):
    return MemberFactory(home_store=store)


def test_a_report_is_stored_with_time_person_and_definitions(store, member):
    sale(member, "1200.00", at=in_march())
    manager = manager_of(store)
    report = services.compute_report(store_scope(store), MARCH, at=LATER, by=manager)
    assert (report.kind, report.code, report.month, report.revision) == ("store", "4002", MARCH, 1)
    assert (report.computed_at, report.computed_by, report.definitions) == (LATER, manager, "1")
    assert report.figures["contribution"]["member_spend"] == 1200


def test_an_unfinished_month_is_refused(store):
    with pytest.raises(services.MonthNotOver):
        services.compute_report(store_scope(store), MARCH, at=datetime(2026, 3, 31, 15, 59, tzinfo=UTC))
    assert services.compute_report(store_scope(store), MARCH, at=datetime(2026, 3, 31, 16, 0, tzinfo=UTC))


def test_computed_again_without_a_difference_nothing_is_added(store, member):
    sale(member, "100.00", at=in_march())
    first = services.compute_report(store_scope(store), MARCH, at=LATER)
    again = services.compute_report(store_scope(store), MARCH, at=LATER)
    assert again == first
    assert again.computed_at == first.computed_at
    assert MonthlyReport.objects.count() == 1


def test_a_late_receipt_makes_a_new_revision_and_the_old_one_stays(store, member):
    sale(member, "100.00", at=in_march())
    scope = store_scope(store)
    services.compute_report(scope, MARCH, at=LATER)
    sale(member, "50.00", at=in_march(20), now=LATER)
    services.compute_report(scope, MARCH, at=LATER)
    spends = MonthlyReport.objects.order_by("revision").values_list("revision", "figures__contribution__member_spend")
    assert list(spends) == [(1, 100), (2, 150)]
    assert MonthlyReport.objects.of(scope).newest(MARCH).get().revision == 2


def test_other_definitions_make_a_new_revision(store):
    first = services.compute_report(store_scope(store), MARCH, at=LATER)
    MonthlyReport.objects.filter(pk=first.pk).update(definitions="0")
    assert services.compute_report(store_scope(store), MARCH, at=LATER).revision == 2


def test_purchases_of_later_months_change_nothing(store, member):
    sale(member, "1200.00", at=in_march())
    scope = store_scope(store)
    before = services.compute_report(scope, MARCH, at=LATER).figures
    for number in range(3):
        at = datetime(2026, 4 + number, 3, 4, 0, tzinfo=UTC)
        sale(member, "3000.00", at=at)
        sale(MemberFactory(home_store=store, enrolled_on_given=at.date()), "9000.00", at=at)
        sale(None, "80.00", store=store, at=at)
    after = services.compute_report(scope, MARCH, at=datetime(2026, 8, 1, tzinfo=UTC))
    assert after.figures == before
    assert after.revision == 1


def test_a_return_counts_in_the_month_of_the_purchase_it_undoes(store, member):
    from members.models import Receipt, ReceiptLine
    from members.services.refresh import refresh_receipts

    sold = sale(member, "900.00", at=in_march(), units=3)
    line = sold.lines.get()
    back = Receipt.objects.create(
        store=store, number="BACK", sold_at=LATER, sold_on=LATER.date(), recorded_at=LATER, member=member
    )
    ReceiptLine.objects.create(
        receipt=back, line_no=1, product=line.product, product_name="x", unit_price=Decimal(300), quantity=-1,
        returns_line=line,
    )  # fmt: skip
    refresh_receipts([back.pk], at=LATER)
    march = services.compute_report(store_scope(store), MARCH, at=LATER).figures
    assert march["new_vs_existing"]["existing"]["spend"] == 600
    assert march["basket"]["purchases_by_units"] == {"1": 0, "2": 1, "3": 0, "4": 0, "5+": 0}
    may = datetime(2026, 5, 2, tzinfo=UTC)
    april = services.compute_report(store_scope(store), date(2026, 4, 1), at=may).figures
    assert april["contribution"]["all_spend"] == 0
    assert april["frequency"]["buyers_by_purchases"]["1"] == 0


def test_the_months_it_is_compared_with_are_computed_once(store, member):
    sale(member, "100.00", at=in_march())
    services.compute_with_comparisons(store_scope(store), MARCH, at=LATER)
    services.compute_with_comparisons(store_scope(store), MARCH, at=LATER)
    found = MonthlyReport.objects.order_by("month").values_list("month", "revision")
    assert list(found) == [(date(2025, 3, 1), 1), (date(2026, 2, 1), 1), (MARCH, 1)]


def test_the_first_of_the_month_computes_every_scope_in_its_own_time_and_once(store):
    StoreFactory(code="4003", region=None, time_zone="America/Los_Angeles")
    shanghai_two = datetime(2026, 3, 31, 18, 0, tzinfo=UTC)  # 02:00 on 1 April there
    services.compute_due(datetime(2026, 3, 31, 17, 59, tzinfo=UTC))
    before = set(MonthlyReport.objects.filter(month=MARCH).values_list("kind", "code"))
    services.compute_due(shanghai_two)
    in_shanghai = set(MonthlyReport.objects.filter(month=MARCH).values_list("kind", "code"))
    services.compute_due(datetime(2026, 4, 1, 9, 0, tzinfo=UTC))  # 02:00 in Los Angeles
    everywhere = set(MonthlyReport.objects.filter(month=MARCH).values_list("kind", "code"))
    assert before == set()
    assert in_shanghai == {("store", "4002"), ("region", "华东")}
    assert everywhere == in_shanghai | {("store", "4003"), ("all", "")}
    assert services.compute_due(datetime(2026, 4, 1, 9, 0, tzinfo=UTC)) == []


def test_the_first_report_of_the_clock_can_be_compared(store, member):
    sale(member, "100.00", at=datetime(2025, 3, 10, 4, 0, tzinfo=UTC))
    services.compute_due(LATER)
    of_store = MonthlyReport.objects.of(store_scope(store)).order_by("month")
    spend = of_store.values_list("month", "figures__contribution__member_spend")
    assert list(spend) == [(date(2025, 3, 1), 100), (date(2026, 2, 1), 0), (MARCH, 0)]


def test_the_task_run_twice_computes_once(store):
    first, second = compute_last_month(), compute_last_month()
    assert (first, second) == (len(list(every_scope())), 0)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_computed_once(monkeypatch):
    store = StoreFactory(code="4002")
    scope, computed, both = all_scope([store]), [], threading.Barrier(2)
    honest = services.figures.compute

    def counted(*args):
        computed.append(threading.get_ident())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.5)")  # the other one is waiting by now
        return honest(*args)

    monkeypatch.setattr(services.figures, "compute", counted)

    def ask():
        both.wait()
        services.compute_report(scope, MARCH, at=LATER)
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(computed) == 1
    assert MonthlyReport.objects.count() == 1
    Store.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_what_is_recorded_while_a_report_is_computed_is_in_all_of_its_sections_or_in_none(monkeypatch):
    store = StoreFactory(code="4002")
    member = MemberFactory(home_store=store)
    sale(member, "100.00", at=in_march())
    honest = services.figures.buyers.read

    def record():
        sale(member, "900.00", at=in_march(11), now=LATER)
        connections.close_all()

    def read(frame):
        other = threading.Thread(target=record)  # commits between two statements of the report
        other.start()
        other.join()
        return honest(frame)

    monkeypatch.setattr(services.figures.buyers, "read", read)
    found = services.compute_report(store_scope(store), MARCH, at=LATER).figures
    assert found["frequency"]["buyers_by_purchases"] == {"1": 1, "2": 0, "3": 0, "4+": 0}
    assert found["contribution"]["member_spend"] == 100
    monkeypatch.undo()
    again = services.compute_report(store_scope(store), MARCH, at=LATER)
    assert (again.revision, again.figures["contribution"]["member_spend"]) == (2, 1000)


def test_the_same_revision_cannot_be_stored_twice(store):
    report = services.compute_report(store_scope(store), MARCH, at=LATER)
    report.pk = None
    with pytest.raises(IntegrityError):
        report.save(force_insert=True)
