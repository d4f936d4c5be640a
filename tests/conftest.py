"""Fixtures for every test. The settings start a PostgreSQL and a Valkey for tests alone (VIPCRM_VAR/test)."""

import os

import pytest
from django.core.cache import cache
from django.db import connection
from django.template import engines


@pytest.fixture(autouse=True)
def _clean_cache(request):
    """What one test counted (wrong passwords, …) is unknown to the next."""
    yield
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


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
