"""Runs the whole office on this machine, from nothing to an address: what `bin/start` does once there is a .venv."""

import argparse
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

from config.only_one import AlreadyRuns, only_one, write
from config.processes import (
    DEAF,
    Program,
    ProgramFailed,
    command,
    end_leftovers,
    end_of,
    shown,
    stop_on_signals,
)
from config.services import ServiceFailed, free_port, services
from config.system import command_for, install, missing_pdf_packages
from config.waiting import wait_until

VAR = Path(__file__).parent.parent / "var"
LOGS = VAR / "log"
SEEDED = VAR / "demo_is_seeded"
OUR_DATA = ("postgres", "valkey", "demo_is_seeded")
DEMO_LOG_INS = ("clerk", "collector", "manager", "sales", "auditor", "admin")
STOPPED = 130  # what a shell expects of a program ended by Ctrl-C


def main() -> int:
    """Start everything, wait for Ctrl-C, stop everything; the exit code."""
    options = read_options()
    LOGS.mkdir(parents=True, exist_ok=True)
    stop_on_signals()
    try:
        with only_one(VAR / "start.lock") as lock:
            end_leftovers(VAR)
            if options.fresh:
                begin_anew(sure=options.yes)
            with running_office() as (address, programs):
                write(lock, f"it is at {address}")
                tell(address)
                stay(programs)
    except AlreadyRuns as other:
        say(f"Duebook runs already: {other}. To begin again, end that one first with Ctrl-C in its terminal.")
    except (ServiceFailed, ProgramFailed) as failure:
        say(f"\n{failure}")
    except KeyboardInterrupt:
        say("Stopped. bin/start takes up the same data again.")
        return STOPPED
    return 1


def read_options() -> argparse.Namespace:
    """What was typed after bin/start."""
    parser = argparse.ArgumentParser(prog="bin/start", description="Run Duebook on this machine.")
    parser.add_argument("--fresh", action="store_true", help="delete the data in var/ first, after asking")
    parser.add_argument("--yes", action="store_true", help="with --fresh: do not ask")
    return parser.parse_args()


def begin_anew(*, sure: bool) -> None:
    """Delete the data of the embedded servers."""
    if "DATABASE_URL" in os.environ:
        raise ServiceFailed(
            "--fresh deletes only what lies in var/. Empty the server that DATABASE_URL names yourself."
        )
    if not sure and not person_agrees("Delete all invoices, payments and customers in var/ and begin anew?"):
        raise ServiceFailed("Nothing was deleted.")
    for name in OUR_DATA:
        path = VAR / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def person_agrees(question: str) -> bool:
    """Ask; where nobody can answer, the answer is no."""
    try:
        return input(f"{question} Type yes: ") == "yes"
    except EOFError:
        return False


@contextmanager
def running_office() -> Iterator[tuple[str, list[Program]]]:
    """Services, database, web, worker and beat; stopped in the opposite order, the web first."""
    look_for_pdf_libraries()
    with ExitStack() as everything:
        say("Starting the database and the message broker")
        demo = os.environ.setdefault("DEMO", "0" if "DATABASE_URL" in os.environ else "1")
        named = everything.enter_context(services(VAR))
        port = free_port(int(os.environ.get("PORT", "8000")))
        address = os.environ.setdefault("SITE_URL", f"http://localhost:{port}")
        environment = {"SECRET_KEY": secret_key(), **os.environ, **named}

        prepare(environment, demo=demo not in ("0", "", "false"))
        say("Starting the web, the worker and the schedule")
        programs = start_programs(everything, environment, port)
        wait_for(programs, environment, port)
        everything.callback(ignore_more_signals)
        yield address, programs


def look_for_pdf_libraries() -> None:
    """Install what PDFs need, or say how, and go on without them."""
    missing = missing_pdf_packages()
    if not missing:
        return
    say(f"Installing {' '.join(missing)}, which PDFs need")
    if not install(missing, LOGS / "install.log"):
        say(f"PDFs are unavailable until you run:  {command_for(missing)}")


def secret_key() -> str:
    """The key that signs sessions: made once, readable by nobody else."""
    path = VAR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def prepare(environment: dict[str, str], *, demo: bool) -> None:
    """Bring the database to this version and, the first time, fill it with the demo company."""
    say("Preparing the database")
    run_to_end("prepare_database", command("prepare"), environment)
    if demo and not SEEDED.exists():
        say("Filling it with a demo company")
        run_to_end("seed_demo", [sys.executable, "manage.py", "seed_demo"], environment)
        SEEDED.touch()


def run_to_end(name: str, line: list[str], environment: dict[str, str]) -> None:
    """Run a command; when it fails, show the end of its log."""
    log = LOGS / f"{name}.log"
    with log.open("w") as output:
        done = subprocess.run(line, env=environment, stdout=output, stderr=output, check=False)
    if done.returncode:
        raise ProgramFailed(f"{name} failed. The end of {shown(log)}:\n{end_of(log)}")


def start_programs(everything: ExitStack, environment: dict[str, str], port: int) -> list[Program]:
    """Start the three programs; they stop with `everything`."""
    lines = {
        "beat": command("beat", "--schedule", str(VAR / "beat_schedule")),
        "worker": command("worker"),
        "web": command("web", "--bind", f"127.0.0.1:{port}"),
    }
    programs = []
    for name, line in lines.items():
        programs.append(Program(name, line, environment, VAR))
        everything.callback(programs[-1].stop)
    return programs


def wait_for(programs: list[Program], environment: dict[str, str], port: int) -> None:
    """Return when web and worker answer, or raise with the log of the one that does not."""

    def all_answer() -> bool:
        for program in programs:
            program.require_running()
        return web_answers(port) and worker_is_ready()

    if not wait_until(all_answer, seconds=90):
        raise ProgramFailed(
            f"The web or the worker did not answer within 90 seconds. See their logs in {shown(LOGS)}/."
        )


def web_answers(port: int) -> bool:
    """Whether the web serves pages and reaches its database."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def worker_is_ready() -> bool:
    """Whether the worker has reached the broker and takes tasks."""
    return "ready." in (LOGS / "worker.log").read_text()


def stay(programs: list[Program]) -> None:
    """Return never: Ctrl-C interrupts, and so does a program that stops by itself, but for a worker gone deaf."""
    while True:
        for program in programs:
            if program.process.poll() == DEAF:
                say("The worker heard nothing any more; another one takes its place.")
                program.start()
            program.require_running()
        time.sleep(0.5)


def ignore_more_signals() -> None:
    """Let a second Ctrl-C not disturb an orderly stop."""
    say("\nStopping")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def tell(address: str) -> None:
    """Say where it is and how to get in."""
    mail = "goes out through EMAIL_URL" if os.environ.get("EMAIL_URL") else f"stays here: {address}/mail/"
    say(f"\nDuebook is ready at  {address}\n")
    if SEEDED.exists():
        say("  Log in as   " + "\n              ".join(f"{name}@demo.example" for name in DEMO_LOG_INS))
        say("  Password    duebook-demo")
    say(f"  Mail        {mail}\n  Logs        {shown(LOGS)}/\n\nCtrl-C stops it.")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
