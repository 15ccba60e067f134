"""`manage.py erasures FILE`: keep who was erased, by ids alone; with `--again` erase them once more after a restore."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from customers.operations.erase_again import NotErasures, erased_again, erasures, read_erasures


class Command(BaseCommand):
    """Keep the file beside the backups, newer than them: it holds ids and days, nobody's name."""

    help = "Writes who was erased to FILE; with --again erases whom FILE names in this restored copy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--again", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["again"]:
            rows = erasures()
            options["file"].write_text(json.dumps(rows, indent=1))
            self.stdout.write(f"{len(rows)} erasures are in it.")
            return
        try:
            named = read_erasures(options["file"])
        except NotErasures as error:
            raise CommandError(str(error)) from error
        left = list(erased_again(named))
        for words in left:
            self.stderr.write(words)
        self.stdout.write(f"{len(named) - len(left)} of {len(named)} are erased.")
        if left:
            sys.exit(1)
