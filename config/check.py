"""Every check that a change must pass: what `bin/test` does once there is a .venv."""

import os
import subprocess
import sys
import time
from pathlib import Path

from config.services import passing_services
from config.system import command_for, install, missing_test_packages

VAR = Path(__file__).parent.parent / "var"
TOOL = [sys.executable, "-m"]
MANAGE = [sys.executable, "manage.py"]
PYTEST = [*TOOL, "pytest", "-n", "2", "--dist", "worksteal"]
DEPLOYED = {"SECRET_KEY": "c" * 40 + "0123456789!", "SITE_URL": "https://billing.example.com"}

STEPS = {
    "ruff check": [*TOOL, "ruff", "check", "--quiet"],
    "ruff format": [*TOOL, "ruff", "format", "--check", "--quiet"],
    "mypy": [*TOOL, "mypy", "--no-error-summary"],
    "secrets": [*TOOL, "config.secrets_scan"],
    "dependencies": [*TOOL, "config.dependency_audit"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "pytest": PYTEST,
}


def main(arguments: list[str]) -> int:
    """Run all steps, or pytest alone with the arguments given; 0 when all is well."""
    look_for_test_programs()
    steps = {"pytest": [*TOOL, "pytest", *arguments]} if arguments else STEPS
    with passing_services(VAR / "test") as named:
        environment = {"SECRET_KEY": DEPLOYED["SECRET_KEY"], **os.environ, **named}
        outcomes = [
            run(name, line, {**DEPLOYED, **environment} if name == "deployment" else environment)
            for name, line in steps.items()
        ]
    print("\n" + "\n".join(f"{word:8}{name:14}{seconds:6.1f} s" for name, word, seconds in outcomes))
    return int(any(word == "FAILED" for _, word, _ in outcomes))


def run(name: str, line: list[str], environment: dict[str, str]) -> tuple[str, str, float]:
    """Run one step and say how it went and how long it took."""
    print(f"--- {name}", flush=True)
    began = time.monotonic()
    done = subprocess.run(line, env=environment, check=False)
    return name, "FAILED" if done.returncode else "ok", time.monotonic() - began


def look_for_test_programs() -> None:
    """Install the browser and the PDF tools, or say how; without them those tests say so themselves."""
    missing = missing_test_packages()
    if not missing:
        return
    print(f"Installing {' '.join(missing)} for the browser and PDF tests", flush=True)
    (VAR / "log").mkdir(parents=True, exist_ok=True)
    if not install(missing, VAR / "log" / "install.log"):
        print(f"Not possible from here. Please run:  {command_for(missing)}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
