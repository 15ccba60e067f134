import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.database import logged_in_as
from config.import_all import checked_manifest, load_everything, opened_archive, require_empty
from config.restore import NotRestored, opened, wrong_with_book
from customers.operations.erase_again import NotErasures, erased_again, read_erasures


class Command(BaseCommand):
    """Make an office of an export of everything, in an empty database; nobody has a password in it yet."""

    help = "Imports what `export_all` wrote into an empty database and checks it; exits with 1 if anything is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        erased = parser.add_mutually_exclusive_group(required=True)
        erased.add_argument(
            "--erased", type=Path, help="what `manage.py erasures` wrote last: whoever it names is erased once more"
        )
        erased.add_argument("--nobody-erased", action="store_true", help="nobody was erased since the export was made")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            erased = read_erasures(options["erased"]) if options["erased"] else []
            with opened(options["file"]) as file, opened_archive(file) as archive:
                manifest = checked_manifest(archive)
                with logged_in_as(settings.DATABASE_OWNER_URL):
                    require_empty()
                call_command("prepare_database", verbosity=0, stdout=self.stdout, stderr=self.stderr)
                with logged_in_as(settings.DATABASE_OWNER_URL):
                    load_everything(archive, manifest)
        except (NotRestored, NotErasures) as error:
            raise CommandError(str(error)) from error
        left = list(erased_again(erased))
        wrong = left + list(wrong_with_book(datetime.fromisoformat(manifest["made_at"])))
        for words in wrong:
            self.stderr.write(words)
        if wrong:
            sys.exit(1)
        self.stdout.write(
            f"Imported as of {manifest['made_at']}: book, audit trail and figures are as they were. Nobody has a"
            " password yet: set one by `manage.py changepassword EMAIL`. Nothing leaves this copy until you release it."
        )
