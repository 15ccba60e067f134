from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import require_office
from config.database import logged_in_as
from config.whole_files import NotWritten, whole_or_not_at_all
from office.sealing import Unsealable
from reports.operations.export_all import export_all


class Command(BaseCommand):
    """Write everything the office keeps as documented CSV and files; README.txt in it is for a stranger."""

    help = "Writes all tables as CSV, and all kept files, to FILE.zip. Passwords, keys and secrets are not in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--open-accounts", action="store_true", help="account numbers and payment files in clear, beside the tables"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with logged_in_as(settings.DATABASE_OWNER_URL), whole_or_not_at_all(path) as file:
                require_office()
                manifest = export_all(file, open_accounts=options["open_accounts"], by=None)
        except (NotWritten, Unsealable) as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(f"{path}: {rows:,} rows of {len(manifest['tables'])} tables as of {manifest['made_at']}")
