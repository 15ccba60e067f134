"""What the database itself refuses, whoever wrote the SQL. Each guard has a control: switched off, the harm happens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from ledger.accounts import default_accounts
from ledger.models import Account, Allocation, Entry, Line, OpenItem
from ledger.periods import close_month, reopen_month
from ledger.refusals import Refused
from office.models import Company
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = [
    "UPDATE ledger_entry SET memo = 'x'",
    "DELETE FROM ledger_entry",
    "UPDATE ledger_line SET amount = amount",
    "DELETE FROM ledger_line",
    "UPDATE ledger_allocation SET amount = amount",
    "DELETE FROM ledger_allocation",
    "UPDATE ledger_openitem SET balance = 0",
    "UPDATE ledger_openitem SET due_on = '2030-01-01'",
    "DELETE FROM ledger_openitem",
    "TRUNCATE ledger_allocation CASCADE",
    "TRUNCATE ledger_line CASCADE",
    "UPDATE office_auditrecord SET reason = 'x'",
    "DELETE FROM office_auditrecord",
]


@pytest.fixture
def history(customer: Any) -> Any:
    """An invoice of 100.00, half paid."""
    invoice = world.issue(customer, "100", DAY)
    receipt = world.receive(customer, "50", DAY)
    world.apply(receipt, invoice, "50", DAY)
    return invoice


def as_app(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", CHANGES)
def test_the_app_has_no_right_to_change_the_book(history: Any, sql: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied|must be owner"):
        as_app(sql)


@pytest.mark.parametrize("sql", CHANGES)
def test_not_even_a_superuser_changes_the_book_while_its_guards_stand(
    history: Any, superuser_cursor: Any, sql: str
) -> None:
    with pytest.raises(Exception, match="append-only|written once"):
        superuser_cursor.execute(sql)


def test_control_with_the_guards_off_the_book_can_be_changed(history: Any, superuser_cursor: Any) -> None:
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE ledger_openitem SET balance = 1 WHERE kind = 'invoice'")

    assert world.open_of(history) == Decimal(1)


def entry(company: Any, key: str, on: date = DAY) -> Entry:
    return Entry.objects.create(
        company_id=company.pk, key=key, kind="test", dated_on=on, currency="EUR", company_currency="EUR"
    )


def accounts(company: Any) -> dict[str, int]:
    return {role: account.pk for role, account in default_accounts(company.pk).items()}


def two_lines(entry: Entry, accounts: dict[str, int], debit: str, credit: str, **company_amounts: str) -> list[Line]:
    company_debit = Decimal(company_amounts.get("company_debit", debit))
    sides = [("bank", Decimal(debit), company_debit), ("sales", Decimal(credit), Decimal(credit))]
    return [
        Line(
            entry=entry,
            account_id=accounts[role],
            dated_on=entry.dated_on,
            currency=entry.currency,
            amount=amount,
            company_amount=company_amount,
        )
        for role, amount, company_amount in sides
    ]


def test_lines_that_do_not_add_to_zero_are_refused(company: Any) -> None:
    with pytest.raises(IntegrityError, match="do not add up to zero"), transaction.atomic():
        Line.objects.bulk_create(two_lines(entry(company, "a"), accounts(company), "10.00", "-9.99"))

    assert not Entry.objects.exists()


def test_lines_that_do_not_add_to_zero_in_company_currency_are_refused(company: Any) -> None:
    lines = {"company_debit": "10.01"}
    with pytest.raises(IntegrityError, match="do not add up to zero"), transaction.atomic():
        Line.objects.bulk_create(two_lines(entry(company, "a"), accounts(company), "10.00", "-10.00", **lines))


def test_lines_are_not_added_to_an_old_entry(company: Any) -> None:
    old = entry(company, "a")
    with pytest.raises(IntegrityError, match="once, when it is made"):
        Line.objects.bulk_create(two_lines(old, accounts(company), "10.00", "-10.00"))


@pytest.mark.parametrize(("name", "value"), [("dated_on", date(2026, 3, 3)), ("currency", "USD")])
def test_lines_of_another_day_or_currency_than_their_entry_are_refused(company: Any, name: str, value: Any) -> None:
    lines = two_lines(entry(company, "a"), accounts(company), "10.00", "-10.00")
    setattr(lines[0], name, value)
    with pytest.raises(IntegrityError, match="own company, day and currency"), transaction.atomic():
        Line.objects.bulk_create(lines)


def test_a_fact_enters_once(company: Any) -> None:
    entry(company, "issue_invoice:1")
    with pytest.raises(IntegrityError, match="key"):
        entry(company, "issue_invoice:1")


def test_an_item_that_differs_from_its_receivable_line_is_refused(customer: Any) -> None:
    item = {"customer_id": customer.pk, "company_id": customer.company_id, "kind": "invoice", "reference": "x"}
    days = {"dated_on": DAY, "due_on": DAY, "open_during": (DAY, None), "currency": "EUR"}
    with pytest.raises(IntegrityError, match="differ from its receivable lines"), transaction.atomic():
        OpenItem.objects.create(
            entry=entry(customer.company, "a"), amount=5, company_amount=5, balance=5, **item, **days
        )


def owed_line(entry: Entry, customer: Any, amount: str = "10.00") -> list[Line]:
    """Lines of an entry that say what a customer owes for sales."""
    lines = two_lines(entry, accounts(customer.company), amount, f"-{amount}")
    lines[0].account_id, lines[0].customer_id = accounts(customer.company)["receivable"], customer.pk
    return lines


def owed_item(entry: Entry, customer: Any, amount: str = "10.00") -> OpenItem:
    """The open item that such lines ask for."""
    return OpenItem(
        entry=entry,
        company_id=customer.company_id,
        customer_id=customer.pk,
        kind="invoice",
        reference="x",
        dated_on=entry.dated_on,
        due_on=entry.dated_on,
        currency=entry.currency,
        amount=Decimal(amount),
        company_amount=Decimal(amount),
        balance=Decimal(amount),
        open_during=(entry.dated_on, None),
    )


@contextmanager
def guard_off(superuser: Any, table: str, trigger: str) -> Iterator[None]:
    """Inside, one guard is off for everybody."""
    superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    try:
        yield
    finally:
        superuser.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def enter(customer: Any, *, with_item: bool = True) -> Entry:
    """Enter what a customer owes, with or without its open item."""
    with transaction.atomic():
        made = entry(customer.company, "a")
        Line.objects.bulk_create(owed_line(made, customer))
        if with_item:
            owed_item(made, customer).save(force_insert=True)
    return made


def test_a_receivable_line_without_its_open_item_is_refused(customer: Any) -> None:
    with pytest.raises(IntegrityError, match="no open item") as refusal:
        enter(customer, with_item=False)

    assert refusal.value.__cause__.diag.constraint_name == "receivable_line_has_its_item"
    assert not Entry.objects.exists()
    enter(customer)
    assert world.owes(customer, DAY) == Decimal(10)


def test_control_without_its_guard_a_line_enters_alone(customer: Any, superuser_cursor: Any) -> None:
    with guard_off(superuser_cursor, "ledger_line", "line_has_items"):
        enter(customer, with_item=False)

    assert (Line.objects.count(), OpenItem.objects.count()) == (2, 0)


def test_a_receivable_line_of_nobody_is_refused(customer: Any) -> None:
    nobody = SimpleNamespace(company=customer.company, pk=None)
    with pytest.raises(IntegrityError, match="names no customer"), transaction.atomic():
        Line.objects.bulk_create(owed_line(entry(customer.company, "a"), nobody))


def test_an_item_does_not_join_an_entry_later(customer: Any, superuser_cursor: Any) -> None:
    with guard_off(superuser_cursor, "ledger_line", "line_has_items"):
        made = enter(customer, with_item=False)
    with pytest.raises(IntegrityError, match="once, when it is made") as refusal:
        owed_item(made, customer).save(force_insert=True)

    assert refusal.value.__cause__.diag.constraint_name == "entry_items_come_with_it"
    with guard_off(superuser_cursor, "ledger_openitem", "items_match_lines"):
        owed_item(made, customer).save(force_insert=True)
    assert world.owes(customer, DAY) == Decimal(10)


@pytest.mark.parametrize("change", ["role = 'bank', is_default = false", "company_id = {other}"])
def test_an_account_keeps_its_company_and_what_it_is_for(customer: Any, superuser_cursor: Any, change: str) -> None:
    other = Company.objects.create(legal_name="Other Ltd", country="DE", currency="EUR")
    change = change.format(other=other.pk)
    sql = f"UPDATE ledger_account SET {change} WHERE role = 'sales'"
    with pytest.raises(IntegrityError, match="account 4000 keeps its company"):
        as_app(sql)
    as_app("UPDATE ledger_account SET name = 'Revenue', is_active = false WHERE role = 'sales'")
    with guard_off(superuser_cursor, "ledger_account", "account_keeps_its_meaning"):
        as_app(sql)

    assert not Account.objects.filter(company_id=customer.company_id, role="sales").exists()


def test_an_entrys_items_are_not_entered_a_second_time(customer: Any) -> None:
    again = world.item_of(world.issue(customer, "100", DAY))
    again.pk = None
    with pytest.raises(IntegrityError, match="takes open items once, when it is made"), transaction.atomic():
        again.save(force_insert=True)

    assert world.owes(customer, DAY) == Decimal(100)


def allocation(debit: OpenItem, credit: OpenItem, amount: str, on: date = DAY, **more: Any) -> Allocation:
    return Allocation.objects.create(
        debit=debit,
        credit=credit,
        amount=Decimal(amount),
        debit_company_amount=Decimal(amount),
        credit_company_amount=Decimal(amount),
        dated_on=on,
        **more,
    )


def test_more_than_is_open_cannot_be_allocated_by_any_sql(customer: Any) -> None:
    invoice, receipt = world.issue(customer, "100", DAY), world.receive(customer, "500", DAY)
    with pytest.raises(IntegrityError, match="item_balance_between_zero_and_amount"):
        allocation(world.item_of(invoice), world.item_of(receipt), "100.01")

    assert (world.open_of(invoice), world.open_of(receipt)) == (Decimal(100), Decimal(500))


def test_an_allocation_of_two_customers_is_refused(company: Any, customer: Any) -> None:
    other = world.make_customer(company, "Castell AG")
    invoice, receipt = world.issue(customer, "100", DAY), world.receive(other, "100", DAY)
    with pytest.raises(IntegrityError, match="do not belong together"):
        allocation(world.item_of(invoice), world.item_of(receipt), "100")


def test_an_allocation_before_both_items_exist_is_refused(customer: Any) -> None:
    invoice, receipt = world.issue(customer, "100", DAY), world.receive(customer, "100", date(2026, 3, 5))
    with pytest.raises(IntegrityError, match="before both exist"):
        allocation(world.item_of(invoice), world.item_of(receipt), "100", date(2026, 3, 4))


def test_an_allocation_is_undone_only_by_its_exact_opposite_and_once(customer: Any) -> None:
    invoice, receipt = world.issue(customer, "100", DAY), world.receive(customer, "100", DAY)
    done = world.apply(receipt, invoice, "60", DAY)
    debit, credit = world.item_of(invoice), world.item_of(receipt)
    with pytest.raises(IntegrityError, match="exact opposite"):
        allocation(debit, credit, "-59", reverses=done)
    allocation(debit, credit, "-60", reverses=done)
    with pytest.raises(IntegrityError, match="reverses_id"):
        allocation(debit, credit, "-60", reverses=done)

    assert world.open_of(invoice) == Decimal(100)


def test_a_negative_allocation_that_undoes_nothing_is_refused(customer: Any) -> None:
    invoice, receipt = world.issue(customer, "100", DAY), world.receive(customer, "100", DAY)
    with pytest.raises(IntegrityError, match="allocation_negative_only_to_undo"):
        allocation(world.item_of(invoice), world.item_of(receipt), "-10")


def test_nothing_is_posted_into_a_closed_month(customer: Any) -> None:
    invoice = world.issue(customer, "100", DAY)
    receipt = world.receive(customer, "100", DAY)
    close_month(customer.company_id, DAY)
    with pytest.raises(Refused, match="month is closed"):
        world.receive(customer, "10", DAY)
    with pytest.raises(Refused, match="month is closed"):
        world.apply(receipt, invoice, "100", DAY)
    reopen_month(customer.company_id, DAY)
    world.apply(receipt, invoice, "100", DAY)

    assert world.owes(customer, DAY) == 0


def test_closing_a_month_waits_for_a_posting_under_way(
    customer: Any, in_parallel: Callable[[list[Callable[[], Any]]], list[Any]]
) -> None:
    """Whichever comes first, no entry is dated into the month after it was closed."""
    results = in_parallel(
        [lambda: close_month(customer.company_id, DAY)] + [lambda: world.receive(customer, "10", DAY) for _ in range(5)]
    )
    period = results[0]
    entered = Entry.objects.filter(company_id=customer.company_id)

    assert all(entry.recorded_at <= period.closed_at for entry in entered)
    assert sum(isinstance(result, Refused) for result in results[1:]) == 5 - entered.count()


def test_an_issued_document_and_its_parts_are_frozen(history: Any) -> None:
    for sql in (
        "UPDATE billing_invoice SET note = 'x' WHERE status = 'issued'",
        "UPDATE billing_invoice SET status = 'draft' WHERE status = 'issued'",
        "DELETE FROM billing_invoice",
        "UPDATE billing_invoiceline SET description = 'x'",
        "DELETE FROM billing_invoiceline",
        "UPDATE payments_receipt SET amount = 1",
        "DELETE FROM payments_receipt",
    ):
        with pytest.raises(DatabaseError, match="issued|frozen|in the book"):
            as_app(sql)
