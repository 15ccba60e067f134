"""The schedule rings again at once after the machine's clock was set back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from celery import Celery
from celery.beat import PersistentScheduler

from config.beat import Schedule
from config.celery import app as ours

LATER = datetime(2026, 3, 2, 18, tzinfo=UTC)
EARLIER = LATER - timedelta(hours=8)


class Rung:
    """What a schedule rang for."""

    def __init__(self, kind: type[PersistentScheduler], folder: Path) -> None:
        self.tasks: list[str] = []
        app = Celery(broker="memory://", set_as_current=False)
        app.conf.beat_schedule = {name: {"task": name, "schedule": 60.0} for name in ("mail", "runs")}
        with time_machine.travel(LATER, tick=False):
            self.schedule = kind(app, schedule_filename=str(folder / "schedule"))
        self.schedule.apply_entry = lambda entry, producer=None: self.tasks.append(entry.task)

    def at(self, moment: datetime) -> list[str]:
        """What it rings for at a moment."""
        self.tasks.clear()
        with time_machine.travel(moment, tick=False):
            for _ in range(10):
                self.schedule.tick()
        return sorted(self.tasks)


@pytest.mark.parametrize(("kind", "rings"), [(Schedule, ["mail", "runs"]), (PersistentScheduler, [])])
def test_a_clock_that_was_set_back_silences_no_job_and_without_our_schedule_it_would(
    kind: type[PersistentScheduler], rings: list[str], tmp_path: Path
) -> None:
    rung = Rung(kind, tmp_path)
    assert rung.at(LATER + timedelta(seconds=61)) == ["mail", "runs"]
    assert rung.at(EARLIER) == []
    assert rung.at(EARLIER + timedelta(seconds=61)) == rings
    assert rung.at(EARLIER + timedelta(seconds=90)) == []


def test_beat_uses_it() -> None:
    assert ours.Beat().scheduler_cls == "config.beat:Schedule"
