"""What was issued and mailed to nobody is known by the database, whichever way it was issued or mailed."""

from datetime import date
from typing import Any

import pytest

from billing.models import Unmailed
from billing.operations.details import InvoiceDetails
from billing.operations.issue_invoice import draft_and_issue
from billing.operations.send_invoice import send_invoice
from billing.operations.void_invoice import void_invoice
from ledger.checks import run_checks
from reports.book_check import all_checks
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def unmailed() -> set[int]:
    return set(Unmailed.objects.values_list("pk", flat=True))


def findings() -> list[str]:
    return [finding.check for finding in run_checks(all_checks())]


def test_a_document_is_unmailed_from_its_issue_to_its_first_mail(company: Any, customer: Any, clerk: Any) -> None:
    first, second = (world.issue(customer, amount, DAY) for amount in ("10.00", "20.00"))
    draft = world.draft(customer, "30.00")
    assert unmailed() == {first.pk, second.pk}
    send_invoice(first.pk, by=clerk)
    assert unmailed() == {second.pk}
    send_invoice(first.pk, by=clerk)
    void_invoice(second.pk, reason="Wrong", by=clerk, on=DAY)
    assert unmailed() == {second.pk}
    details = [InvoiceDetails(customer.pk, [world.line("5.00")]) for _ in range(2)]
    imported = draft_and_issue(company, details, by=clerk, on=DAY)
    assert unmailed() == {second.pk, *(invoice.pk for invoice in imported)}
    assert draft.pk not in unmailed()
    assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_trigger_at_issue_it_is_not_known(customer: Any, superuser_cursor: Any) -> None:
    superuser_cursor.execute("ALTER TABLE billing_invoice DISABLE TRIGGER invoice_unmailed_once_issued")
    try:
        world.issue(customer, "10.00", DAY)
    finally:
        superuser_cursor.execute("ALTER TABLE billing_invoice ENABLE TRIGGER invoice_unmailed_once_issued")
    assert unmailed() == set()
    assert findings() == ["what was mailed to nobody is known as such"]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_trigger_at_the_mail_it_stays(customer: Any, clerk: Any, superuser_cursor: Any) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    superuser_cursor.execute("ALTER TABLE office_outgoingmail DISABLE TRIGGER invoice_mailed")
    try:
        send_invoice(invoice.pk, by=clerk)
    finally:
        superuser_cursor.execute("ALTER TABLE office_outgoingmail ENABLE TRIGGER invoice_mailed")
    assert unmailed() == {invoice.pk}
    assert findings() == ["what was mailed to nobody is known as such"]
