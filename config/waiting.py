"""Waiting for a program that has just been started."""

import time
from collections.abc import Callable


def wait_until(ready: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again and again until it is ready; False when the seconds are over first."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
