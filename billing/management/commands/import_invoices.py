"""`manage.py import_invoices FILE`: bring in invoices and cancellations from CSV or Excel."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from billing.importing.fields import BUILT_IN, FIELDS
from billing.operations.import_invoices import KIND, stage_file, start_import, summary
from ledger.refusals import Refused
from office.commands import add_import_arguments, chosen_company, chosen_mapping
from office.models import Run, RunStatus
from office.progress import Progress
from office.work.runs import do_next_piece

LOOK_AGAIN = 0.5


class Command(BaseCommand):
    """Dry or for good; a file that was imported before, or half, adds what is missing and nothing else."""

    help = "Imports invoices from CSV or Excel, packed with xz or not; each is issued on its own date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)
        parser.add_argument(
            "--apply-credits", action="store_true", help="Let cancellations settle the oldest invoices."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._import(options)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal

    def _import(self, options: dict[str, Any]) -> None:
        company, path = chosen_company(options["company"]), Path(options["file"])
        mapping = chosen_mapping(options["mapping"], company, KIND, BUILT_IN, FIELDS, path)
        with path.open("rb") as file, _errors_file(options["errors"]) as troubles, transaction.atomic():
            run = start_import(company, mapping, file, by=None, name=path.name, apply_credits=options["apply_credits"])
            self.stdout.write(f"Reading {path.name}")
            stage_file(run, file, troubles)
            run.save()
            result = summary(run)
            transaction.set_rollback(options["dry_run"])
        if not options["dry_run"]:
            result = self._carry_out(run)
        self._say(result, options)

    def _carry_out(self, run: Run) -> dict[str, int]:
        """Do the run's pieces; those that a worker takes up meanwhile are waited for."""
        progress = Progress(sys.stdout, "Issuing")
        while not run.is_finished:
            worked = do_next_piece(run.pk)
            if worked is None:
                time.sleep(LOOK_AGAIN)
                worked = Run.objects.defer("input_file", "errors_file").get(pk=run.pk)
            run = worked
            progress.show(run.done, run.total)
        if run.status == RunStatus.FAILED:
            raise CommandError(f"{run.explanation} {run.done} of {run.total} documents are in; run it again to go on.")
        return run.result

    def _say(self, result: dict[str, int], options: dict[str, Any]) -> None:
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was kept. The import would make:")
        for what, count in result.items():
            self.stdout.write(f"{count:>10,}  {what}")
        if options["errors"]:
            self.stdout.write(f"The lines left out are in {options['errors']}.")


def _errors_file(path: str | None) -> IO[bytes]:
    return Path(path).open("wb") if path else TemporaryFile()
