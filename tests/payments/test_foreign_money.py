"""Money in another currency enters the book at a rate that somebody gave, and goes back at the one it came in at."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Entry
from ledger.refusals import Refused
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reverse_receipt import reverse_receipt
from reports.book_check import check_book
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def american(company: Any) -> Any:
    """A customer who pays in dollars a company that counts in euros."""
    return world.make_customer(company, "Aspen Inc", currency="USD")


def refund(customer: Any, receipt: Any, amount: str, rate: str | None = None) -> Any:
    details = RefundDetails(world.item_of(receipt).pk, Decimal(amount), DAY, "asked", rate and Decimal(rate))
    return refund_credit(customer, details, by=None)


def test_a_refund_without_a_rate_goes_back_at_that_of_its_credit_and_gains_nothing(american: Any) -> None:
    receipt = world.receive(american, "100.00", DAY, exchange_rate=Decimal("0.9"))
    done = refund(american, receipt, "40.00")

    assert done.entry.items.get().company_amount == Decimal("36.00")
    assert not Entry.objects.filter(kind="exchange").exists()
    assert check_book() == []


def test_a_refund_at_todays_rate_books_what_exchange_lost(american: Any) -> None:
    receipt = world.receive(american, "100.00", DAY, exchange_rate=Decimal("0.9"))
    refund(american, receipt, "100.00", "0.95")

    exchange = Entry.objects.get(kind="exchange").lines.get(account__role="exchange")
    assert exchange.company_amount == Decimal("5.00")
    assert check_book() == []


def test_a_reversed_foreign_receipt_takes_its_exchange_gain_back(american: Any) -> None:
    invoice = world.issue(american, "100.00", DAY, exchange_rate=Decimal("0.8"))
    receipt = world.receive(american, "100.00", DAY, exchange_rate=Decimal("0.9"))
    world.apply(receipt, invoice, "100.00", DAY)
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="bounced")

    lines = [entry.lines.get(account__role="exchange") for entry in Entry.objects.filter(kind="exchange")]
    assert sorted(line.company_amount for line in lines) == [Decimal("-10.00"), Decimal("10.00")]
    assert world.open_of(invoice) == Decimal("100.00")
    assert check_book() == []


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({}, "no_exchange_rate"),
        ({"exchange_rate": Decimal(-1)}, "bad_exchange_rate"),
        ({"exchange_rate": Decimal(10) ** 12, "amount": "99999.00"}, "amount_too_large"),
        ({"currency": "ABC"}, "bad_currency"),
    ],
)
def test_a_foreign_receipt_that_cannot_be_counted_is_refused(american: Any, details: dict, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        world.receive(american, **{"amount": "100.00", "on": DAY} | details)

    assert refusal.value.code == code
    assert not Entry.objects.exists()


def test_a_foreign_invoice_without_a_rate_is_refused(american: Any) -> None:
    with pytest.raises(Refused) as refusal:
        world.draft(american, "100.00")

    assert refusal.value.code == "no_exchange_rate"


def test_a_bank_account_of_another_company_takes_no_money(american: Any) -> None:
    other = world.receive(world.make_customer(world.make_company(legal_name="Birch Ltd")), "1.00", DAY)
    with pytest.raises(Refused) as refusal:
        world.receive(american, "5.00", DAY, exchange_rate=Decimal(1), bank_account_id=other.bank_account_id)

    assert refusal.value.code == "unknown_bank_account"
