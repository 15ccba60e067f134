"""Workers that are this process's own forks: quick to start, and killed at a step of the code itself."""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import connection

from office.tasks import carry_out_run

FORK = multiprocessing.get_context("fork")
ALIVE = 4711
"""The lock that a worker's session holds as long as the database knows it."""


def in_a_process(work: Callable[[], None]) -> Any:
    """A worker of its own, at work."""

    def begin() -> None:
        connection.connect()  # what it inherited is the parent's
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ALIVE])
        work()

    worker = FORK.Process(target=begin)
    worker.start()
    return worker


def bury(worker: Any) -> None:
    """Wait until the database, too, has noticed that a worker is dead, and let its locks go."""
    worker.join(60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ALIVE])
        cursor.execute("SELECT pg_advisory_unlock(%s)", [ALIVE])


def die_at(module: Any, step: str, run_id: int) -> None:
    """Carry the run out until this step of its second piece, and die there as by a pulled plug."""
    honest, calls = getattr(module, step), Counter()

    def dying(*args: Any, **kwargs: Any) -> Any:
        calls[step] += 1
        if calls[step] == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return honest(*args, **kwargs)

    setattr(module, step, dying)  # in the child's memory alone
    carry_out_run(run_id)


def die(module: Any, step: str, run: Any) -> None:
    """Let a worker of its own do so."""
    worker = in_a_process(lambda: die_at(module, step, run.pk))
    bury(worker)
    assert worker.exitcode == -signal.SIGKILL, step


def in_parallel_process(work: Callable[[], None]) -> Any:
    """A process with a connection of its own, which holds no lock that others wait for."""

    def begin() -> None:
        connection.connect()
        work()

    worker = FORK.Process(target=begin)
    worker.start()
    return worker
