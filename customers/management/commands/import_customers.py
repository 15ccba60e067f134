"""`manage.py import_customers FILE`: bring in customers from CSV or Excel."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.formats import FORMATS
from customers.importing import FIELDS
from customers.operations.import_customers import import_customers
from ledger.refusals import Refused
from office.commands import add_import_arguments, chosen_company, chosen_mapping
from office.reading import TroubleFile
from office.reading.unpacking import unpacked


class Command(BaseCommand):
    """New customers are added, changed ones updated, the same ones left alone."""

    help = "Imports customers from CSV or Excel by their number or, without one, their name; again, it adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)
        parser.add_argument("--all-or-none", action="store_true", help="Take nothing where a row is wrong.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            company = chosen_company(options["company"])
            mapping = chosen_mapping(options["mapping"], company, "import_customers", {}, FIELDS, path, FORMATS)
            with path.open("rb") as source, unpacked(source) as table:
                outcome = import_customers(
                    company,
                    table,
                    mapping,
                    by=None,
                    dry_run=options["dry_run"],
                    all_or_none=options["all_or_none"],
                )
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was kept.")
        for what, count in outcome.counts.items():
            self.stdout.write(f"{count:>10,}  {what}")
        if options["errors"]:
            with Path(options["errors"]).open("wb") as target:
                file = TroubleFile(target)
                for trouble in outcome.troubles:
                    file.add(trouble)
