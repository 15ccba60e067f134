"""How long something takes."""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

TIMES = 7


def medians(*ways: Callable[[], Any], times: int = TIMES) -> list[float]:
    """The median seconds of each way. They run in turn, so that what else the machine does falls on all alike."""
    for way in ways:
        way()
    rounds = [[_seconds(way) for way in ways] for _ in range(times)]
    return [median(seconds) for seconds in zip(*rounds, strict=True)]


def _seconds(way: Callable[[], Any]) -> float:
    began = perf_counter()
    way()
    return perf_counter() - began
