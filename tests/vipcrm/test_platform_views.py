"""Health, the page for a lost database, languages, policies, wrong passwords."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory

from vipcrm import errors, signin
from vipcrm.models import Staff

PROJECT = Path(__file__).resolve().parent.parent.parent
LOGIN = "/accounts/login/"


def test_live_asks_nobody(client):
    assert client.get("/healthz").content == b"ok"


def test_ready_names_what_answers(client, db):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": True, "redis": True}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_whoever_asks_after_the_health_needs_no_name_and_no_https(client, db, settings, path):
    """The container asks itself as localhost while ALLOWED_HOSTS names the site; others come by number."""
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["crm.example.com"], True
    for host in ("localhost:8000", "10.0.0.7:8000"):
        assert client.get(path, headers={"host": host}).status_code == 200
    assert client.get(LOGIN, headers={"host": "localhost:8000"}).status_code == 400


DEAD = """
import django, json, sys
django.setup()
from django.test import Client
client = Client(raise_request_exception=False, headers={"host": "localhost"})
answers = {path: client.get(path) for path in ["/healthz", "/readyz", "/members/", "/"]}
client.cookies["sessionid"] = "a" * 32
answers["signed in"] = client.get("/members/")
answers["post"] = client.post("/accounts/login/", {"username": "u", "password": "p"})
print(json.dumps({name: [a.status_code, a.headers.get("Retry-After"), "\\u6570\\u636e" in a.content.decode()]
                  for name, a in answers.items()}))
"""


@pytest.mark.processes
def test_without_a_database_pages_say_so_with_503(tmp_path):
    """A process whose PostgreSQL is gone: nothing listens at the address."""
    import json

    result = subprocess.run(
        [sys.executable, "-c", DEAD],
        cwd=PROJECT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "vipcrm.settings",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none",
            "LOG_LEVEL": "ERROR",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    answers = json.loads(result.stdout.splitlines()[-1])
    assert answers["/healthz"][0] == 200
    assert answers["/readyz"][0] == 503
    assert answers["/members/"][0] == 302  # a stranger is sent to the login without asking the database
    assert answers["signed in"][:2] == [503, "10"]
    assert answers["post"][:2] == [503, "10"]


def caused(error_class, sqlstate):
    error = error_class("x")
    error.__cause__ = _Cause(sqlstate)
    return error


class _Cause(Exception):
    def __init__(self, sqlstate):
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "gone"),
    [
        (caused(OperationalError, None), True),  # could not connect
        (caused(OperationalError, "57P01"), True),  # the administrator shut it down
        (caused(OperationalError, "08006"), True),
        (caused(OperationalError, "53300"), True),  # too many connections
        (caused(OperationalError, "40P01"), False),  # deadlock
        (caused(OperationalError, "55P03"), False),  # lock timeout
        (InterfaceError("the connection is closed"), True),
        (ValueError("x"), False),
        (None, False),
    ],
)
def test_which_errors_mean_that_the_database_is_gone(error, gone):
    assert errors.is_database_gone(error) is gone


@pytest.mark.parametrize("asked", ["en-US,en;q=0.9", "fr", ""])
def test_chinese_unless_chosen(client, asked):
    response = client.get(LOGIN, headers={"accept-language": asked})
    assert response.headers["Content-Language"] == "zh-hans"


def test_the_chosen_language_counts(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert client.get(LOGIN, headers={"accept-language": "zh-CN"}).headers["Content-Language"] == "en"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "xx'"
    assert client.get(LOGIN).headers["Content-Language"] == "zh-hans"


def policy(response):
    parts = response.headers["Content-Security-Policy"].split(";")
    return {part.split()[0]: part.split()[1:] for part in parts if part.strip()}


def test_the_policy_lets_nothing_inline_through(client):
    rules = policy(client.get(LOGIN))
    assert rules["default-src"] == ["'none'"]
    for name in ("script-src", "style-src", "form-action"):
        assert rules[name] == ["'self'"]
    assert rules["frame-ancestors"] == ["'none'"]
    assert rules["img-src"] == ["'self'", "data:"]


def test_only_admin_has_the_laxer_policy(client, db):
    assert "'unsafe-eval'" in policy(client.get("/admin/login/"))["script-src"]
    assert "'unsafe-eval'" not in policy(client.get("/administration/"))["script-src"]


@pytest.fixture
def clerk(db):
    return Staff.objects.create_user(username="xiaoli", password="right-horse-7", name="小李", role="admin")


def try_password(client, password, address="10.0.0.1"):
    return client.post(LOGIN, {"username": "xiaoli", "password": password}, REMOTE_ADDR=address)


def test_five_wrong_passwords_lock_this_name_from_this_address(clerk):
    client = Client()
    for _ in range(4):
        assert try_password(client, "wrong").status_code != 429
    assert try_password(client, "wrong").status_code == 429
    locked = try_password(client, "right-horse-7")
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "900"
    assert "_auth_user_id" not in client.session
    assert try_password(Client(), "right-horse-7", address="10.0.0.2").status_code == 302


def test_the_right_password_forgets_the_wrong_ones(clerk):
    client = Client()
    for _ in range(4):
        try_password(client, "wrong")
    assert try_password(client, "right-horse-7").status_code == 302
    other = Client()
    for _ in range(4):
        assert try_password(other, "wrong").status_code != 429


def test_the_lock_opens_after_a_quarter_of_an_hour(clerk, time_machine):
    time_machine.move_to("2026-11-21 12:00:00+08:00", tick=False)
    for _ in range(5):
        try_password(Client(), "wrong")
    time_machine.move_to("2026-11-21 12:16:00+08:00", tick=False)
    assert try_password(Client(), "right-horse-7").status_code == 302


def test_each_wrong_password_is_answered_more_slowly(settings, db, monkeypatch):
    settings.SIGNIN_DELAY = 0.25
    slept = []
    monkeypatch.setattr(signin.time, "sleep", slept.append)
    request = RequestFactory().post(LOGIN, REMOTE_ADDR="10.9.9.9")
    for _ in range(6):
        signin.slow_down(sender=None, request=request)
    assert slept == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]
