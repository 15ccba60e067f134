"""An office of some size: written with one statement per table past the guards, and then as if it had grown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.color import no_style
from django.db import connection

from billing.models import Invoice
from customers.models import Contact, Customer
from ledger.accounts import default_accounts, open_accounts
from ledger.day_sums import keep_day_sums
from ledger.models import AccountRole, Allocation, Entry, Line, OpenItem
from office.models import Company, OutgoingMail, User
from payments.models import Receipt

FILLING = Path(__file__).with_name("filling.sql")
TABLES = (Customer, Contact, Entry, Line, OpenItem, Allocation, Invoice, OutgoingMail, Receipt)
DAYS = 730
INVOICES_PER_CUSTOMER = 20


@dataclass(frozen=True)
class FilledOffice:
    """A company with invoices over two years up to today, and a manager who may see them."""

    size: int
    company: Company
    manager: User
    today: date

    @property
    def past_day(self) -> date:
        """A day in the midst of its history."""
        return self.today - timedelta(days=DAYS // 3)


def fill(size: int) -> FilledOffice:
    """Fill the database with so many invoices."""
    company = Company.objects.create(legal_name="Alder Ltd", country="DE", email="b@alder.example", currency="EUR")
    open_accounts(company.pk)
    office = FilledOffice(size, company, _manager_of(company), company.today())
    with connection.cursor() as cursor, without_triggers(cursor), _without_indexes(cursor):
        cursor.execute(FILLING.read_text(), _parameters(office))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), TABLES):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
    keep_day_sums()
    return office


def _manager_of(company: Company) -> User:
    user = User.objects.create_user("manager@alder.example", name="Manager")
    user.groups.add(Group.objects.get(name="manager"))
    user.companies.add(company)
    return user


def _parameters(office: FilledOffice) -> dict[str, Any]:
    accounts = default_accounts(office.company.pk)
    return {
        "size": office.size,
        "customers": max(office.size // INVOICES_PER_CUSTOMER, 1),
        "company_id": office.company.pk,
        "last_day": office.today,
        "days": DAYS,
        "receivable": accounts[AccountRole.RECEIVABLE].pk,
        "sales": accounts[AccountRole.SALES].pk,
        "bank": accounts[AccountRole.BANK].pk,
    }


@contextmanager
def without_triggers(cursor: Any) -> Iterator[None]:
    """Inside, neither guards nor foreign keys are asked."""
    cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        cursor.execute("SET session_replication_role = DEFAULT")


@contextmanager
def _without_indexes(cursor: Any) -> Iterator[None]:
    """Inside, the tables have no indexes but those of constraints: making an index at the end is much quicker."""
    cursor.execute(
        "SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [[model._meta.db_table for model in TABLES]],
    )
    indexes = cursor.fetchall()
    for drop, _ in indexes:
        cursor.execute(drop)
    yield
    for _, create in indexes:
        cursor.execute(create)
