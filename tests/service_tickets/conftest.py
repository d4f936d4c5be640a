from datetime import UTC, datetime

import pytest
from django.utils import timezone

from service_tickets.services.defaults import seed_defaults
from tests.factories import MemberFactory, StaffFactory, StoreFactory, admin, manager_of
from vipcrm.enums import Role

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # 11:00 in Shanghai


@pytest.fixture
def defaults(db):
    """Profiles and catalogues are there from the migration; a test that flushes the database takes them away."""
    seed_defaults()


@pytest.fixture
def store(defaults):
    return StoreFactory(code="JA02", name="静安店")


@pytest.fixture
def clerk(store):
    return StaffFactory(store=store, name="林悦")


@pytest.fixture
def manager(store):
    return manager_of(store, name="周敏")


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, role=Role.SERVICE_AGENT, name="陈国华")


@pytest.fixture
def stranger(defaults):
    return StaffFactory(name="外店导购")


@pytest.fixture
def boss(defaults):
    return admin(name="管理员")


@pytest.fixture
def member(store):
    return MemberFactory(home_store=store, name="蒋丽萍", pinyin="jiangliping", initials="jlp")


@pytest.fixture
def cast(clerk, manager, stranger, boss):
    return {"clerk": clerk, "manager": manager, "stranger": stranger, "boss": boss}


@pytest.fixture
def browse(client):
    """`browse(staff)`: the client signed in as that person."""

    def as_(staff):
        client.force_login(staff)
        return client

    return as_


@pytest.fixture
def made(member, clerk, agent):
    from tests.service_tickets.helpers import notify

    return notify(member, clerk, agent=agent, at=timezone.now(), description="袖口开线", text="约 4 厘米")
