"""The database's own word that no credit memo takes more than is left, whoever writes the SQL. With its control."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import Invoice, InvoiceLine
from billing.operations.credit_invoice import credit_invoice
from billing.operations.draft_credit import draft_credit
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db(transaction=True)


def smuggled(customer: Any, invoice: Invoice, position: int) -> Callable[[], None]:
    """A credit memo of a line, drafted while it was left, to be issued past every operation."""
    memo, lines = draft_credit(invoice, {invoice.lines.get(position=position).pk: Decimal(1)})
    memo.save()
    for line in lines:
        line.invoice = memo
    InvoiceLine.objects.bulk_create(lines)
    entry = world.receive(customer, "1.00", DAY).entry_id

    def issue() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE billing_invoice SET status = 'issued', number = 'CM-X', sequence = 9, hash = 'x',"
                " dated_on = %s, due_on = %s, entry_id = %s WHERE id = %s",
                [DAY, DAY, entry, memo.pk],
            )

    return issue


@pytest.fixture
def overdrawn(customer: Any) -> dict[str, Callable[[], None]]:
    """By the guard that stops it, a credit memo of what another took meanwhile."""
    invoice = world.issue(customer, [world.line("40.00")], DAY)
    other = world.issue(customer, [world.line("40.00"), world.line("40.00")], DAY)
    acts = {"invoice": smuggled(customer, invoice, 1), "lines": smuggled(customer, other, 1)}
    for each in (invoice, other):
        credit_invoice(each.pk, {each.lines.first().pk: Decimal(1)}, reason="first", by=None, on=DAY)
    return acts


@pytest.mark.parametrize(("kind", "words"), [("invoice", "left of its invoice"), ("lines", "left of a line")])
def test_more_than_is_left_is_refused_by_the_database(overdrawn: Any, kind: str, words: str) -> None:
    with pytest.raises(IntegrityError, match=words):
        overdrawn[kind]()


@pytest.mark.parametrize("kind", ["invoice", "lines"])
def test_control_without_the_guard_it_happens(overdrawn: Any, kind: str, superuser_cursor: Any) -> None:
    superuser_cursor.execute("ALTER TABLE billing_invoice DISABLE TRIGGER credit_within_invoice")
    try:
        overdrawn[kind]()
    finally:
        superuser_cursor.execute("ALTER TABLE billing_invoice ENABLE TRIGGER credit_within_invoice")
