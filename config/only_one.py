"""One start at a time: a lock the operating system gives back even when its holder is killed."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


class AlreadyRuns(Exception):
    """Another start holds the lock; the message is what it wrote there."""


@contextmanager
def only_one(path: Path) -> Iterator[TextIO]:
    """Hold the lock; what is written to the file is told to whoever comes second."""
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRuns(lock.read()) from None
        write(lock, "it is being started just now")
        yield lock


def write(lock: TextIO, note: str) -> None:
    """Say something about the start that holds the lock."""
    lock.truncate(0)
    lock.write(note)
    lock.flush()
