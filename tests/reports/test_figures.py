"""The SQL of the figures against plain Python over the same rows, and the laws that must hold between reports."""

from datetime import date

import pytest

from reports import figures
from reports.rules.months import Period, add_months
from reports.rules.numbers import as_json
from reports.scopes import every_scope
from tests.reports.oracle import TIERS, Oracle
from tests.reports.world import World

MONTHS = [date(2024, 6, 1), date(2025, 2, 1), date(2026, 2, 1), date(2026, 4, 1)]
ADDITIVE = {
    "base": ["start", "joined", "left", "end"],
    "growth": ["joined"],
    "contribution": ["member_spend", "all_spend"],
    "dead_cards": ["eligible", "dead", "never_returned"],
}

pytestmark = pytest.mark.django_db


def computed(scope, month):
    return as_json(figures.compute(scope, Period(month)))


@pytest.mark.parametrize("seed", range(2))
def test_every_figure_of_every_scope_equals_plain_python(seed):
    World(seed)
    for scope in every_scope():
        for month in MONTHS:
            assert computed(scope, month) == Oracle(month, scope.store_ids).report(), (scope, month)


@pytest.mark.parametrize("seed", [11])
def test_stores_sum_to_regions_and_the_base_always_adds_up(seed):
    World(seed)
    scopes = list(every_scope())
    for month in [add_months(date(2025, 9, 1), n) for n in range(4, 8)]:
        found = {scope: computed(scope, month) for scope in scopes}
        for scope in scopes:
            base = found[scope]["base"]
            assert base["start"] + base["joined"] - base["left"] == base["end"] == sum(base["by_tier"].values())
            parts = [found[s] for s in scopes if s.kind == "store" and set(s.store_ids) <= set(scope.store_ids)]
            for section, keys in ADDITIVE.items():
                for key in keys:
                    total = sum(part[section][key] for part in parts)
                    assert found[scope][section][key] == pytest.approx(total, abs=0.001), (scope, section, key)


def test_an_empty_business_has_zeros_and_nulls():
    (scope,) = every_scope()
    found = computed(scope, date(2026, 3, 1))
    nothing = {"buyers": 0, "purchases": 0, "units": 0, "spend": 0, "atv": None, "upt": None, "unit_price": None}
    assert found["base"] == {"start": 0, "joined": 0, "left": 0, "end": 0, "by_tier": dict.fromkeys(TIERS, 0)}
    assert found["growth"] == {"joined": 0, "by_source": {}, "by_staff": {}, "capture_rate": None}
    assert found["new_vs_existing"] == {"new": nothing, "existing": nothing}
    assert found["contribution"]["by_tier"] == dict.fromkeys(TIERS)
    assert found["dead_cards"]["rate"] is None
