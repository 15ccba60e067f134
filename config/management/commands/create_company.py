"""`manage.py create_company`: the first company of an office that is no demo, and the administrator who goes on."""

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from config.first_company import open_company
from ledger.refusals import Refused
from office.models import User
from office.operations.manage_factors import set_factor_rules
from office.operations.manage_staff import StaffDetails, add_staff


class Command(BaseCommand):
    help = "Opens a company with its book, and lets an administrator and manager log in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("legal_name")
        parser.add_argument("--country", required=True, help="two letters, such as DE")
        parser.add_argument("--currency", required=True, help="ISO code, such as EUR; it stays")
        parser.add_argument("--time-zone", required=True, help="such as Europe/Berlin")
        parser.add_argument("--email", required=True, help="where customers' answers go")
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-name", required=True)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            company = open_company(
                legal_name=options["legal_name"],
                country=options["country"].upper(),
                currency=options["currency"].upper(),
                time_zone=options["time_zone"],
                email=options["email"],
            )
            set_factor_rules(company, ["administrator"], by=None)
            known = User.objects.filter(email=options["admin_email"].strip().lower()).first()
            if known:
                known.companies.add(company)
            else:
                details = StaffDetails(options["admin_email"], options["admin_name"], ["administrator", "manager"])
                add_staff(company, details, _password(), by=None)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"{company} is open. Log in as {options['admin_email']}, set up a second factor, which administrators"
            " need, and set taxes and bank accounts."
        )


def _password() -> str:
    """Typed at a terminal, else the first line of what is piped in."""
    password = getpass("Password for the administrator: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not password:
        raise CommandError("No password came. Run this in a terminal, or pipe the password in.")
    return password
