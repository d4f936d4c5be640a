"""What is missing to the next tier and to keep this one (handbook 3.10)."""

from datetime import date
from typing import NamedTuple

from members.rules.programme import ONE_DAY, Programmes, TierSpec
from members.rules.tiers import Standing


class Progress(NamedTuple):
    """All amounts in cents, never negative; None where the question does not arise.

    `missing_single`: what one purchase must come to; `missing_cumulative`: what further purchases must sum to; either
    way alone leads to `next_tier`. `missing_to_keep`: still to be spent up to and including `keep_by`.
    """

    tier: TierSpec | None
    next_tier: TierSpec | None
    missing_single: int | None
    missing_cumulative: int | None
    missing_to_keep: int | None
    keep_by: date | None


def progress(programmes: Programmes, standing: Standing, *, today: date) -> Progress:
    """Towards the next tier by the version valid today, to keep the present one by that of the review's day."""
    programme = programmes.on(today)
    tier = standing.tier and programme.present(standing.tier)
    above = programme.next_above(tier)
    return Progress(
        tier,
        above,
        above.single if above else None,
        _missing(above.cumulative if above else None, standing.counted_cents),
        *_to_keep(programmes, standing),
    )


def _to_keep(programmes: Programmes, standing: Standing) -> tuple[int | None, date | None]:
    if standing.tier is None or standing.next_review is None:
        return None, None
    keep = programmes.on(standing.next_review).present(standing.tier).keep
    return _missing(keep, standing.year_cents), standing.next_review - ONE_DAY


def _missing(asked: int | None, there: int) -> int | None:
    return None if asked is None else max(0, asked - there)
