"""Bad rows: kept off the memory, told in order, written out as they came."""

import csv
from datetime import UTC, datetime

import pytest

from members.imports.fault_list import IN_MEMORY, FaultList
from members.imports.report import write_error_file
from members.imports.run import import_file
from tests.factories import StoreFactory
from vipcrm.tabular import RowFault

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
HEAD = "receipt_no,line_no,store,sold_at,card_no,product_code,unit_price,quantity"


def test_a_list_longer_than_its_memory_reads_back_in_order_and_more_than_once():
    faults = FaultList()
    count = IN_MEMORY // 50
    for line in range(count):
        faults.append(RowFault(line, "店", f"原因 {line} ".ljust(60, "x"), ["not", "kept"]))

    assert len(faults) == count
    assert [fault.line for fault in faults] == list(range(count))
    assert [fault.line for fault in faults[:3]] == [0, 1, 2]
    assert faults[-1] == RowFault(count - 1, "店", f"原因 {count - 1} ".ljust(60, "x"), ())
    with pytest.raises(IndexError):
        faults[count]


@pytest.mark.django_db
def test_the_error_file_has_each_bad_row_as_it_came_in_the_order_of_the_file(tmp_path):
    StoreFactory(code="4001")
    rows = [
        "R1,1,none,2026-03-01 18:05,,P1,5,1",  # an unknown store
        "R2,1,4001,2026-03-01 18:05,,P1,5,1,too,many",  # cannot even be taken
        "R3,1,4001,2026-03-01 18:05,,P1,5,1",
        "R4,1,4001,2026-03-01 18:05,,P1,dear,1",
        "R5,1,4001,2026-03-01 18:05,,P1,5,1,one more",
    ]
    path = tmp_path / "sales.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n")

    outcome = import_file("purchases", path, now=NOW)
    write_error_file(path, outcome.faults, tmp_path / "errors.csv")

    assert (outcome.read, outcome.created, outcome.errors) == (5, 1, 4)
    with open(tmp_path / "errors.csv", encoding="utf-8-sig", newline="") as file:
        _head, *written = csv.reader(file)
    assert [(row[0], row[8], row[9]) for row in written] == [
        ("R1", "2", "store"),
        ("R2", "3", ""),
        ("R4", "5", "unit_price"),
        ("R5", "6", ""),
    ]
    assert written[1][11:] == ["too", "many"]
