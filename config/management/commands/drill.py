import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

OTHERS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_SUPERUSER_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "REPORTS_DATABASE_URL",
)


class Command(BaseCommand):
    """Play a day of work under kills and other faults. It learns of no server of this office: it makes its own."""

    help = "Proves that the office keeps its promises whatever dies; leaves with 1 where it does not."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        try:
            from tests.proof.options import add_options
        except ImportError as missing:
            raise CommandError("Drills come with the tests: run this in the project's own folder.") from missing
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        asked = [f"--{name}={options[name]}" for name in ("runs", "seed", "faults", "json")]
        environment = {name: value for name, value in os.environ.items() if name not in OTHERS}
        line = [sys.executable, "-m", "tests.proof", *asked]
        os.chdir(settings.BASE_DIR)
        os.execve(sys.executable, line, environment)  # noqa: S606  in this program's place: who ends it ends the drill
