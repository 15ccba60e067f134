"""`manage.py check_audit`: whether the audit trail is as it was written."""

import csv
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from office.audit.check import Checked, check_chain
from office.audit.export import wrong_with_export
from office.models import AuditSeal, Company
from office.operations.seal_audit import chains


class Command(BaseCommand):
    """Every chain, or that of one company; `--since` takes a seal that somebody kept, and also says when it is gone."""

    help = "Works the chain of audit records out anew and holds it against its seals; exits with 1 if anything differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", help="Only this one: its number or its legal name.")
        parser.add_argument("--since", metavar="SEAL", help="Only what came after this seal.")
        parser.add_argument("--file", type=Path, help="Instead: whether an exported CSV is as the chain has it.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"]:
            self._check_file(options["file"])
            return
        since = self._seal(options["since"]) if options["since"] else None
        asked = [_company(options["company"])] if options["company"] else chains()
        sound = [self._checked(company, since) for company in ([since.company] if since else asked)]
        if not all(sound):
            sys.exit(1)
        self.stdout.write("The audit trail is sound.")

    def _check_file(self, path: Path) -> None:
        try:
            count, wrong = wrong_with_export(path)
        except (OSError, ValueError, csv.Error) as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
        for words in wrong:
            self.stderr.write(f"{path}: {words}")
        if wrong:
            sys.exit(1)
        self.stdout.write(f"{path}: {count} records, each as the chain has it.")

    def _seal(self, text: str) -> AuditSeal:
        found = AuditSeal.objects.filter(seal=text.strip().lower()).select_related("company").first()
        if found is None:
            self.stderr.write(f"No such seal as {text}: if it was one of ours, seals were deleted or written anew.")
            sys.exit(1)
        return found

    def _checked(self, company: Company | None, since: AuditSeal | None) -> bool:
        began = time.monotonic()
        checked = check_chain(company, since=since)
        self.stdout.write(f"{_counts(checked)}, {time.monotonic() - began:.1f} s")
        for found in checked.breaks:
            self.stderr.write(f"{company or 'No company'}: {found.place}{found.words}")
        return not checked.breaks


def _counts(checked: Checked) -> str:
    return f"{checked.company or 'No company'}: {checked.records} records and {checked.seals} seals"


def _company(text: str) -> Company:
    named = Q(legal_name=text) | (Q(pk=int(text)) if text.isascii() and text.isdigit() else Q(pk=None))
    found = Company.objects.filter(named).first()
    if found is None:
        raise CommandError(f"There is no company {text}.")
    return found
