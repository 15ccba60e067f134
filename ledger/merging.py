"""Accounts that became part of others: their items are owed by these, their lines stay as they were entered."""

from collections.abc import Iterable

from django.db import connection


def owed_now_by(customer_ids: Iterable[int | None]) -> dict[int | None, int | None]:
    """Whose account each of these customers' is now: their own, or the one that it became part of."""
    ids = set(customer_ids)
    with connection.cursor() as cursor:
        wanted = [each for each in ids if each is not None]
        cursor.execute("SELECT customer_id, into_id FROM ledger_merged() WHERE customer_id = ANY (%s)", [wanted])
        return {each: each for each in ids} | dict(cursor.fetchall())
