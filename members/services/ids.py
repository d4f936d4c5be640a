"""Ids on their way into a statement."""

from collections.abc import Iterable


def id_array(ids: Iterable[int]) -> str:
    """`{1,2,3}`, for a parameter that the statement casts to bigint[]. A list would be quoted number by number, which
    for the ids of a large import takes longer than the statement."""
    return "{" + ",".join(map(str, ids)) + "}"
