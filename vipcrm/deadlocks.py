"""Two that wait for each other: PostgreSQL ends one of them, and that one simply begins again."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.db import OperationalError

Result = TypeVar("Result")
DEADLOCK = "40P01"  # SQLSTATE


def again_after_deadlock(work: Callable[..., Result]) -> Callable[..., Result]:
    """Decorator that stands above `transaction.atomic`: the one that was ended is tried once more.

    Locks are taken in one order everywhere (decision 13); this is for the case that nobody thought of.
    """

    @wraps(work)
    def once_or_twice(*args: object, **kwargs: object) -> Result:
        try:
            return work(*args, **kwargs)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != DEADLOCK:
                raise
        return work(*args, **kwargs)

    return once_or_twice
