"""Laws of the tier replay, held against the plain simulation of `tier_oracle`."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.rules.tiers import (
    DEFAULT_PROGRAMME,
    HandSet,
    Opening,
    Programmes,
    ProgrammeSpec,
    Purchase,
    TierSpec,
    history,
    history_in_full,
    replay,
    replay_many,
)
from tests.members.tier_oracle import simulate

SHANGHAI, TOKYO, HONOLULU = ZoneInfo("Asia/Shanghai"), ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Honolulu")
CODES = [tier.code for tier in DEFAULT_PROGRAMME.tiers]
FIRST, LAST = date(2023, 12, 1), date(2029, 3, 5)
BOUNDARIES = [1_000_00, 1_099_00, 2_000_00, 2_499_00, 2_500_00, 3_499_00, 3_500_00, 4_000_00, 8_000_00]
law = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

special_days = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28), date(2025, 3, 1)]
special_days += [date(year, month, day) for year in (2024, 2025, 2026) for month, day in ((12, 31), (1, 1))]
days = st.one_of(st.sampled_from(special_days), st.dates(FIRST, date(2028, 3, 5)))
untils = st.one_of(st.sampled_from([*special_days, date(2028, 2, 29), LAST]), st.dates(FIRST, LAST))
times = st.sampled_from([time(0, 0), time(0, 30), time(11, 59), time(12, 0), time(23, 59)])
amounts = st.one_of(
    st.sampled_from([0, 1, *BOUNDARIES, *[cents - 1 for cents in BOUNDARIES]]),
    st.integers(0, 1_200_00),
)


edges = st.builds(int.__add__, st.sampled_from(BOUNDARIES), st.sampled_from([-1, 0, 0, 1]))


def _filling(total, edge):
    """The amount with which a sum reaches a boundary, or misses it by a cent."""
    return max(0, edge - total)


@st.composite
def purchase_lists(draw, zones=(SHANGHAI,), max_size=12):
    """Purchases in order; many on days a year, or a year less a day, after another one."""
    made = []
    for number in range(draw(st.integers(0, max_size))):
        if made and draw(st.booleans()):
            other = draw(st.sampled_from(made)).day
            day = other + timedelta(days=draw(st.sampled_from([0, 1, 364, 365, 366, 30, 31])))
        else:
            day = draw(days)
        zone = draw(st.sampled_from(zones))
        at = datetime.combine(day, draw(times), zone)
        cents = draw(amounts | st.builds(_filling, st.just(sum(other.cents for other in made)), edges))
        made.append(Purchase(at, f"R{draw(st.integers(0, 3))}-{number}", zone.key, day, cents, number))
    return sorted(made)


@st.composite
def programme_lists(draw, max_size=3):
    starts = draw(st.lists(days, unique=True, max_size=max_size - 1))
    versions = [_version(draw, 1, None)]
    versions += [_version(draw, number, start) for number, start in enumerate(sorted(starts), 2)]
    return versions


def _version(draw, number, start):
    factors = draw(st.sampled_from([(100, 100), (100, 50), (50, 100), (200, 150), (80, 80)]))
    tiers = [
        TierSpec(
            tier.code,
            tier.rank,
            None if tier.single is None else tier.single * factors[0] // 100,
            None if tier.cumulative is None else tier.cumulative * factors[1] // 100,
            None if tier.keep is None else tier.keep * factors[0] // 100,
        )
        for tier in DEFAULT_PROGRAMME.tiers
    ]
    policies = {
        "year": draw(st.sampled_from(["membership", "membership", "calendar"])),
        "drop": draw(st.sampled_from(["matching", "matching", "one_step"])),
        "grace_days": draw(st.sampled_from([0, 0, 1, 30, 120])),
    }
    return ProgrammeSpec(number, tuple(tiers), start, **policies)


@st.composite
def hand_lists(draw, max_size=3):
    made = []
    for _ in range(draw(st.integers(0, max_size))):
        day = draw(days)
        length = draw(st.one_of(st.none(), st.sampled_from([1, 30, 365, 366, 800])))
        at = datetime.combine(day, draw(times), SHANGHAI)
        until = None if length is None else day + timedelta(days=length)
        made.append(HandSet(at, day, draw(st.sampled_from(CODES)), until))
    return sorted({hand.at: hand for hand in made}.values())


openings = st.builds(
    lambda tier, day, ago, year, counted: Opening(tier, day - timedelta(days=ago), year, counted, day),
    st.sampled_from(CODES),
    days,
    st.sampled_from([0, 1, 200, 364, 365, 366, 900]),
    amounts,
    amounts,
)


def agree(versions, purchases, until, **kwargs):
    programmes = Programmes(versions)
    wanted, state = simulate(
        versions, purchases, until=until, hands=kwargs.get("hand_set", ()), opening=kwargs.get("opening")
    )
    found = history(programmes, purchases, until=until, **kwargs)
    assert [tuple(change) for change in found.changes] == wanted
    standing = found.standing
    assert (standing.tier.code if standing.tier else None) == state.tier
    assert (standing.since, standing.counting_start, standing.counted_cents) == (
        state.since,
        state.start,
        state.counted,
    )


@law
@given(purchase_lists(), untils)
def test_default_programme_agrees_with_the_plain_simulation(purchases, until):
    agree([DEFAULT_PROGRAMME], purchases, until)


@law
@given(purchase_lists(zones=(SHANGHAI, TOKYO, HONOLULU)), untils)
def test_stores_in_several_time_zones_agree_with_the_plain_simulation(purchases, until):
    agree([DEFAULT_PROGRAMME], purchases, until)


@law
@given(programme_lists(), purchase_lists(), untils)
def test_several_versions_and_policies_agree_with_the_plain_simulation(versions, purchases, until):
    agree(versions, purchases, until)


@law
@given(programme_lists(), purchase_lists(), hand_lists(), untils)
def test_tiers_by_hand_agree_with_the_plain_simulation(versions, purchases, hands, until):
    agree(versions, purchases, until, hand_set=hands)


@law
@given(programme_lists(), purchase_lists(), hand_lists(), openings, untils)
def test_openings_agree_with_the_plain_simulation(versions, purchases, hands, opening, until):
    agree(versions, purchases, until, hand_set=hands, opening=opening)


@law
@given(programme_lists(), purchase_lists(zones=(SHANGHAI, HONOLULU)), hand_lists(), st.none() | openings, untils)
def test_everything_at_once_agrees_with_the_plain_simulation(versions, purchases, hands, opening, until):
    agree(versions, purchases, until, hand_set=hands, opening=opening)


@law
@given(programme_lists(), purchase_lists(zones=(SHANGHAI, HONOLULU)), untils)
def test_the_short_way_gives_what_the_long_way_gives(versions, purchases, until):
    first_three = sorted(sorted(purchases, key=lambda purchase: purchase.key)[:3])
    small = [purchase._replace(cents=purchase.cents // 8) for purchase in purchases]
    programmes = Programmes(versions)
    for bought in (purchases, first_three, small):
        full = history_in_full(programmes, bought, until=until)
        assert history(programmes, bought, until=until) == full
        assert replay(programmes, bought, until=until) == full.changes
        assert list(replay_many(programmes, [("her", bought)], until=until)) == [("her", full.changes)]


@law
@given(programme_lists(), purchase_lists(), hand_lists(), st.none() | openings, untils, untils)
def test_a_shorter_replay_is_the_beginning_of_a_longer_one(versions, purchases, hands, opening, one, other):
    """Nothing that comes later changes what was: also without the purchases that had not happened yet."""
    programmes, early, late = Programmes(versions), min(one, other), max(one, other)
    known = [purchase for purchase in purchases if purchase.day <= early]
    long = replay(programmes, purchases, hand_set=hands, opening=opening, until=late)
    short = replay(programmes, known, hand_set=hands, opening=opening, until=early)
    assert short == [change for change in long if change.day <= early]


@law
@given(purchase_lists(), hand_lists(), untils, st.randoms())
def test_order_of_entry_does_not_matter(purchases, hands, until, random):
    programmes = Programmes()
    shuffled, hands_shuffled = random.sample(purchases, len(purchases)), random.sample(hands, len(hands))
    assert replay(programmes, sorted(shuffled), hand_set=hands_shuffled, until=until) == replay(
        programmes, purchases, hand_set=hands, until=until
    )


@law
@given(purchase_lists(), untils, st.data())
def test_a_purchase_taken_back_is_as_if_it_had_never_been(purchases, until, data):
    """Recorded, replayed, withdrawn, replayed: no trace of it is left in the history."""
    programmes = Programmes()
    gone = data.draw(st.sampled_from(purchases)) if purchases else None
    left = [purchase for purchase in purchases if purchase is not gone]
    changes = replay(programmes, left, until=until)
    assert all(gone is None or gone.key not in change.keys for change in changes)
    assert changes == [change._replace() for change in replay(programmes, sorted(left), until=until)]
    agree([DEFAULT_PROGRAMME], left, until)


@law
@given(programme_lists(), purchase_lists(), hand_lists(), st.none() | openings, untils)
def test_the_history_is_a_chain(versions, purchases, hands, opening, until):
    changes = replay(Programmes(versions), purchases, hand_set=hands, opening=opening, until=until)
    held = None
    for change in changes:
        assert change.from_code == held
        held = change.to_code
        assert (change.reason == "retained") <= (change.from_code == change.to_code)
    assert [change.day for change in changes] == sorted(change.day for change in changes)


@law
@given(programme_lists(max_size=1), purchase_lists(), untils)
def test_standing_says_what_the_next_review_will_find(versions, purchases, until):
    """With no further purchase the review on the day named decides on the spend named."""
    programmes = Programmes(versions)
    known = [purchase for purchase in purchases if purchase.day <= until]
    standing = history(programmes, known, until=until).standing
    if standing.next_review is None:
        assert standing.tier in (None, versions[0].lowest)
        return
    assert standing.next_review > until
    after = [c for c in replay(programmes, known, until=standing.next_review) if c.day > until]
    assert [(c.day, c.cents) for c in after] == [(standing.next_review, standing.year_cents)]
    assert after[0].reason == ("retained" if standing.tier.kept_by(standing.year_cents) else "downgraded")


def test_the_plain_simulation_can_disagree():
    """The control: an amount one cent off is seen."""
    bought = [Purchase(datetime(2024, 1, 5, 12, tzinfo=SHANGHAI), "1", "4001", date(2024, 1, 5), 1_000_00, 1)]
    wanted, _ = simulate([DEFAULT_PROGRAMME], bought, until=date(2024, 6, 1))
    cent_less = [bought[0]._replace(cents=999_99)]
    with pytest.raises(AssertionError):
        assert [tuple(c) for c in replay(Programmes(), cent_less, until=date(2024, 6, 1))] == wanted
