"""The people of the demo buy as a manager would believe it (no database: the rules that make them)."""

from datetime import date, timedelta
from random import Random

from vipcrm.demo.people import enrolled_days_ago
from vipcrm.demo.trade import visit_days

TODAY = date(2026, 11, 22)
A_YEAR_AGO = TODAY - timedelta(days=365)
PEOPLE = 4_000


def histories(store, seed=1):
    """Days of purchase of many members of a store over two years."""
    random = Random(seed)
    starts = [TODAY - timedelta(days=enrolled_days_ago(720, random)) for _ in range(PEOPLE)]
    return [list(visit_days(day, TODAY, keen=random.random(), store=store, random=random)) for day in starts]


def dead_share(found):
    counted = [days for days in found if days[0] <= A_YEAR_AGO]
    return sum(days[-1] <= A_YEAR_AGO for days in counted) / len(counted)


def test_a_fifth_to_a_third_of_the_cards_are_dead_and_stores_differ():
    shares = {store: dead_share(histories(store)) for store in ("4001", "4002", "4003", "4004")}

    assert all(0.2 < share < 0.35 for share in shares.values()), shares
    assert max(shares.values()) - min(shares.values()) > 0.02


def test_most_come_back_and_nobody_every_other_day():
    found = histories("4002")

    assert 0.6 < sum(len(days) > 1 for days in found) / PEOPLE < 0.9
    assert 3.5 < sum(map(len, found)) / PEOPLE < 6
    gaps = [(b - a).days for days in found for a, b in zip(days, days[1:], strict=False)]
    assert min(gaps) >= 6


def test_the_same_seed_gives_the_same_histories():
    assert histories("4001", seed=3) == histories("4001", seed=3) != histories("4001", seed=4)
