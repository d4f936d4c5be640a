"""For load balancers: is the process alive, and can it do its work? Asked by `vipcrm.middleware.HealthMiddleware`."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from redis.exceptions import RedisError


def live() -> HttpResponse:
    """/healthz: 200 as long as the process answers."""
    return HttpResponse("ok", content_type="text/plain")


def ready() -> HttpResponse:
    """/readyz: 200 when database and Redis answer, else 503 and which one does not."""
    checks = {"database": _database_answers(), "redis": _redis_answers()}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        cache.get("ready")
    except (RedisError, OSError):
        return False
    return True
