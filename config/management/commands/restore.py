import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup_file import is_sealed
from config.database import logged_in_as
from config.postgres_programs import ProgramMissing
from config.restore import NotRestored, load_backup, opened, wrong_with_copy, wrong_with_load


class Command(BaseCommand):
    """Make an office of a backup, in an empty database; nothing leaves it until an administrator says so."""

    help = "Restores FILE into an empty database and checks all of it; exits with 1 if anything is not as it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with opened(options["file"]) as file, logged_in_as(settings.DATABASE_OWNER_URL):
                manifest = load_backup(file)
                wrong = wrong_with_load(manifest)
                if settings.BACKUP_KEY and not is_sealed(file):
                    self.stderr.write("This backup is not sealed, though BACKUP_KEY is set: be sure who made it.")
        except (NotRestored, ProgramMissing) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored as of {manifest['made_at']}; now it is brought to this version and checked.")
        call_command("prepare_database", verbosity=0, stdout=self.stdout, stderr=self.stderr)
        wrong += wrong_with_copy(manifest)
        for words in wrong:
            self.stderr.write(words)
        if wrong:
            sys.exit(1)
        self.stdout.write(
            "Book, audit trail and figures are as they were. Nothing leaves this copy until you release it."
        )
