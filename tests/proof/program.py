"""Web, worker and beat as in any office, with the drill's clock and points to die at.

They are forks of one process that has all of the house loaded, so that what was killed is there again at once.
"""

import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from config.processes import end_of, remember
from tests.proof.clock import Follower
from tests.proof.points import WEB, WORKER, arm

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.proof.loaded"])


class Program:
    """A program in a session of its own, as it runs or ran last."""

    def __init__(self, name: str, kind: str, options: list[str], clock: Path, folder: Path) -> None:
        self.kind, self.options, self.clock, self.folder = kind, options, clock, folder
        self.log, self.pid_file = folder / "log" / f"{name}.log", folder / f"{name}.pid"
        self.start()

    def start(self) -> None:
        """Start it, or another one in its place; the log goes on."""
        told = (self.kind, self.options, self.clock, self.folder / "point", self.log)
        self.process = FORKS.Process(target=run, args=told)
        self.process.start()
        remember(self.pid, self.pid_file)

    @property
    def pid(self) -> int:
        """Its number, and that of its session."""
        assert self.process.pid
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; none while it runs."""
        return self.process.exitcode

    def kill(self) -> None:
        """Kill it with all its processes; one that is dead stays so."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill it, if it still runs, and forget it."""
        self.kill()
        self.process.join()
        self.pid_file.unlink(missing_ok=True)

    def last_words(self) -> str:
        """The end of its log."""
        return end_of(self.log, 40)


def run(kind: str, options: list[str], clock: Path, point: Path, log: Path) -> None:
    """Be such a program."""
    os.setsid()
    with log.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    Follower(clock)
    {"web": web, "worker": worker, "beat": beat}[kind](options, point)


def web(options: list[str], point: Path) -> None:
    """gunicorn, as it is started everywhere."""
    from gunicorn.app.wsgiapp import WSGIApplication

    arm(WEB, point)
    sys.argv = ["gunicorn", "config.wsgi", *options]
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").run()


def worker(options: list[str], point: Path) -> None:
    """Celery's worker; a piece of a run takes two customers, so that a small run has several."""
    from config.celery import app

    import_module("credit_control.operations.do_statement_run").TOGETHER = 2
    import_module("credit_control.operations.remind_many").PIECE = 2
    import_module("billing.operations.load_opening").AT_ONCE = 2
    arm(WORKER, point)
    app.worker_main(["worker", *options])


def beat(options: list[str], point: Path) -> None:
    """Celery's beat, which looks at its clock each second."""
    from config.celery import app

    app.start(["beat", "--max-interval", "1", *options])
