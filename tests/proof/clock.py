"""The office's clock in a drill: so many seconds ahead of the machine's, in every program that follows its file."""

import os
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

LOOKS = 0.05
"""Seconds between two looks at the file."""


class Clock:
    """The file that programs follow, as the drill moves it."""

    def __init__(self, path: Path) -> None:
        self.path, self.ahead = path, 0.0
        self.set(0)

    def set(self, ahead: float) -> None:
        """Stand so many seconds ahead of the machine's clock."""
        self.ahead = ahead
        beside = self.path.with_suffix(".new")
        beside.write_text(str(ahead))
        beside.replace(self.path)

    def move(self, seconds: float) -> None:
        """Go on, or back, by so many seconds at once."""
        self.set(self.ahead + seconds)


def until_morning(now: datetime) -> float:
    """Seconds until the next ten o'clock: each drill begins at the same hour, and never behind PostgreSQL's clock."""
    morning = now.replace(hour=10, minute=0, second=0, microsecond=0)
    return ((morning if morning > now else morning + timedelta(days=1)) - now).total_seconds()


class Follower:
    """This process's clock, which follows such a file from now on; in each of its forks as well."""

    def __init__(self, path: Path) -> None:
        self.path, self.ahead = path, 0.0
        self.coordinates = time_machine.travel(datetime.now(UTC), tick=True).start()
        self.look()
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def look(self) -> None:
        """Stand where the file says."""
        ahead = float(self.path.read_text())
        if ahead != self.ahead:
            self.coordinates.shift(ahead - self.ahead)
            self.ahead = ahead

    def _begin(self) -> None:
        threading.Thread(target=self._follow, name="clock", daemon=True).start()

    def _follow(self) -> None:
        with suppress(FileNotFoundError):  # the drill is over
            while True:
                time.sleep(LOOKS)
                self.look()
