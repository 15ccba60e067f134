"""The programs that make up a running Duebook. docker-compose.yml starts the very same commands."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil

COMMANDS = {
    "prepare": "python manage.py prepare_database",
    "web": "python -m gunicorn config.wsgi --workers 2 --threads 4 --keep-alive 75",
    "worker": "python -m celery --app config worker --concurrency 2 --loglevel INFO",
    "beat": "python -m celery --app config beat --loglevel INFO",
}

DEAF = 70
"""The exit code of a worker to which no bell comes any more."""


class ProgramFailed(Exception):
    """A program stopped by itself; the message shows the end of its log."""


def command(name: str, *options: str) -> list[str]:
    """The command with this Python, and with what only this machine adds."""
    return [sys.executable, *COMMANDS[name].split()[1:], *options]


class Program:
    """A program that runs until we tell it to stop; in a session of its own, so that Ctrl-C reaches only us."""

    def __init__(self, name: str, line: list[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name, self.line, self.environment = name, line, environment
        self.log = folder / "log" / f"{name}.log"
        self.pid_file = folder / f"{name}.pid"
        self.log.write_text("")
        self.start()

    def start(self) -> None:
        """Start it, or another one in its place; the log goes on."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self.line, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        remember(self.process.pid, self.pid_file)

    def require_running(self) -> None:
        """Raise ProgramFailed, with the end of its log, when it is no longer there."""
        if self.process.poll() is not None:
            raise ProgramFailed(f"{self.name} stopped by itself. The end of {shown(self.log)}:\n{end_of(self.log)}")

    def stop(self, seconds: float = 30) -> None:
        """Let it finish what it does, and end it when it takes too long."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.pid_file.unlink(missing_ok=True)


def remember(pid: int, pid_file: Path) -> None:
    """Write down which process this is: its number alone may later be another's."""
    pid_file.write_text(f"{pid} {psutil.Process(pid).create_time()}")


def end_leftovers(folder: Path) -> None:
    """End what an earlier start left running because it was killed itself."""
    for pid_file in folder.glob("*.pid"):
        pid, born = pid_file.read_text().split()
        if psutil.pid_exists(int(pid)) and psutil.Process(int(pid)).create_time() == float(born):
            leftover = psutil.Process(int(pid))
            leftover.terminate()
            psutil.wait_procs([leftover], timeout=30)
        pid_file.unlink()


def end_of(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def shown(path: Path) -> str:
    """A path as it is short to read from where we are."""
    return os.path.relpath(path)


def stop_on_signals() -> None:
    """Let a polite end from outside do what Ctrl-C does, and Ctrl-C too when started in the background.

    Started by nohup it stays when the terminal goes.
    """
    stays = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    for number in (signal.SIGINT, signal.SIGTERM, *([] if stays else [signal.SIGHUP])):
        signal.signal(number, signal.default_int_handler)
