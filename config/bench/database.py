"""A database for measuring in: made anew, dropped afterwards, and never the office's own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config.database import logged_in_as
from config.services import postgres

CACHE = "1GB"
ONE_CORE = "SET max_parallel_workers_per_gather = 0"


@contextmanager
def server() -> Iterator[str]:
    """The address of the server to measure on: the environment's, else an embedded one's.

    It logs in as a superuser, since filling goes past the guards.
    """
    named = os.environ.get("DATABASE_SUPERUSER_URL") or os.environ.get("DATABASE_OWNER_URL")
    if named:
        yield named
        return
    folder = settings.VAR_DIR / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    with postgres(folder / "postgres") as names:
        _administer(names["DATABASE_SUPERUSER_URL"], f"ALTER SYSTEM SET shared_buffers = '{CACHE}'")
    with postgres(folder / "postgres") as names:  # it counts from the next start on
        yield names["DATABASE_SUPERUSER_URL"]


@contextmanager
def bench_database(url: str) -> Iterator[None]:
    """Inside, Django works in a new, migrated database `<the office's>_bench` of this server, a query on one core."""
    own = connection.settings_dict["NAME"]
    name = f"{own}_bench"
    _administer(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    _administer(url, f'ALTER DATABASE "{name}" {ONE_CORE}')
    try:
        with logged_in_as(url):
            connection.settings_dict["NAME"] = name
            call_command("migrate", interactive=False, verbosity=0)
            yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
        _administer(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(url: str, *statements: str) -> None:
    administrator = psycopg2.connect(url, dbname="postgres")
    administrator.autocommit = True
    with administrator.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    administrator.close()
