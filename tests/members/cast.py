"""The cast of four that every page meets: a clerk, her store manager, a clerk of another store, an admin."""

from types import SimpleNamespace

import pytest
from django.test import Client

from tests.factories import MemberFactory, StaffFactory, StoreFactory, admin, manager_of


def client_of(staff):
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def cast(db, strict_templates):
    """`clerk, manager, stranger, admin` with a client each in `as_…`; `member` belongs to the clerk."""
    store = StoreFactory(name="静安店")
    people = SimpleNamespace(
        store=store,
        clerk=StaffFactory(store=store, name="林悦"),
        manager=manager_of(store, name="陈店长"),
        stranger=StaffFactory(store=StoreFactory(name="徐汇店")),
        admin=admin(),
    )
    people.member = MemberFactory(home_store=store, advisor=people.clerk, phone="+8613800001234", card_no="4002001")
    for role in ("clerk", "manager", "stranger", "admin"):
        setattr(people, f"as_{role}", client_of(getattr(people, role)))
    return people


HTMX = {"HTTP_HX_REQUEST": "true"}
