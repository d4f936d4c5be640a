"""A tier set by hand: reason and person, starts a membership year, held until its end (handbook 3.7)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from members.models import ManualTier, Standing, TierChange
from members.services.manual_tiers import TierNotSet, set_tier
from members.services.reviews import rebuild, review_tiers
from tests.factories import MemberFactory, StaffFactory, StoreFactory, manager_of, sale
from vipcrm.models import AuditEvent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def shop():
    return StoreFactory()


def test_it_holds_until_its_end_and_then_the_history_without_it_counts(shop):
    member, boss = MemberFactory(home_store=shop), manager_of(shop)
    sale(member, "100.00", at=NOW - timedelta(days=5))

    set_tier(member, tier="vip", reason="Friend of the house", until=date(2026, 6, 1), by=boss, at=NOW)

    change = TierChange.objects.get(member=member, reason="manual")
    assert (change.from_tier, change.to_tier, change.on) == ("regular", "vip", date(2026, 3, 10))
    assert Standing.objects.get(member=member).next_event_on == date(2026, 6, 1)
    event = AuditEvent.objects.get(action="tier_set")
    assert (event.by, event.detail["reason"]) == (boss, "Friend of the house")

    review_tiers(now=datetime(2026, 6, 2, 4, tzinfo=UTC))
    assert Standing.objects.get(member=member).tier == "regular"
    assert rebuild(now=datetime(2026, 6, 2, 4, tzinfo=UTC), check=True).total() == 0


@pytest.mark.parametrize(
    "wrong", [{"reason": " "}, {"until": date(2026, 3, 10)}, {"tier": "emperor"}], ids=["reason", "until", "tier"]
)
def test_it_is_refused_without_reason_end_in_the_past_or_unknown_tier(shop, wrong):
    asked = {"tier": "vip", "reason": "why", "until": None, **wrong}
    with pytest.raises(TierNotSet):
        set_tier(MemberFactory(home_store=shop), **asked, by=manager_of(shop), at=NOW)
    assert not ManualTier.objects.exists()


def test_the_page_is_the_managers(client, shop):
    member = MemberFactory(home_store=shop)
    address = reverse("members:tier", args=[member.pk])
    client.force_login(StaffFactory(store=shop))
    assert client.get(address).status_code == 403
    client.force_login(manager_of(StoreFactory()))
    assert client.get(address).status_code == 404

    client.force_login(manager_of(shop))
    assert client.post(address, {"tier": "vip", "reason": ""}).status_code == 422
    assert client.post(address, {"tier": "supreme", "reason": "Anniversary"}).status_code == 302

    assert Standing.objects.get(member=member).tier == "supreme"
