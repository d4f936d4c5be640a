"""Handbook 3, rules 1 to 6, sentence by sentence."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from members.rules.programme import anniversary
from members.rules.tiers import Programmes, ProgrammeSpec, TierSpec, history
from tests.members.tier_cases import DEFAULT, buy, changes, day, story

DEFAULT_TIERS = DEFAULT.versions[0].tiers


def policy(**policies):
    return Programmes([ProgrammeSpec(1, DEFAULT_TIERS, **policies)])


# -- the table


@pytest.mark.parametrize(
    ("yuan", "tier"),
    [
        (0, "regular"),
        (0.01, "regular"),
        (999.99, "regular"),
        (1_000, "senior"),
        (2_499.99, "senior"),
        (2_500, "vip"),
        (3_499.99, "vip"),
        (3_500, "supreme"),
        (99_999, "supreme"),
    ],
)
def test_one_purchase_reaches_the_highest_tier_whose_boundary_it_meets(yuan, tier):
    assert story([buy("2024-03-05", yuan)], "2024-12-31") == [("2024-03-05", tier, "joined")]


@pytest.mark.parametrize(("last", "tier"), [(199.99, "regular"), (200, "senior"), (200.01, "senior")])
def test_cumulative_boundary_is_inclusive(last, tier):
    bought = [buy("2024-03-05", 900), buy("2024-03-06", 900), buy("2024-03-07", last)]
    assert changes(bought, "2024-12-31")[-1].to_code == tier


@pytest.mark.parametrize(
    ("hundreds", "last", "tier"),
    [
        (39, 99.99, "senior"),
        (39, 100, "vip"),
        (59, 100, "vip"),
        (79, 99, "vip"),
        (79, 99.99, "vip"),
        (79, 100, "supreme"),
    ],
)
def test_upper_ends_are_labels_only(hundreds, last, tier):
    """Exactly 4,000 is VIP, and 6,000 to 7,999 stays VIP."""
    bought = [buy(f"2024-03-{number % 28 + 1:02} {number // 28 + 10}:00", 100) for number in range(hundreds)]
    assert changes([*bought, buy("2024-04-01", last)], "2024-12-31")[-1].to_code == tier


# -- rule 1


def test_a_purchase_of_nothing_but_excluded_lines_joins_with_spend_0():
    (joined,) = changes([buy("2024-03-05", 0, "R1")], "2024-12-31")
    assert (joined.to_code, joined.reason, joined.cents, joined.keys) == ("regular", "joined", 0, ("R1",))


# -- rule 2


def test_cumulative_spend_counts_from_enrolment():
    bought = [buy("2020-01-05", 999), buy("2022-06-01", 999), buy("2025-06-01", 2)]
    assert story(bought, "2025-12-31") == [("2020-01-05", "regular", "joined"), ("2025-06-01", "senior", "cumulative")]


def test_lifetime_spend_does_not_lift_a_downgraded_member_straight_back():
    bought = [buy("2023-01-10", 1_900), buy("2025-02-01", 150)]
    assert story(bought, "2025-12-31") == [
        ("2023-01-10", "senior", "joined"),
        ("2024-01-10", "senior", "retained"),
        ("2025-01-10", "regular", "downgraded"),
    ]


def test_a_single_purchase_before_the_counting_start_does_not_count_either():
    """The 3,600 of 2023 would meet the second version's VIP; she was downgraded since."""
    easier = ProgrammeSpec(2, DEFAULT_TIERS, day("2025-06-01"))
    bought = [buy("2023-01-10", 3_600), buy("2025-02-01", 10)]
    assert [reason for *_, reason in story(bought, "2025-12-31", Programmes([*DEFAULT.versions, easier]))] == [
        "joined",
        "retained",
        "downgraded",
    ]


def test_cumulative_spend_counts_from_the_day_of_the_last_downgrade():
    bought = [buy("2023-01-10", 2_500), buy("2023-05-01", 900), buy("2024-02-01", 1_999.99), buy("2025-03-01", 0.01)]
    assert story(bought, "2025-04-01") == [
        ("2023-01-10", "vip", "joined"),
        ("2024-01-10", "vip", "retained"),
        ("2025-01-10", "senior", "downgraded"),
    ]
    again = changes([*bought, buy("2025-04-01", 900), buy("2025-05-01", 900), buy("2025-06-01", 900)], "2025-07-01")
    assert again[-1].to_code == "senior"
    lifted = changes([*bought, *[buy(f"2025-0{month}-01", 990) for month in (4, 5, 6, 7, 8)]], "2025-12-31")[-1]
    assert (lifted.day, lifted.to_code, lifted.reason) == (day("2025-08-01"), "vip", "cumulative")
    assert lifted.cents == 5 * 990_00 + 1
    assert lifted.keys == ("2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01", "2025-07-01", "2025-08-01")


def test_purchases_of_the_downgrade_day_are_counted():
    bought = [buy("2023-01-10", 1_000), buy("2024-01-10 00:00", 999, "A"), buy("2024-01-10 09:00", 999, "B")]
    bought.append(buy("2024-01-11", 2, "C"))
    found = changes(bought, "2024-12-31")
    assert [(c.to_code, c.reason) for c in found][1:] == [("regular", "downgraded"), ("senior", "cumulative")]
    assert (found[-1].cents, found[-1].keys) == (2_000_00, ("A", "B", "C"))


def test_a_receipt_dated_before_the_counting_start_neither_counts_nor_lifts():
    """Rung up in Honolulu after the review at home, on the calendar day before it."""
    honolulu = ZoneInfo("Pacific/Honolulu")
    bought = [buy("2023-01-10", 1_000), buy("2024-01-10 06:00", 1), buy("2024-01-09 23:00", 1_000, zone=honolulu)]
    found = changes(bought, "2024-12-31")
    assert [(c.day, c.reason, c.cents) for c in found] == [
        (day("2023-01-10"), "joined", 1_000_00),
        (day("2024-01-10"), "retained", 2_000_00),
    ]
    small = [bought[0], bought[1], bought[2]._replace(cents=50_00), buy("2024-01-12", 1_998)]
    found = changes(small, "2024-12-31")
    assert [c.reason for c in found] == ["joined", "downgraded", "single"]


# -- rule 3


def test_an_upgrade_takes_effect_at_the_time_of_the_purchase():
    bought = [buy("2024-03-05 10:00", 10), buy("2024-03-05 18:05", 1_000)]
    assert [c.at for c in changes(bought, "2024-12-31")] == [bought[0].at, bought[1].at]


def test_several_tiers_may_be_skipped():
    assert story([buy("2024-03-05", 10), buy("2024-03-06", 3_500)], "2024-12-31") == [
        ("2024-03-05", "regular", "joined"),
        ("2024-03-06", "supreme", "single"),
    ]


def test_receipts_of_one_moment_count_by_number_in_code_points_then_by_store():
    bought = [
        buy("2024-03-05", 1_000, "a"),
        buy("2024-03-05", 1, "B", store="4002"),
        buy("2024-03-05", 2, "B", store="4001"),
        buy("2024-03-05", 3, "10"),
        buy("2024-03-05", 4, "9"),
    ]
    found = changes(bought, "2024-12-31")
    assert [(c.keys, c.cents) for c in found] == [(("10",), 300), (("a",), 1_000_00)]
    assert [(p.number, p.store) for p in sorted(bought)] == [
        ("10", "4001"),
        ("9", "4001"),
        ("B", "4001"),
        ("B", "4002"),
        ("a", "4001"),
    ]


def test_a_receipts_day_is_its_date_in_its_own_store():
    """23:30 on the 4th in Shanghai is 00:30 on the 5th in Tokyo; the member joins on the 5th and is reviewed then."""
    bought = [buy("2024-03-05 00:30", 1_000, zone=ZoneInfo("Asia/Tokyo"))]
    assert story(bought, "2025-03-05") == [("2024-03-05", "senior", "joined"), ("2025-03-05", "regular", "downgraded")]


def test_a_review_on_a_day_precedes_all_receipts_of_that_day():
    """At midnight sharp she spends enough to keep the tier, too late: it is the new year's."""
    bought = [buy("2024-03-05", 1_000), buy("2025-03-05 00:00", 99.99, "late"), buy("2025-03-05 00:01", 1_000, "lift")]
    assert story(bought, "2025-12-31") == [
        ("2024-03-05", "senior", "joined"),
        ("2025-03-05", "regular", "downgraded"),
        ("2025-03-05", "senior", "single"),
    ]


def test_a_review_precedes_a_receipt_whose_store_has_that_day_already():
    """00:30 on the anniversary in Tokyo is still the day before at home; the receipt comes after the review."""
    bought = [buy("2024-03-05", 1_000), buy("2025-03-05 00:30", 1_000, zone=ZoneInfo("Asia/Tokyo"))]
    assert story(bought, "2025-12-31")[1:] == [
        ("2025-03-05", "regular", "downgraded"),
        ("2025-03-05", "senior", "single"),
    ]


def test_the_first_purchase_of_any_amount_gives_a_tier_and_before_it_there_is_none():
    assert story([], "2024-12-31") == []
    assert story([buy("2024-03-05", 0.01)], "2024-03-04") == []
    (joined,) = changes([buy("2024-03-05", 2_600, "R1")], "2024-12-31")
    assert (joined.from_code, joined.to_code, joined.reason, joined.cents) == (None, "vip", "joined", 2_600_00)


def test_when_both_conditions_hold_the_reason_is_single():
    found = changes([buy("2024-03-05", 999, "A"), buy("2024-03-06", 1_001, "B")], "2024-12-31")[-1]
    assert (found.reason, found.cents, found.keys) == ("single", 1_001_00, ("B",))


def test_a_higher_tier_by_the_sum_goes_before_a_lower_one_by_the_purchase():
    bought = [buy("2024-03-05", 990 + number, f"{number}") for number in range(3)]
    found = changes([*bought, buy("2024-03-06", 1_027, "x")], "2024-12-31")
    assert (found[-1].to_code, found[-1].reason, found[-1].cents) == ("vip", "cumulative", 4_000_00)
    assert found[-1].keys == ("0", "1", "2", "x")


# -- rule 4


@pytest.mark.parametrize(
    ("years", "reviewed"),
    [(1, "2025-02-28"), (2, "2026-02-28"), (3, "2027-02-28"), (4, "2028-02-29"), (8, "2032-02-29"), (76, "2100-02-28")],
)
def test_anniversaries_are_always_counted_from_the_original_day(years, reviewed):
    assert str(anniversary(day("2024-02-29"), years)) == reviewed


def test_a_tier_reached_on_29_february_is_reviewed_on_28_february_and_in_leap_years_on_the_29th():
    """On the last day of each year she buys for the 1 CNY that this programme asks."""
    programmes = Programmes([ProgrammeSpec(1, (DEFAULT_TIERS[0], TierSpec("senior", 2, single=1_000_00, keep=1_00)))])
    last_days = ["2025-02-27", "2026-02-27", "2027-02-27", "2028-02-28", "2029-02-27"]
    bought = [buy("2024-02-29", 1_000), *[buy(last_day, 1) for last_day in last_days]]
    assert story(bought, "2030-12-31", programmes)[1:] == [
        ("2025-02-28", "senior", "retained"),
        ("2026-02-28", "senior", "retained"),
        ("2027-02-28", "senior", "retained"),
        ("2028-02-29", "senior", "retained"),
        ("2029-02-28", "senior", "retained"),
        ("2030-02-28", "regular", "downgraded"),
    ]


@pytest.mark.parametrize(("yuan", "tier"), [(98.99, "regular"), (99, "senior")])
def test_on_the_anniversary_the_spend_of_the_year_is_held_against_the_minimum(yuan, tier):
    """Senior is kept with 1,099; the purchase that earned the tier counts."""
    found = changes([buy("2024-03-05", 1_000, "A"), buy("2025-03-04 23:59", yuan, "B")], "2025-03-05")[-1]
    assert (str(found.day), found.at, found.to_code) == ("2025-03-05", None, tier)
    assert (found.cents, found.keys) == (round(1_000_00 + yuan * 100), ("A", "B"))


def test_the_review_is_due_on_the_anniversary_and_not_the_day_before():
    bought = [buy("2024-03-05", 1_000)]
    assert story(bought, "2025-03-04") == [("2024-03-05", "senior", "joined")]
    assert story(bought, "2025-03-05")[1:] == [("2025-03-05", "regular", "downgraded")]


def test_all_purchases_of_the_first_day_count_also_those_before_the_one_that_earned_the_tier():
    bought = [buy("2024-03-04", 500), buy("2024-03-05 10:00", 99, "A"), buy("2024-03-05 11:00", 1_000, "B")]
    found = changes(bought, "2025-03-05")[-1]
    assert (found.reason, found.cents, found.keys) == ("retained", 1_099_00, ("A", "B"))


def test_an_upgrade_starts_a_new_membership_year():
    bought = [buy("2024-03-05", 1_200), buy("2024-09-01", 2_500)]
    assert story(bought, "2025-09-01") == [
        ("2024-03-05", "senior", "joined"),
        ("2024-09-01", "vip", "single"),
        ("2025-09-01", "vip", "retained"),
    ]


def test_retained_keeps_the_original_day():
    bought = [buy("2024-03-05", 1_200), buy("2025-03-05", 600), buy("2026-03-04", 499), buy("2026-03-05", 1)]
    assert story(bought, "2028-12-31") == [
        ("2024-03-05", "senior", "joined"),
        ("2025-03-05", "senior", "retained"),
        ("2026-03-05", "senior", "retained"),
        ("2027-03-05", "regular", "downgraded"),
    ]


def test_the_lowest_tier_has_no_review():
    assert story([buy("2020-01-01", 10)], "2026-11-01") == [("2020-01-01", "regular", "joined")]


@pytest.mark.parametrize(
    ("kept", "tier"),
    [(0, "regular"), (1_098.99, "regular"), (1_099, "senior"), (2_498.99, "senior"), (2_499, "vip"), (3_498.99, "vip")],
)
def test_not_met_downgrades_to_the_highest_tier_below_whose_minimum_the_spend_meets(kept, tier):
    """Supreme VIP asks 3,499 in its second year."""
    found = changes([buy("2023-03-05", 3_500), buy("2024-06-01", kept)], "2025-03-05")
    assert [(c.reason, c.to_code) for c in found[1:]] == [("retained", "supreme"), ("downgraded", tier)]
    assert found[-1].cents == round(kept * 100)


def test_a_downgrade_starts_a_membership_year_of_the_lower_tier():
    bought = [buy("2022-03-05", 3_500), buy("2023-06-01", 1_100)]
    assert story(bought, "2025-12-31") == [
        ("2022-03-05", "supreme", "joined"),
        ("2023-03-05", "supreme", "retained"),
        ("2024-03-05", "senior", "downgraded"),
        ("2025-03-05", "regular", "downgraded"),
    ]


def test_soft_landing_steps_down_one_tier_at_most():
    bought = [buy("2023-03-05", 3_500)]
    assert story(bought, "2028-12-31", policy(drop="one_step"))[1:] == [
        ("2024-03-05", "supreme", "retained"),
        ("2025-03-05", "vip", "downgraded"),
        ("2026-03-05", "senior", "downgraded"),
        ("2027-03-05", "regular", "downgraded"),
    ]


@pytest.mark.parametrize(
    ("bought_on", "outcome"),
    [("2025-03-04", "retained"), ("2025-04-03", "retained"), ("2025-04-04", "downgraded")],
)
def test_with_grace_the_review_is_decided_n_days_later_on_the_year_plus_the_grace_days(bought_on, outcome):
    found = changes([buy("2024-03-05", 1_000), buy(bought_on, 99)], "2025-04-04", policy(grace_days=30))
    assert [(str(c.day), c.reason) for c in found[1:]] == [("2025-04-04", outcome)]


def test_with_grace_the_next_year_still_starts_at_the_anniversary_and_counts_the_grace_spend_too():
    bought = [buy("2024-03-05", 1_000), buy("2025-04-01", 700), buy("2025-10-01", 399)]
    found = changes(bought, "2026-04-04", policy(grace_days=30))
    assert [(str(c.day), c.reason, c.cents) for c in found[1:]] == [
        ("2025-04-04", "retained", 1_700_00),
        ("2026-04-04", "retained", 1_099_00),
    ]


def test_with_grace_a_downgrade_and_its_counting_start_are_on_the_day_of_the_decision():
    bought = [buy("2024-03-05", 1_000), buy("2025-04-03", 50), buy("2025-04-04", 70)]
    told = history(policy(grace_days=30), bought, until=day("2025-06-01")).standing
    assert (str(told.since), str(told.counting_start), told.counted_cents) == ("2025-04-04", "2025-04-04", 70_00)


@pytest.mark.parametrize(
    ("reached", "first_review"),
    [
        ("2023-01-01", "2024-01-01"),
        ("2023-01-02", "2025-01-01"),
        ("2023-12-31", "2025-01-01"),
        ("2024-02-29", "2026-01-01"),
    ],
)
def test_with_calendar_years_the_first_review_is_on_1_january_after_the_first_full_calendar_year(reached, first_review):
    bought = [buy(reached, 1_000)]
    assert story(bought, "2026-12-31", policy(year="calendar"))[1:] == [(first_review, "regular", "downgraded")]


def test_with_calendar_years_only_that_year_counts():
    bought = [buy("2023-05-01", 1_500, "A"), buy("2024-01-01", 600, "B"), buy("2024-12-31", 499, "C")]
    found = changes(bought, "2026-01-01", policy(year="calendar"))
    assert [(str(c.day), c.reason, c.cents, c.keys) for c in found[1:]] == [
        ("2025-01-01", "retained", 1_099_00, ("B", "C")),
        ("2026-01-01", "downgraded", 0, ()),
    ]


# -- rules 5 and 6


def test_a_return_that_takes_away_an_upgrades_ground_withdraws_it_as_if_it_had_never_been():
    bought = [buy("2024-03-05", 10), buy("2024-03-06", 1_000), buy("2025-06-01", 5)]
    assert len(changes(bought, "2025-12-31")) == 3
    partly = [bought[0], bought[1]._replace(cents=999_99), bought[2]]
    assert story(partly, "2025-12-31") == [("2024-03-05", "regular", "joined")]


def test_a_purchase_returned_in_full_is_no_purchase():
    """It is not handed to the replay; the next one is then the first."""
    bought = [buy("2024-03-05", 1_000), buy("2024-03-06", 10)]
    assert story(bought[1:], "2025-12-31") == [("2024-03-06", "regular", "joined")]


def test_late_data_gives_the_same_result_as_if_it_had_come_in_time():
    in_time = [buy("2024-03-05", 1_000), buy("2024-12-01", 99), buy("2025-06-01", 1_000), buy("2025-07-01", 2_600)]
    late = [in_time[0], in_time[2], in_time[3], in_time[1]]
    assert changes(late, "2026-12-31") == changes(in_time, "2026-12-31")
    without = changes([in_time[0], *in_time[2:]], "2026-12-31")
    assert [c.reason for c in without] == ["joined", "downgraded", "single", "single", "retained"]
    assert [c.reason for c in changes(in_time, "2025-12-31")] == ["joined", "retained", "single"]


def test_times_are_kept_as_they_came():
    bought = buy("2024-03-05 18:05", 1)
    assert changes([bought], "2024-12-31")[0].at == datetime(2024, 3, 5, 18, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
