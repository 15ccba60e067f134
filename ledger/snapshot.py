"""What is read together stems from one state of the book, and is planned the way that measured best."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SETTINGS = "SET LOCAL enable_hashagg = off; SET LOCAL jit = off"


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside stems from one moment. Inside a transaction that runs already, that one's rules hold."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(SETTINGS)
        yield
