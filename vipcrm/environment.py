"""How settings.py reads the environment: typed, with a hint where a value is missing or odd."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


class Environment:
    """Reads variables; an optional .env file fills in what the process was not given. Empty counts as not set."""

    def __init__(self, env_file: Path) -> None:
        if env_file.exists():
            environ.Env.read_env(env_file)
        self.env = environ.Env()

    def text(self, name: str, default: str = "") -> str:
        return os.environ.get(name, "").strip() or default

    def folder(self, name: str, default: Path) -> Path:
        """A folder of ours, made if it is not there."""
        path = Path(self.text(name, str(default))).expanduser().resolve()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            hint = "name a folder that can be made and written"
            raise ImproperlyConfigured(f"{name}={path} cannot be made ({error.strerror}): {hint}.") from error
        return path

    def flag(self, name: str, default: bool) -> bool:
        return self._read(name, default, _flag, "1 (yes) or 0 (no)")

    def number(self, name: str, default: int) -> int:
        return self._read(name, default, _natural, "a whole number, 0 or more")

    def listing(self, name: str, default: list[str]) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()] or default

    def one_of(self, name: str, default: str, choices: list[str]) -> str:
        def check(text: str) -> str:
            return choices[[choice.lower() for choice in choices].index(text.lower())]

        return self._read(name, default, check, "one of " + ", ".join(choices))

    def database(self, name: str) -> dict[str, Any]:
        """Django's database settings out of an address; PostgreSQL only."""
        config: dict[str, Any] = self._read(name, {}, self.env.db_url_config, "postgres://user:password@host:5432/name")
        if config.get("ENGINE") != "django.db.backends.postgresql":
            raise ImproperlyConfigured(
                f"{name}: only PostgreSQL is supported, as postgres://user:password@host:5432/name"
            )
        return config

    def redis(self, name: str) -> str:
        return self._read(name, "", _redis_address, "redis://host:6379/0 (or rediss://, unix:///path)")

    def _read(self, name: str, default: T, convert: Callable[[str], T], hint: str) -> T:
        text = self.text(name)
        if not text:
            return default
        try:
            return convert(text)
        except Exception as error:
            shown = "…" if name.endswith(("_URL", "_KEY")) else repr(text)
            raise ImproperlyConfigured(f"{name}={shown} is not understood: write {hint}.") from error


def _flag(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError(text)
    return text.lower() in YES


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def _redis_address(text: str) -> str:
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError(text)
    return text


def redis_database(address: str, number: int) -> str:
    """The same server as `address`, its database `number` (queue and cache must not share one: clearing empties it)."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":
        return f"unix://{parts.path}?{urlencode(query | {'db': number})}"  # urlunsplit drops the empty host
    return urlunsplit(parts._replace(path=f"/{number}"))


def broker_address(address: str) -> str:
    """How Celery writes the address of a Redis server."""
    parts = urlsplit(address)
    if parts.scheme != "unix":
        return redis_database(address, 0)
    return f"redis+socket://{parts.path}?virtual_host=0"


def stored_secret(path: Path) -> str:
    """A secret key made once for this folder; two processes that come first at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            os.link(partial, path)
        partial.unlink()
    return path.read_text()
