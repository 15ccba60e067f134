from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import make_backup
from config.database import logged_in_as
from config.postgres_programs import ProgramMissing
from config.whole_files import NotWritten


class Command(BaseCommand):
    """Write everything that stands in the database to one file, as of one moment, while people work on."""

    help = "Backs the office up to FILE, whole or not at all. The keys of the environment are not in it: keep them too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with logged_in_as(settings.DATABASE_OWNER_URL):
                backup = make_backup(options["file"])
        except (NotWritten, ProgramMissing) as error:
            raise CommandError(str(error)) from error
        sealed = "sealed by BACKUP_KEY" if settings.BACKUP_KEY else "not sealed: BACKUP_KEY is not set"
        self.stdout.write(
            f"{backup.path}: {backup.size:,} bytes, {sealed}, as of {backup.made_at:%Y-%m-%d %H:%M:%S} UTC"
        )
        self.stdout.write(f"SHA-256 {backup.sha256}")
