"""Rows of one statement: all at once, or as they are written out."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

CHUNK = 2000


def fetched(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows, all at once."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def streamed(sql: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows while they are gone over, in steady memory; inside a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
