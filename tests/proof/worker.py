"""A real Celery worker whose clock stands where DRILL_NOW says, and that is pulled out at a step, where one is named.

DRILL_DIE is `module:function:count`: at that call of the function the whole worker, its processes and all, is killed
by signal 9. DRILL_PIECE says how many customers a piece of a run takes, so that a small run has several.
"""

import os
import signal
import subprocess
import sys
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any


class Worker:
    """Such a worker, in a session of its own."""

    def __init__(self, environment: dict[str, str], now: datetime, *, log: Path, die: str = "", piece: int = 0) -> None:
        told = {"DRILL_NOW": now.isoformat(), "DRILL_DIE": die, "DRILL_PIECE": str(piece or "")}
        with log.open("a") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.proof.worker"],
                env=os.environ | environment | told,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def wait_killed(self, seconds: float) -> None:
        """Until it has died at its step; anything else is an error."""
        assert self.process.wait(seconds) == -signal.SIGKILL

    def kill(self) -> None:
        """Pull it out now, with all its processes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def die_at(module: str, name: str, count: int) -> None:
    """Let the process group end at a call of the function, by number."""
    found, calls = import_module(module), [0]
    honest = getattr(found, name)

    def dying(*args: Any, **more: Any) -> Any:
        calls[0] += 1
        if calls[0] == count:
            os.killpg(0, signal.SIGKILL)
        return honest(*args, **more)

    setattr(found, name, dying)


def main() -> None:
    """Work until told to stop, or until the step."""
    import time_machine

    from config.celery import app

    app.loader.import_default_modules()
    if step := os.environ["DRILL_DIE"]:
        module, name, count = step.split(":")
        die_at(module, name, int(count))
    if piece := os.environ["DRILL_PIECE"]:
        import_module("credit_control.operations.do_statement_run").TOGETHER = int(piece)
    with time_machine.travel(datetime.fromisoformat(os.environ["DRILL_NOW"]), tick=True):
        options = ["--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        app.worker_main(["worker", *options])


if __name__ == "__main__":
    main()
