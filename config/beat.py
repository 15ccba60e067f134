"""The schedule by which jobs are rung for, whatever becomes of the machine's clock."""

from typing import Any

from celery.beat import PersistentScheduler
from celery.utils.time import maybe_make_aware


class Schedule(PersistentScheduler):
    """Celery's own, which stays silent for as long as the clock was set back: here it counts anew from that moment."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Ring for one job that is due, and give the seconds until the next."""
        now, entries = self.app.now(), self.schedule.values()
        ahead = [entry for entry in entries if entry.last_run_at and maybe_make_aware(entry.last_run_at) > now]
        for entry in ahead:
            entry.last_run_at = now
        if ahead:
            self._heap = None
        return float(super().tick(*args, **kwargs))
