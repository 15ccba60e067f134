"""Work that the database broke off is done again: of two transactions that wait for each other it stops one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

DATABASE_AWAY = (OperationalError, InterfaceError)
"""What says that the database is away, or broke work off: the loss of a connection, and any use of it from then on."""
TRIES = 3
BROKEN_OFF = {"40P01", "40001"}
"""A deadlock, and a transaction that cannot be put in an order with another one."""

Answer = TypeVar("Answer")


def tried_again(work: Callable[[], Answer], before_again: Callable[[], None] = lambda: None) -> Answer:
    """The work's answer, at the third try at most, while what the database broke off left nothing behind.

    Where an earlier part of the work was committed, doing all of it again would do that part twice: the error goes on.
    """
    for left in reversed(range(TRIES)):
        try:
            with counted_commits() as commits:
                return work()
        except OperationalError as error:
            if commits or not left or getattr(error.__cause__, "pgcode", "") not in BROKEN_OFF:
                raise
            before_again()
    raise AssertionError("unreachable")


@contextmanager
def counted_commits() -> Iterator[list[int]]:
    """An entry for each transaction that is committed inside, on this connection."""
    commits: list[int] = []
    commit = connection.commit

    def counted() -> None:
        commit()
        commits.append(1)

    connection.commit = counted  # type: ignore[method-assign]  # every outermost `atomic` ends by it
    try:
        yield commits
    finally:
        connection.commit = commit  # type: ignore[method-assign]
