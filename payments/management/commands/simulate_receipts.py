"""`manage.py simulate_receipts --seed N`: let customers pay as real ones do, to try things out."""

import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.refusals import Refused
from office.commands import chosen_company
from office.progress import Progress
from payments.operations.simulate_receipts import simulate_receipts


class Command(BaseCommand):
    """Not for a book that counts: the receipts are made up."""

    help = "Makes up receipts for what is open: on time, late, short, several at once, twice. The seed decides all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--company", type=int, help="Its id, where there are several.")
        parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="The last day, else today.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            company = chosen_company(options["company"])
            today = company.today()
            until = min(options["until"] or today, today)
            progress = Progress(sys.stdout, "Paying")
            figures = simulate_receipts(company, seed=options["seed"], until=until, by=None, progress=progress.show)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        for what, count in figures.items():
            self.stdout.write(f"{count:>10,}  {what}")
