"""Whether this process lives, and whether it can do its work. Neither tells anything that is secret."""

from functools import cache

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from office.web.doors import open_door

OK = "ok"
SECONDS = 1


@never_cache
@open_door
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer "ok": this process answers, and restarting it would mend nothing."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@open_door
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether requests may come here, and what is wrong, in words: 503 where they may not.

    Without the broker all goes on, a minute later: that is "degraded", and ready.
    """
    checks = {"database": database_words(), "broker": broker_words()}
    checks["migrations"] = migration_words() if checks["database"] == OK else "unknown while the database is away"
    is_ready = checks["database"] == checks["migrations"] == OK
    state = "not ready" if not is_ready else "ready" if checks["broker"] == OK else "degraded"
    return JsonResponse({"state": state, "checks": checks}, status=200 if is_ready else 503)


def database_words() -> str:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "away: it does not answer"
    return OK


def migration_words() -> str:
    """Whether the database has all that this version needs; what a later one added does no harm."""
    missing = missing_migrations()
    return OK if not missing else f"{len(missing)} missing: run prepare_database"


def missing_migrations() -> list[tuple[str, str]]:
    """The migrations of this version that the database does not have."""
    return sorted(_ours() - set(MigrationRecorder(connection).applied_migrations()))


def broker_words() -> str:
    """Whether the broker answers."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
    try:
        client.ping()
    except redis.RedisError:
        return "away: what is due is found within a minute, not at once"
    finally:
        client.close()
    return OK


@cache
def _ours() -> set[tuple[str, str]]:
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
