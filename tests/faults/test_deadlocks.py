"""A receipt is voided, or taken back at the till, while a file brings its return: they wait in a row, not in a circle."""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, transaction

from members.imports import locks, purchases
from members.imports import run as imports_run
from members.imports.outcome import Outcome
from members.imports.run import import_file
from members.models import Receipt, ReceiptLine
from members.services import sales
from members.services.reviews import rebuild
from members.services.sales import LineInput, SaleOutcome, VoidNotAllowed, record_receipt, void_receipt
from tests.factories import MemberFactory, ProductFactory, StaffFactory, StoreFactory, sale
from tests.faults.together import LONG, outcome_of, somebody_waits_for_me
from vipcrm.deadlocks import again_after_deadlock
from vipcrm.models import Store

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
HEAD = "receipt_no,store,sold_at,card_no,product_code,unit_price,quantity,returns_receipt_no\n"


@pytest.fixture
def sold(monkeypatch):
    """A receipt with one line; nobody gets a second try."""
    monkeypatch.setattr(imports_run, "TRIES", 1)
    member, product = MemberFactory(card_no="C1"), ProductFactory(code="P1")
    return sale(member, "500.00", at=NOW - timedelta(days=5), number="R0", product=product)


@pytest.fixture
def returning(sold, tmp_path):
    """Imports a file with the return of the receipt's only line."""
    path = tmp_path / "returns.csv"
    path.write_text(f"{HEAD}B1,{sold.store.code},2026-03-09 12:00,C1,P1,500,-1,R0\n")
    return lambda: import_file("purchases", path, now=NOW)


@pytest.fixture
def voiding(sold):
    manager = StaffFactory(store=sold.store, role="store_manager")
    return lambda: once(void_receipt)(sold, reason="keyed twice", by=manager, at=NOW)


def once(work):
    """Without the second try after a deadlock."""
    return work.__wrapped__


def pausing(monkeypatch, module, name):
    """`module.name` waits before it works until somebody waits for it; says when it is there."""
    there, work = threading.Event(), getattr(module, name)

    def paused(*args, **kwargs):
        there.set()
        end = time.monotonic() + LONG / 2
        while not somebody_waits_for_me() and time.monotonic() < end:
            time.sleep(0.01)
        return work(*args, **kwargs)

    monkeypatch.setattr(module, name, paused)
    return there


def in_the_middle(first, there, second):
    """`second` begins while `first` stands at the place where it pauses."""
    results = {}

    def run(key, work):
        results[key] = outcome_of(work)

    def follow():
        assert there.wait(LONG)
        return second()

    threads = [threading.Thread(target=run, args=args) for args in (("first", first), ("second", follow))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * LONG)
    return results["first"], results["second"]


def void_then_import(monkeypatch, voiding, returning):
    voided, imported = in_the_middle(voiding, pausing(monkeypatch, sales, "_check_void"), returning)
    return voided, imported


def import_then_void(monkeypatch, voiding, returning):
    imported, voided = in_the_middle(returning, pausing(monkeypatch, purchases, "_refresh"), voiding)
    return voided, imported


def test_a_return_is_imported_while_its_sale_is_voided(sold, voiding, returning, monkeypatch):
    voided, imported = void_then_import(monkeypatch, voiding, returning)

    assert isinstance(voided, Receipt), voided
    assert isinstance(imported, Outcome), imported
    assert (imported.created, imported.errors) == (0, 1), "nothing is left to return"
    assert rebuild(now=NOW, check=True).total() == 0


def test_a_sale_is_voided_while_its_return_is_imported(sold, voiding, returning, monkeypatch):
    voided, imported = import_then_void(monkeypatch, voiding, returning)

    assert isinstance(imported, Outcome), imported
    assert isinstance(voided, VoidNotAllowed), voided
    assert (imported.created, imported.errors) == (1, 0)
    sold.refresh_from_db()
    assert (sold.voided_at, sold.net_units) == (None, 0)
    assert rebuild(now=NOW, check=True).total() == 0


@pytest.mark.parametrize("together", [void_then_import, import_then_void])
def test_without_the_locks_of_the_import_one_of_them_is_ended(sold, voiding, returning, monkeypatch, together):
    monkeypatch.setattr(locks, "LOCK", "SELECT")

    results = together(monkeypatch, voiding, returning)

    assert sum(isinstance(result, OperationalError) for result in results) == 1, results


def test_a_return_is_voided_while_another_unit_goes_back_at_the_till(sold, monkeypatch):
    """Voiding a return writes the line it undid, and that line's receipt."""
    line = ReceiptLine.objects.select_related("receipt__member", "receipt__store", "product").get()
    ReceiptLine.objects.update(quantity=3)
    back = taking_back(line, "B1")().receipt
    manager = StaffFactory(store=sold.store, role="store_manager")

    def void():
        return once(void_receipt)(back, reason="wrong size", by=manager, at=NOW)

    there = pausing(monkeypatch, sales, "_check_return")
    returned, voided = in_the_middle(taking_back(line, "B2"), there, void)

    assert isinstance(returned, SaleOutcome), returned
    assert isinstance(voided, Receipt), voided
    line.refresh_from_db()
    assert line.returned_quantity == 1
    assert rebuild(now=NOW, check=True).total() == 0


def taking_back(line, number):
    given = [LineInput("P1", -1, Decimal("1.00"), returns_line=line)]
    return lambda: once(record_receipt)(
        store=line.receipt.store, number=number, sold_at=NOW, lines=given, member=line.receipt.member, by=None, at=NOW
    )


def test_the_void_of_a_receipt_that_was_read_before_is_noticed(sold, voiding, tmp_path, monkeypatch):
    """The file corrects what is voided at that moment: it is read again, and its row is refused."""
    monkeypatch.setattr(imports_run, "TRIES", 2)
    path = tmp_path / "corrected.csv"
    path.write_text(f"{HEAD}R0,{sold.store.code},2026-03-05 12:00,C1,P1,400,1,\n")
    there = pausing(monkeypatch, sales, "_check_void")

    voided, imported = in_the_middle(voiding, there, lambda: import_file("purchases", path, now=NOW))

    assert isinstance(voided, Receipt), voided
    assert (imported.updated, imported.errors) == (0, 1)
    assert Receipt.objects.get().net_amount == 0


# --- the second try -----------------------------------------------------------------------------------------------


def crossing(one, two, barrier):
    """Locks two stores; whoever has the first waits, the first time, until the other has hers."""

    @transaction.atomic
    def lock():
        Store.objects.select_for_update().get(pk=one)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(2)
        return Store.objects.select_for_update().get(pk=two)

    return lock


@pytest.mark.parametrize("again", [True, False])
def test_whoever_is_ended_begins_again(again):
    stores, barrier = [StoreFactory().pk, StoreFactory().pk], threading.Barrier(2)
    works = [crossing(*stores, barrier), crossing(*stores[::-1], barrier)]
    begun = threading.Event()
    begun.set()

    if again:
        works = [again_after_deadlock(work) for work in works]

    results = in_the_middle(works[0], begun, works[1])

    assert sum(isinstance(result, OperationalError) for result in results) == (0 if again else 1)


def test_other_faults_are_not_tried_again():
    tried = []

    @again_after_deadlock
    def work():
        tried.append(1)
        raise OperationalError("no space left")

    with pytest.raises(OperationalError):
        work()
    assert len(tried) == 1
