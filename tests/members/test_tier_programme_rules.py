"""Handbook 3, rules 7, 8, 10, 11 and 12, sentence by sentence."""

from dataclasses import replace
from datetime import date

import pytest

from members.rules.progress import progress
from members.rules.tiers import Opening, Programmes, ProgrammeSpec, TierSpec, history, standing
from tests.members.tier_cases import DEFAULT, buy, by_hand, changes, day, story

DEFAULT_TIERS = DEFAULT.versions[0].tiers


def scaled(version, valid_from, percent):
    """A version whose join conditions are a share of the default ones."""
    tiers = tuple(
        replace(
            tier,
            single=tier.single and tier.single * percent // 100,
            cumulative=tier.cumulative and tier.cumulative * percent // 100,
        )
        for tier in DEFAULT_TIERS
    )
    return ProgrammeSpec(version, tiers, valid_from and day(valid_from))


# -- rule 7: changes by hand


def test_every_change_says_when_from_to_why_and_the_version():
    programmes = Programmes([ProgrammeSpec(7, DEFAULT_TIERS, day("2024-01-01"))])
    bought = [buy("2024-03-05", 10, "A"), buy("2024-03-06", 1_000, "B")]
    assert [tuple(c) for c in changes(bought, "2025-03-06", programmes)] == [
        (date(2024, 3, 5), bought[0].at, None, "regular", "joined", 10_00, ("A",), 7),
        (date(2024, 3, 6), bought[1].at, "regular", "senior", "single", 1_000_00, ("B",), 7),
        (date(2025, 3, 6), None, "senior", "regular", "downgraded", 1_000_00, ("B",), 7),
    ]


def test_a_tier_by_hand_starts_a_membership_year():
    bought = [buy("2024-03-05", 10)]
    assert story(bought, "2025-06-01", hand_set=[by_hand("2024-06-01", "vip")]) == [
        ("2024-03-05", "regular", "joined"),
        ("2024-06-01", "vip", "manual"),
        ("2025-06-01", "regular", "downgraded"),
    ]


def test_a_lower_tier_by_hand_sets_the_counting_start():
    bought = [buy("2024-03-05", 1_900)]
    hands = [by_hand("2024-06-01", "regular")]
    found = changes([*bought, buy("2024-07-01", 999), buy("2024-08-01", 1_000.99)], "2024-12-31", hand_set=hands)
    assert [(c.to_code, c.reason) for c in found[1:]] == [("regular", "manual"), ("senior", "single")]
    small = [bought[0], buy("2024-07-01", 999), buy("2024-08-01", 999), buy("2024-09-01", 1.99)]
    assert [c.reason for c in changes(small, "2024-12-31", hand_set=hands)] == ["joined", "manual"]
    lifted = changes([*small, buy("2024-09-02", 0.01)], "2024-12-31", hand_set=hands)[-1]
    assert (lifted.reason, lifted.cents) == ("cumulative", 2_000_00)


def test_a_higher_tier_by_hand_leaves_the_counting_start():
    bought = [
        buy("2024-03-05", 900),
        buy("2024-07-01", 999),
        buy("2024-08-01", 999),
        buy("2024-09-01", 999),
        buy("2024-10-01", 103),
    ]
    assert story(bought, "2024-12-31", hand_set=[by_hand("2024-06-01", "senior")])[1:] == [
        ("2024-06-01", "senior", "manual"),
        ("2024-10-01", "vip", "cumulative"),
    ]


def test_purchases_may_lift_above_a_tier_by_hand():
    bought = [buy("2024-03-05", 10), buy("2024-07-01", 3_500)]
    assert story(bought, "2024-12-31", hand_set=[by_hand("2024-06-01", "vip", "2026-06-01")])[1:] == [
        ("2024-06-01", "vip", "manual"),
        ("2024-07-01", "supreme", "single"),
    ]


def test_until_its_end_reviews_are_skipped_and_then_she_gets_what_the_history_without_it_gives():
    bought = [buy("2024-03-05", 1_000)]
    hands = [by_hand("2024-06-01", "supreme", "2026-09-01")]
    assert story(bought, "2026-08-31", hand_set=hands)[1:] == [("2024-06-01", "supreme", "manual")]
    assert story(bought, "2027-12-31", hand_set=hands)[2:] == [("2026-09-01", "regular", "manual")]


def test_at_its_end_a_tier_that_she_has_earned_meanwhile_stays_with_its_own_year():
    bought = [buy("2024-03-05", 10), buy("2024-08-01", 2_500)]
    hands = [by_hand("2024-06-01", "vip", "2024-12-01")]
    found = story(bought, "2025-08-01", hand_set=hands)
    assert found == [
        ("2024-03-05", "regular", "joined"),
        ("2024-06-01", "vip", "manual"),
        ("2025-08-01", "vip", "retained"),
    ]
    assert standing(DEFAULT, bought, hand_set=hands, until=day("2024-12-31")).since == day("2024-08-01")


def test_until_next_review_she_is_reviewed_normally():
    bought = [buy("2024-03-05", 10), buy("2025-05-31", 2_400), buy("2025-05-30", 99)]
    assert story(bought, "2025-06-01", hand_set=[by_hand("2024-06-01", "vip")])[2:] == [
        ("2025-06-01", "vip", "retained")
    ]


def test_a_later_change_by_hand_takes_the_place_of_an_earlier_one():
    hands = [by_hand("2024-06-01", "supreme", "2027-01-01"), by_hand("2024-07-01", "senior")]
    assert story([buy("2024-03-05", 10)], "2028-01-01", hand_set=hands)[1:] == [
        ("2024-06-01", "supreme", "manual"),
        ("2024-07-01", "senior", "manual"),
        ("2025-07-01", "regular", "downgraded"),
    ]


def test_ends_on_one_day_are_one_change():
    hands = [by_hand("2024-06-01", "vip", "2025-01-01"), by_hand("2024-07-01", "senior", "2025-01-01")]
    assert story([buy("2024-03-05", 10)], "2025-12-31", hand_set=hands)[3:] == [("2025-01-01", "regular", "manual")]


def test_before_the_first_purchase_a_tier_by_hand_ends_in_none():
    hands = [by_hand("2024-06-01", "vip", "2025-01-01")]
    assert story([], "2025-12-31", hand_set=hands) == [("2024-06-01", "vip", "manual"), ("2025-01-01", None, "manual")]


def test_a_change_by_hand_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="must end after"):
        changes([], "2025-12-31", hand_set=[by_hand("2024-06-01", "vip", "2024-06-01")])
    with pytest.raises(ValueError, match="no tier 'gold'"):
        changes([], "2025-12-31", hand_set=[by_hand("2024-06-01", "gold")])


# -- rule 8: versions


def test_the_first_version_holds_for_all_earlier_days_too():
    programmes = Programmes([ProgrammeSpec(1, DEFAULT_TIERS, day("2026-01-01"))])
    assert [c.version for c in changes([buy("1997-01-01", 1_000)], "1998-01-01", programmes)] == [1, 1]


def test_receipts_use_the_version_valid_on_their_day():
    programmes = Programmes([scaled(1, None, 100), scaled(2, "2024-07-01", 200)])
    assert story([buy("2024-06-30 23:59", 1_000)], "2024-12-31", programmes) == [("2024-06-30", "senior", "joined")]
    assert story([buy("2024-07-01 00:00", 1_000)], "2024-12-31", programmes) == [("2024-07-01", "regular", "joined")]


def test_reviews_use_the_version_valid_on_their_day():
    asks_more = tuple(replace(tier, keep=tier.keep and tier.keep * 2) for tier in DEFAULT_TIERS)
    bought = [buy("2024-03-05", 1_100)]
    for begins, outcome in (("2025-03-05", "downgraded"), ("2025-03-06", "retained")):
        programmes = Programmes([scaled(1, None, 100), ProgrammeSpec(2, asks_more, day(begins))])
        assert changes(bought, "2025-03-05", programmes)[-1].reason == outcome


def test_on_its_first_day_every_member_who_meets_a_higher_tier_is_lifted():
    programmes = Programmes([scaled(1, None, 100), scaled(2, "2024-07-01", 50)])
    bought = [buy("2024-03-05", 600, "A"), buy("2024-03-06", 900, "B"), buy("2024-07-01 00:00", 0, "C")]
    lifted = changes(bought, "2024-12-31", programmes)[-1]
    assert (lifted.day, lifted.at, lifted.to_code, lifted.reason) == (day("2024-07-01"), None, "senior", "programme")
    assert (lifted.cents, lifted.keys, lifted.version) == (1_500_00, ("A", "B"), 2)
    by_sum = [buy(f"2024-03-0{number}", 499) for number in (1, 2, 3)]
    assert story(by_sum, "2024-12-31", programmes)[1:] == [("2024-07-01", "senior", "programme")]


def test_nobody_falls_before_the_next_review():
    programmes = Programmes([scaled(1, None, 100), scaled(2, "2024-07-01", 200)])
    bought = [buy("2024-03-05", 1_100), buy("2024-08-01", 5)]
    assert story(bought, "2025-03-05", programmes)[1:] == [("2025-03-05", "senior", "retained")]


def test_publishing_never_rewrites_the_past():
    bought = [buy("2023-03-05", 1_100), buy("2024-04-01", 2_500)]
    before = changes(bought, "2024-06-30")
    after = changes(bought, "2024-12-31", Programmes([*DEFAULT.versions, scaled(2, "2024-07-01", 50)]))
    assert after[: len(before)] == before
    assert [(str(c.day), c.reason) for c in after[len(before) :]] == [("2024-07-01", "programme")]


def test_who_is_lifted_on_the_first_day_has_no_review_on_it():
    """Both are at 00:00: the version comes first, so that a dry run of the day before counts exactly these moves."""
    programmes = Programmes([scaled(1, None, 100), scaled(2, "2025-03-05", 40)])
    assert story([buy("2024-03-05", 1_000)], "2025-12-31", programmes)[1:] == [("2025-03-05", "vip", "programme")]


def test_a_decision_overtakes_a_year_that_ended_before_it():
    """From membership years to calendar years with 30 days of grace each: 14 January decides, 1 January is past."""
    calendar = ProgrammeSpec(2, DEFAULT_TIERS, day("2025-01-01"), year="calendar", grace_days=30)
    programmes = Programmes([ProgrammeSpec(1, DEFAULT_TIERS, grace_days=30), calendar])
    bought = [buy("2023-12-15", 2_000), buy("2025-01-20", 1_099)]
    assert story(bought, "2026-01-31", programmes)[1:] == [
        ("2025-01-14", "senior", "retained"),
        ("2026-01-31", "senior", "retained"),
    ]


def test_a_member_without_a_purchase_is_not_lifted():
    programmes = Programmes([scaled(1, None, 100), scaled(2, "2024-07-01", 50)])
    assert story([buy("2024-08-01", 1)], "2024-12-31", programmes) == [("2024-08-01", "regular", "joined")]


def test_a_tier_that_a_version_no_longer_has_stays_until_its_review():
    two = ProgrammeSpec(2, (DEFAULT_TIERS[0], DEFAULT_TIERS[2]), day("2024-07-01"))
    programmes = Programmes([*DEFAULT.versions, two])
    assert story([buy("2024-03-05", 1_000)], "2025-12-31", programmes)[1:] == [("2025-03-05", "regular", "downgraded")]


@pytest.mark.parametrize(
    ("tiers", "policies", "reason"),
    [
        ((), {}, "at least one tier"),
        ((TierSpec("a", 1), TierSpec("b", 1)), {}, "same rank or code"),
        ((TierSpec("a", 1), TierSpec("a", 2)), {}, "same rank or code"),
        (DEFAULT_TIERS, {"grace_days": -1}, "grace"),
        (DEFAULT_TIERS, {"grace_days": 365}, "grace"),
        (DEFAULT_TIERS, {"year": "lunar"}, "'lunar' is not one of"),
        (DEFAULT_TIERS, {"drop": "none"}, "'none' is not one of"),
        (DEFAULT_TIERS, {"window": "calendar_quarter"}, "'calendar_quarter' is not one of"),
    ],
)
def test_a_programme_that_cannot_work_is_refused(tiers, policies, reason):
    with pytest.raises(ValueError, match=reason):
        ProgrammeSpec(1, tiers, **policies)


def test_versions_need_days_of_their_own():
    with pytest.raises(ValueError, match="same day"):
        Programmes([scaled(1, "2024-01-01", 100), scaled(2, "2024-01-01", 50)])
    with pytest.raises(ValueError, match="same day"):
        Programmes([scaled(1, None, 100), scaled(2, "2024-01-01", 50), scaled(3, "2024-01-01", 50)])
    with pytest.raises(ValueError, match="no programme"):
        Programmes([])


# -- rule 10: what is missing


def told(purchases, until, programmes=DEFAULT, **kwargs):
    """(tier, next tier, missing by one purchase, by the sum, to keep, by when), amounts in CNY."""
    state = history(programmes, sorted(purchases), until=day(until), **kwargs).standing
    found = progress(programmes, state, today=day(until))
    yuan = [None if cents is None else cents / 100 for cents in found[2:5]]
    keep_by = found.keep_by and str(found.keep_by)
    return (found.tier and found.tier.code, found.next_tier and found.next_tier.code, *yuan, keep_by)


@pytest.mark.parametrize(
    ("purchases", "until", "expected"),
    [
        ([], "2024-03-05", (None, "regular", None, None, None, None)),
        ([buy("2024-03-05", 300)], "2024-03-05", ("regular", "senior", 1_000, 1_700, None, None)),
        ([buy("2024-03-05", 1_000)], "2024-03-05", ("senior", "vip", 2_500, 3_000, 99, "2025-03-04")),
        ([buy("2024-03-05", 1_100)], "2024-03-05", ("senior", "vip", 2_500, 2_900, 0, "2025-03-04")),
        ([buy("2024-03-05", 1_100)], "2025-03-05", ("senior", "vip", 2_500, 2_900, 1_099, "2026-03-04")),
        ([buy("2024-02-29", 1_100)], "2024-02-29", ("senior", "vip", 2_500, 2_900, 0, "2025-02-27")),
        ([buy("2024-03-05", 1_000)], "2025-03-05", ("regular", "senior", 1_000, 2_000, None, None)),
        ([buy("2024-03-05", 3_500)], "2024-12-31", ("supreme", None, None, None, 0, "2025-03-04")),
        ([buy("2024-03-05", 3_500)], "2025-12-31", ("supreme", None, None, None, 3_499, "2026-03-04")),
    ],
)
def test_a_members_page_says_what_is_missing_both_ways_and_to_keep_by_when(purchases, until, expected):
    assert told(purchases, until) == expected


def test_while_a_tier_by_hand_lasts_nothing_is_missing_to_keep_it():
    hands = [by_hand("2024-06-01", "vip", "2026-01-01")]
    assert told([buy("2024-03-05", 10)], "2024-12-31", hand_set=hands) == ("vip", "supreme", 3_500, 7_990, None, None)


def test_what_is_missing_to_keep_is_what_the_version_of_the_review_day_asks():
    asks_more = tuple(replace(tier, keep=tier.keep and tier.keep * 2) for tier in DEFAULT_TIERS)
    programmes = Programmes([*DEFAULT.versions, ProgrammeSpec(2, asks_more, day("2025-01-01"))])
    assert told([buy("2024-03-05", 1_000)], "2024-12-31", programmes)[4:] == (1_198, "2025-03-04")


def test_with_grace_the_last_day_to_keep_a_tier_is_the_day_before_the_decision():
    programmes = Programmes([ProgrammeSpec(1, DEFAULT_TIERS, grace_days=30)])
    assert told([buy("2024-03-05", 1_000)], "2025-03-20", programmes)[4:] == (99, "2025-04-03")


# -- rule 11


def test_every_review_due_is_run_also_for_years_without_any_purchase():
    bought = [buy("2022-03-05", 3_500)]
    assert [(c.day.year, c.reason) for c in changes(bought, "2026-11-01")] == [
        (2022, "joined"),
        (2023, "retained"),
        (2024, "downgraded"),
    ]


def test_a_review_on_the_last_day_is_run_and_none_after_it():
    bought = [buy("2024-03-05", 1_100)]
    assert [len(changes(bought, until)) for until in ("2025-03-04", "2025-03-05", "2026-03-04", "2026-03-05")] == [
        1,
        2,
        2,
        3,
    ]


def test_purchases_after_the_last_day_are_not_looked_at():
    bought = [buy("2024-03-05", 10), buy("2024-03-06", 20), buy("2024-03-07", 5_000)]
    found = history(DEFAULT, bought, until=day("2024-03-06"))
    assert (len(found.changes), found.standing.counted_cents) == (1, 30_00)


# -- rule 12: go-live


def opened(tier="vip", since="2023-05-01", year=0, counted=0, on="2024-03-01"):
    return Opening(tier, day(since), round(year * 100), round(counted * 100), day(on))


def test_a_history_starts_at_the_opening():
    bought = [buy("2020-01-01", 9_000, "old"), buy("2024-02-29", 5_000, "day before"), buy("2024-03-01", 1, "new")]
    assert [tuple(c) for c in changes(bought, "2024-04-30", opening=opened(counted=100))] == [
        (date(2024, 3, 1), None, None, "vip", "opening", 100_00, (), None)
    ]
    assert changes(bought, "2024-02-29", opening=opened()) == []


@pytest.mark.parametrize(("year", "tier"), [(2_398.99, "senior"), (2_399, "vip")])
def test_spend_brought_in_counts_in_the_year_it_belongs_to(year, tier):
    found = changes([buy("2024-03-01", 100, "A")], "2025-05-01", opening=opened(year=year))
    assert [(str(c.day), c.to_code, c.keys) for c in found[1:2]] == [("2024-05-01", tier, ("A",))]
    assert found[2].cents == 0


def test_spend_brought_in_counts_towards_the_next_tier():
    found = changes([buy("2024-03-01", 500, "A")], "2024-04-30", opening=opened(counted=7_500))[-1]
    assert (found.to_code, found.reason, found.cents, found.keys) == ("supreme", "cumulative", 8_000_00, ("A",))


def test_an_anniversary_on_the_day_of_the_opening_has_been_reviewed_where_she_came_from():
    found = story([], "2025-03-01", opening=opened(since="2022-03-01"))
    assert found == [("2024-03-01", "vip", "opening"), ("2025-03-01", "regular", "downgraded")]


def test_spend_brought_in_is_not_the_next_tiers():
    """Lifted on the first day: her year starts there, with that day's purchases only."""
    bought = [buy("2024-03-01", 3_500)]
    told_now = history(DEFAULT, bought, opening=opened(year=2_000), until=day("2024-03-01")).standing
    assert (told_now.year_cents, str(told_now.next_review)) == (3_500_00, "2025-03-01")
