"""The clock's list and the registered tasks agree."""

from vipcrm.beat import ON_DEMAND, SCHEDULE
from vipcrm.celery import app

OURS = ("vipcrm.", "members.", "followups.", "service_tickets.", "reports.")


def registered():
    app.loader.import_default_modules()
    return {name for name in app.tasks if name.startswith(OURS)}


def test_every_task_is_started_by_the_clock_or_by_a_page():
    assert {entry["task"] for entry in SCHEDULE.values()} | ON_DEMAND == registered()


def test_nothing_is_both():
    assert not {entry["task"] for entry in SCHEDULE.values()} & ON_DEMAND


def test_no_task_waits_in_the_queue_for_a_time():
    """A countdown beyond the visibility timeout runs several times (engineering notes)."""
    for entry in SCHEDULE.values():
        assert not {"eta", "countdown"} & set(entry.get("options", {}))
