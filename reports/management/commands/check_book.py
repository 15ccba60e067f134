"""`manage.py check_book`: ask the book itself whether every promise holds."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from reports.book_check import check_book


class Command(BaseCommand):
    help = "Recomputes everything from the lines and names what differs; exits with 1 if anything does."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_book()
        for finding in findings:
            self.stderr.write(f"{finding.check}: {finding.subject}: {finding.detail}")
        if findings:
            sys.exit(1)
        self.stdout.write("The book is sound: every check passed.")
