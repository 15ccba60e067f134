"""One round of a job over several things, in which what is wrong with one stops no other."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

logger = logging.getLogger(__name__)
Each = TypeVar("Each")


def each_of(things: Iterable[Each], act: Callable[[Each], object]) -> int:
    """Do something with each, and say with how many; the first failure is raised when all had their turn."""
    done, failures = 0, []
    for thing in things:
        try:
            act(thing)
            done += 1
        except Exception as failure:
            logger.exception("%s failed.", thing)
            failures.append(failure)
    if failures:
        raise failures[0]
    return done
