"""Wrong passwords: each one is answered more slowly, the fifth locks for a quarter of an hour (django-axes)."""

from __future__ import annotations

import time
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.cache import cache
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

LONGEST_DELAY = 2.0  # seconds
REMEMBERED = 15 * 60  # seconds


def client_address(request: HttpRequest) -> str:
    """Whose wrong passwords are counted together: the address that the outermost proxy of ours saw (TRUSTED_PROXIES).

    Each proxy adds, on the right of X-Forwarded-For, the address it was called from; whatever stands further left the
    caller may have made up. Without such an address: that of the connection.
    """
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    own: str = request.META.get("REMOTE_ADDR", "")
    if not 0 < settings.PROXIES <= len(seen):
        return own
    try:
        return str(ip_address(seen[-settings.PROXIES].strip()))
    except ValueError:
        return own


def delay_after(failures: int) -> float:
    """Seconds to wait before the answer to the `failures`-th wrong password in a row."""
    return min(settings.SIGNIN_DELAY * 2 ** (failures - 1), LONGEST_DELAY)


@receiver(user_login_failed)
def slow_down(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Guessing gets slow before it gets locked; counted per address, so that trying many names is slowed too."""
    if request is None:
        return
    try:
        key = f"signin-failures:{client_address(request)}"
        cache.add(key, 0, REMEMBERED)
        time.sleep(delay_after(cache.incr(key)))
    except (RedisError, ValueError):  # no cache, no slowing: the lock is kept in the database
        return


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any) -> HttpResponse:
    """The page for a locked name: when it opens again and whom to ask."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    response = render(request, "vipcrm/locked.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
