"""Two things at once: real threads, each with its own connection, brought into the order that hurts."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
LONG = 8.0


def outcome_of(work):
    """What `work` gives or raises; its connection is closed."""
    try:
        return work()
    except Exception as error:
        return error
    finally:
        connection.close()


def somebody_waits_for_me():
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


def overlap(first, second):
    """`second` begins when `first` has done its work and not committed yet, which it does when `second` waits for it
    or is through. Returns what each gave or raised."""
    done, through = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            result = first()
            done.set()
            end = time.monotonic() + LONG
            while not through.is_set() and not somebody_waits_for_me() and time.monotonic() < end:
                time.sleep(0.01)
        return result

    def follow():
        assert done.wait(LONG)
        try:
            return second()
        finally:
            through.set()

    def guarded_hold():
        try:
            return hold()
        finally:
            done.set()

    with ThreadPoolExecutor(2) as threads:
        a, b = threads.submit(outcome_of, guarded_hold), threads.submit(outcome_of, follow)
        return a.result(LONG), b.result(LONG)


def at_once(works):
    """All together from one start; what each gave or raised."""
    start = threading.Barrier(len(works))

    def one(work):
        start.wait(LONG)
        return outcome_of(work)

    with ThreadPoolExecutor(len(works)) as threads:
        return [future.result(LONG) for future in [threads.submit(one, work) for work in works]]
