"""What tests of the journal's exports share."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from ledger.accounts import default_accounts
from ledger.models import Account, Entry, Line
from ledger.posting import Posting, post_all
from reports.models import JournalBatch
from reports.operations.download_journal import parts_of
from reports.operations.export_journal import ExportDetails, export_journal
from reports.operations.map_journal_accounts import AccountNames, map_journal_accounts
from reports.operations.set_journal_settings import set_journal_settings
from tests import world

DAY = date(2026, 3, 2)
LATER = DAY + timedelta(days=20)
NUMBERS = {
    "1000": "1800",
    "1200": "1200",
    "1290": "1205",
    "1300": "1434",
    "2200": "3806",
    "2300": "3250",
    "2900": "1460",
    "3900": "9000",
    "4000": "4400",
    "4800": "7110",
    "4810": "4835",
    "4900": "4925",
    "6000": "4730",
    "6100": "6280",
    "6200": "6855",
    "6800": "6880",
    "6900": "6969",
}
"""Our accounts by those of SKR 04."""


def map_all(company: Any, **codes: str) -> None:
    """Name every account in the other books; `codes` give some of ours a tax code, as `a4000="40"`."""
    names = [
        AccountNames(
            account.pk,
            NUMBERS.get(account.code, f"18{account.code[2:]}"),
            f"{account.name} there",
            codes.get(f"a{account.code}", ""),
        )
        for account in Account.objects.filter(company_id=company.pk)
    ]
    map_journal_accounts(company, names, by=None)


def ready(company: Any, **settings: Any) -> None:
    """A company whose accounts are named and whose bookkeeper told their numbers."""
    map_all(company)
    set_journal_settings(company, {"datev_adviser": 29098, "datev_client": 55003, "chart": "04"} | settings, by=None)


def export(company: Any, form: str, last: date, first: date | None = None) -> JournalBatch:
    """An export of the days up to a last one."""
    return export_journal(company, ExportDetails(form, last, first), by=None)


def content_of(batch: JournalBatch) -> bytes:
    """The bytes of its file."""
    return b"".join(parts_of(batch.file))


def booked(company: Any, name: str = "number", **only: Any) -> dict[str, Decimal]:
    """What the book gives each account of the other books, in the company's currency."""
    lines = Line.objects.filter(account__company_id=company.pk, **only)
    sums = lines.values_list(f"account__journal_account__{name}").annotate(Sum("company_amount"))
    return {account: amount for account, amount in sums if amount}


def post_made_up(company: Any, entries: list[list[tuple[str, str]]]) -> None:
    """Entries as nobody makes them: lines of roles and amounts, in the company's currency."""
    accounts, start = default_accounts(company.pk), Entry.objects.count()
    post_all(
        [
            Posting(
                Entry(
                    company_id=company.pk,
                    key=f"made_up:{start + place}",
                    kind="made_up",
                    dated_on=DAY,
                    currency=company.currency,
                    company_currency=company.currency,
                ),
                [
                    Line(account=accounts[role], amount=Decimal(sum_), company_amount=Decimal(sum_))
                    for role, sum_ in lines
                ],
            )
            for place, lines in enumerate(entries)
        ]
    )


def bill_and_pay(company: Any, customer: Any) -> Any:
    """A company with an invoice, its payment, and an invoice in dollars."""
    vat = world.make_tax(company, "19")
    invoice = world.issue(customer, [world.line("100.00", tax=vat)], DAY, po_number="4711")
    world.apply(world.receive(customer, "119.00", LATER), invoice, "119.00", LATER)
    world.issue(
        world.make_customer(company, 'Zażółć "Ltd"; Şti', currency="USD"), "200.00", DAY, exchange_rate=Decimal("0.9")
    )
    ready(company)
    return company
