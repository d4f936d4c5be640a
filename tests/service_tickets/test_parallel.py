"""Several people at once: numbers are unique and without gaps, the second change of the same page is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from service_tickets import services
from service_tickets.enums import Action
from service_tickets.models import Notification
from tests.service_tickets.conftest import NOW
from tests.service_tickets.helpers import in_process, notify, replayed, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(jobs):
    """Runs the jobs in threads that start together; each with a connection of its own."""
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait(timeout=30)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


class Undone(Exception):
    pass


def test_numbers_are_unique_and_without_gaps(member, clerk):
    def create(worker):
        for turn in range(4):
            try:
                with transaction.atomic():
                    notify(member, clerk)
                    if (worker + turn) % 3 == 0:
                        raise Undone
            except Undone:
                continue

    at_once([lambda worker=worker: create(worker) for worker in range(5)])
    numbers = sorted(int(number) for number in Notification.objects.values_list("number", flat=True))
    assert len(numbers) == sum((worker + turn) % 3 != 0 for worker in range(5) for turn in range(4))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_of_two_changes_of_one_page_the_second_is_told(member, clerk, manager):
    made = in_process(member, clerk)

    def change(code, by):
        try:
            services.set_user_status(made, code=code, expected=made.version, by=by, at=NOW)
        except services.ChangedMeanwhile:
            return "told"
        return "done"

    answers = at_once([lambda: change("KCJS", clerk), lambda: change("KCJS", manager)])
    assert sorted(answers) == ["done", "told"]
    assert replayed(made) == statuses(made)


def test_nothing_is_lost_when_all_add_something(member, clerk):
    made = in_process(member, clerk)
    jobs = [
        lambda: services.add_task(made, task=services.TaskInput("重缝"), by=clerk, at=NOW),
        lambda: services.add_task(made, task=services.TaskInput("织补"), by=clerk, at=NOW),
        lambda: services.add_item(made, item=services.ItemInput(name="大衣"), by=clerk, at=NOW),
        lambda: services.add_long_text(made, text="客户来电", by=clerk, at=NOW),
    ]
    at_once(jobs)
    assert (made.tasks.count(), made.items.count(), made.texts.count()) == (2, 1, 1)
    assert statuses(made)[0] == {"NOPR", "TSOS"} and replayed(made) == statuses(made)


def test_completing_and_adding_a_task_at_once_never_leaves_an_open_task_behind(member, clerk):
    made = services.set_user_status(in_process(member, clerk), code="KCJS", by=clerk, at=NOW)

    def attempt(call):
        try:
            call()
        except services.MoveNotAllowed:
            return False
        return True

    answers = at_once(
        [
            lambda: attempt(lambda: services.complete(made, completed_at=NOW, by=clerk, at=NOW)),
            lambda: attempt(lambda: services.add_task(made, task=services.TaskInput("重缝"), by=clerk, at=NOW)),
        ]
    )
    assert sum(answers) == 1
    system, _user = statuses(made)
    assert not {"NOCO", "TSOS"} <= system
    assert Action.COMPLETE in {row.action for row in made.history.all()} or made.tasks.count() == 1


@pytest.mark.parametrize(("guarded", "wanted"), [(True, ["done", "told"]), (False, ["done", "done"])])
def test_of_two_who_change_one_item_the_second_is_told(member, clerk, manager, guarded, wanted):
    """With the guard off (no version sent) both get through, and the first change is lost: the control."""
    made = in_process(member, clerk)
    item = services.add_item(made, item=services.ItemInput(name="大衣"), by=clerk, at=NOW)
    made.refresh_from_db()
    seen = made.version if guarded else None

    def change(name, by):
        try:
            services.change_item(item, to=services.ItemInput(name=name), expected=seen, by=by, at=NOW)
        except services.ChangedMeanwhile:
            return "told"
        return "done"

    assert sorted(at_once([lambda: change("风衣", clerk), lambda: change("夹克", manager)])) == wanted
    assert made.history.filter(subject="item").count() == wanted.count("done")
