"""Rows of one statement: all at once, or as they are written out."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

CHUNK = 2000


def fetched(sql: str, parameters: Mapping[str, Any], *, few_groups: bool = False) -> list[tuple[Any, ...]]:
    """The rows, all at once. Sums of few groups are hashed: they fit into memory, where those of many are sorted."""
    with connection.cursor() as cursor:
        if few_groups:
            cursor.execute("SET LOCAL enable_hashagg = on")
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        if few_groups:
            cursor.execute("SET LOCAL enable_hashagg = off")
    return rows


def streamed(sql: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows while they are gone over, in steady memory; inside a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
