"""Who may do what in the database: one role owns the tables, another works in them and can change no book.

The web and the workers log in by DATABASE_URL; migrations run by DATABASE_OWNER_URL.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

LOG_IN = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


@contextmanager
def logged_in_as(url: str) -> Iterator[None]:
    """Inside, Django's connection is made with the log-in of this address; the database stays the same."""
    before = {key: connection.settings_dict[key] for key in LOG_IN}
    _log_in(_log_in_of(url))
    try:
        yield
    finally:
        _log_in(before)


def create_role(name: str, password: str) -> None:
    """Create a role that may log in, unless it is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {_quoted(name)} LOGIN PASSWORD %s", [password or None])


@transaction.atomic
def grant_app_rights(role: str) -> None:
    """Let the role read and write every table, but only add to those that are append-only, and only read some."""
    role = _quoted(role)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in append_only_tables():
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {_quoted(table)} FROM {role}")
        for table in _tables_with("by_triggers_alone"):
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {_quoted(table)} FROM {role}")


def append_only_tables() -> list[str]:
    """The tables whose model says `append_only = True`."""
    return _tables_with("append_only")


def _tables_with(mark: str) -> list[str]:
    """The tables whose model bears this mark."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, mark, False))


def keeps_what_it_confirms() -> bool:
    """Whether this server writes to the disk before it says "done"."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync') = 'on'")
        return bool(cursor.fetchone()[0])


def _log_in_of(url: str) -> dict[str, Any]:
    """The part of an address that says who logs in, and where, not to which database."""
    address = environ.Env.db_url_config(url)
    return {key: address.get(key, {} if key == "OPTIONS" else "") for key in LOG_IN}


def _log_in(log_in: dict[str, Any]) -> None:
    """Make Django's next connection with this log-in, in every thread."""
    connection.close()
    connection.settings_dict.update(log_in)
    settings.DATABASES["default"].update(log_in)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
