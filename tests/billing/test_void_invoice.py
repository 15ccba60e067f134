"""Voiding: the mirror enters the book, the number stays, and nothing that was used is taken away."""

from datetime import date
from typing import Any

import pytest

from billing.models import Invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.void_invoice import void_invoice
from billing.queries import with_state
from ledger.models import Entry
from ledger.periods import close_month
from ledger.refusals import Refused
from tests import world

DAY = date(2026, 3, 2)
LATER = date(2026, 3, 9)
pytestmark = pytest.mark.django_db


def refused(invoice: Invoice, **more: Any) -> str:
    """The code with which voiding is refused, after checking that nothing changed."""
    entries = Entry.objects.count()
    with pytest.raises(Refused) as refusal:
        void_invoice(invoice.pk, **{"reason": "twice", "by": None, "on": LATER} | more)
    invoice.refresh_from_db()
    assert (Entry.objects.count(), invoice.status != "void") == (entries, True)
    return refusal.value.code


def test_voiding_takes_back_what_is_owed_from_that_day(customer: Any, manager: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)

    void = void_invoice(invoice.pk, reason="Sent twice", by=manager, on=LATER)

    assert (void.number, void.status, void.voided_on, void.void_reason) == (invoice.number, "void", LATER, "Sent twice")
    assert (world.owes(customer, DAY), world.owes(customer, LATER)) == (100, 0)
    assert with_state(Invoice.objects.filter(pk=void.pk), LATER).get().state == "void"
    assert world.issue(customer, "1.00", LATER).number == "INV-2026-0002"


def test_a_credit_memo_is_voided_too(customer: Any) -> None:
    memo = world.issue_credit_memo(customer, "30.00", DAY)
    void_invoice(memo.pk, reason="mistake", by=None, on=DAY)

    assert world.owes(customer, DAY) == 0


def test_a_draft_is_not_voided(customer: Any) -> None:
    assert refused(world.draft(customer, "1.00")) == "invalid_move"


def test_voiding_twice_is_refused(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    void_invoice(invoice.pk, reason="twice", by=None, on=DAY)
    with pytest.raises(Refused) as refusal:
        void_invoice(invoice.pk, reason="twice", by=None, on=DAY)

    assert refusal.value.code == "invalid_move"
    assert world.owes(customer, DAY) == 0


def test_without_a_reason_it_is_refused(customer: Any) -> None:
    assert refused(world.issue(customer, "1.00", DAY), reason=" ") == "reason_missing"


def test_before_its_own_day_it_is_refused(customer: Any) -> None:
    assert refused(world.issue(customer, "1.00", LATER), on=DAY) == "before_it_was_made"


def test_with_a_payment_on_it_it_is_refused(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    world.apply(world.receive(customer, "1.00", DAY), invoice, "1.00", DAY)

    assert refused(invoice) == "applied"


def test_with_a_credit_memo_of_it_it_is_refused(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    credit_invoice(invoice.pk, None, reason="back", by=None, on=DAY, apply=False)

    assert refused(invoice) == "credited"


def test_into_a_closed_month_it_is_refused(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    close_month(customer.company_id, LATER)

    assert refused(invoice) == "period_closed"
