"""`python -m config.bench NAME`: the command on a machine that names no database; it measures on embedded services."""

import os
import secrets
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from config.processes import stop_on_signals
from config.services import services


def main() -> None:
    """Measure; log failures alone. `config.bench.database` brings the PostgreSQL, so Valkey alone is started here."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe())
    os.environ.setdefault("DATABASE_URL", "postgresql:///duebook")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    with services(Path("var/bench").absolute()) as started:
        os.environ |= started
        execute_from_command_line(["manage.py", "bench", *sys.argv[1:]])


if __name__ == "__main__":
    stop_on_signals()
    main()
