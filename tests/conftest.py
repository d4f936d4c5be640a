"""Fixtures for every test. The settings start a PostgreSQL and a Valkey for tests alone (VIPCRM_VAR/test)."""

import os

import pytest
from django.apps import apps
from django.core import serializers
from django.core.cache import cache
from django.db import connection, transaction
from django.template import engines


@pytest.fixture(autouse=True)
def _clean_cache(request):
    """What one test counted (wrong passwords, …) is unknown to the next."""
    yield
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


OURS = ("vipcrm", "members", "followups", "service_tickets", "reports")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, request):
    """The rows that migrations bring (programme, plan, profiles, catalogues) are kept: a transactional test ends by
    emptying every table, theirs too."""
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    with django_db_blocker.unblock():
        rows = [row for model in models for row in model._base_manager.order_by("pk")]
        request.config.rows_of_migrations = serializers.serialize("json", rows)
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:  # a thread of the live server may still hold one
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _rows_of_migrations(request):
    """Every test with a database finds them, whatever ran before."""
    if not {"db", "transactional_db", "_django_db_helper"} & set(request.fixturenames):
        if request.node.get_closest_marker("django_db") is None:
            return
    request.getfixturevalue("_django_db_helper")
    if apps.get_model("members", "ProgrammeVersion").objects.exists():
        return
    with transaction.atomic():
        for row in serializers.deserialize("json", request.config.rows_of_migrations):
            row.save()


@pytest.fixture
def process_env(transactional_db):
    """Environment for a program that works on this test's database: run it with subprocess and `env=process_env`."""
    settings = connection.settings_dict
    address = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}&port={settings['PORT']}"
    return {**os.environ, "DATABASE_URL": address, "DATABASE_POOL": "0"}


class _Undefined(str):
    """Stands for a variable that a template does not have, and says which one."""

    __slots__ = ()

    def __contains__(self, text):
        return text == "%s"

    def __bool__(self):
        return True

    def __mod__(self, variable):
        raise AssertionError(f"undefined in a template: {variable}")


@pytest.fixture
def strict_templates(monkeypatch):
    """A variable that a template does not have is an error: `{{ member.nmae }}` (inside `{% if %}` it may be missing)."""
    engine = engines["django"].engine
    monkeypatch.setattr(engine, "string_if_invalid", _Undefined("%s"))
