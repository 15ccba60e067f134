"""Another database of the same server, for tests of copies."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def working_in(name: str) -> Iterator[None]:
    """Inside, Django works in this database of the same server."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
