"""Where a control takes a guard away, all read before any writes: chance decides nothing."""

from collections.abc import Callable
from functools import wraps
from threading import Barrier
from typing import Any


def all_after(honest: Callable[..., Any], many: int) -> Callable[..., Any]:
    """The function as it is, whose callers then wait until so many of them have its answer."""
    barrier = Barrier(many, timeout=60)

    @wraps(honest)
    def met(*args: Any, **kwargs: Any) -> Any:
        answer = honest(*args, **kwargs)
        barrier.wait()
        return answer

    return met
