"""Settings as a fresh process reads them: odd values stop the start, production is strict."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "DATABASE_URL": "postgres://crm:p%40ss@db.invalid:5433/crm",
    "REDIS_URL": "redis://queue.invalid:6379/0",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "crm.example.com, crm.example.org",
}
PROBE = """
import json
from vipcrm import settings as s
names = ["DEBUG", "HTTPS", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "ALLOWED_HOSTS", "HASHED_STATIC",
         "CELERY_BROKER_URL", "EMBEDDED", "LOG_LEVEL"]
answer = {name: getattr(s, name) for name in names}
answer |= {"CACHE": s.CACHES["default"]["LOCATION"], "PASSWORD": s.DATABASE["PASSWORD"], "PORT": s.DATABASE["PORT"]}
print(json.dumps(answer))
"""


def start(tmp_path, **variables):
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=PROJECT,
        env={**kept, "VIPCRM_VAR": str(tmp_path), **PRODUCTION, **variables},
        capture_output=True,
        text=True,
    )


def read(tmp_path, **variables):
    result = start(tmp_path, **variables)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_production_is_strict_by_default(tmp_path):
    settings = read(tmp_path)
    assert not settings["DEBUG"]
    assert not settings["EMBEDDED"]
    assert settings["HTTPS"] and settings["SESSION_COOKIE_SECURE"] and settings["SECURE_HSTS_SECONDS"] > 0
    assert settings["HASHED_STATIC"]
    assert settings["ALLOWED_HOSTS"] == ["crm.example.com", "crm.example.org"]
    assert settings["PASSWORD"] == "p@ss"
    assert settings["PORT"] == 5433


def test_queue_and_cache_do_not_share_a_database(tmp_path):
    settings = read(tmp_path)
    assert settings["CELERY_BROKER_URL"] == "redis://queue.invalid:6379/0"
    assert settings["CACHE"] == "redis://queue.invalid:6379/1"


def test_a_redis_socket_is_understood(tmp_path):
    settings = read(tmp_path, REDIS_URL="unix:///run/valkey.sock")
    assert settings["CELERY_BROKER_URL"] == "redis+socket:///run/valkey.sock?virtual_host=0"
    assert settings["CACHE"] == "unix:///run/valkey.sock?db=1"


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("DEBUG", "perhaps", "1 (yes) or 0 (no)"),
        ("HTTPS", "2", "1 (yes) or 0 (no)"),
        ("DATABASE_POOL", "many", "a whole number"),
        ("TRUSTED_PROXIES", "-1", "a whole number"),
        ("LOG_LEVEL", "LOUD", "one of DEBUG, INFO"),
        ("DATABASE_URL", "mysql://u:secret@h/d", "only PostgreSQL"),
        ("DATABASE_URL", "postgres", "PostgreSQL"),
        ("REDIS_URL", "amqp://h", "redis://host:6379/0"),
        ("SECRET_KEY", " ", "50 or more random characters"),
        ("VIPCRM_VAR", "/dev/null/var", "a folder that can be made"),
    ],
)
def test_an_odd_value_stops_the_start_with_a_hint(tmp_path, name, value, hint):
    result = start(tmp_path, **{name: value})
    assert result.returncode != 0
    last = result.stderr.strip().splitlines()[-1]
    assert name in last and hint in last
    assert "secret" not in last


def test_a_secret_key_is_made_once(tmp_path):
    from vipcrm.environment import stored_secret

    first = stored_secret(tmp_path / "key")
    assert len(first) > 50
    assert stored_secret(tmp_path / "key") == first
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
