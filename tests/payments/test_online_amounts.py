"""What is asked online in the smallest unit comes back as it was, and nothing else is applied."""

from decimal import Decimal
from typing import Any

import pytest

from office.models import AuditRecord
from payments.models import OnlineStatus, Receipt
from payments.online.units import from_smallest_units, smallest_units
from reports.book_check import check_book
from reports.to_do import tasks
from tests import world
from tests.payments.online import begun, invoice_of, report, session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_provider")]


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("100", "JPY", 100), ("12345", "JPY", 12345), ("100.00", "USD", 10000), ("1.234", "KWD", 1234), ("5", "CLP", 5)],
)
def test_rnd_06_an_amount_is_asked_in_the_smallest_unit_and_comes_back_as_it_was(
    amount: str, currency: str, units: int
) -> None:
    assert smallest_units(Decimal(amount), currency) == units
    assert from_smallest_units(units, currency) == Decimal(amount)
    with pytest.raises(ValueError, match="no whole number"):
        smallest_units(Decimal(amount) + Decimal("0.0001"), currency)


@pytest.mark.parametrize(
    ("amount", "currency", "rate", "units"),
    [("100", "JPY", "0.006", 100), ("12345", "JPY", "0.006", 12345), ("100.00", "USD", "0.9", 10000)],
)
def test_rnd_06_what_is_paid_as_asked_is_recorded_as_asked(amount: str, currency: str, rate: str, units: int) -> None:
    customer = world.make_customer(world.make_company(currency), currency=currency)
    payment = begun(customer, amount)
    assert session(payment)["units"] == units

    assert report(payment) == "applied"

    payment.refresh_from_db()
    receipt = payment.receipt
    assert (payment.status, receipt.amount, receipt.currency) == (OnlineStatus.PAID, Decimal(amount), currency)
    assert world.open_of(invoice_of(payment)) == 0
    assert check_book() == []


@pytest.mark.parametrize(
    ("otherwise", "words"),
    [
        ({"units": 1_000_000}, "The provider reports 10000.00 EUR; €100.00 (EUR) was asked."),
        ({"units": 100}, "The provider reports 1.00 EUR; €100.00 (EUR) was asked."),
        ({"currency": "JPY"}, "The provider reports 10000 JPY; €100.00 (EUR) was asked."),
        ({"currency": "USD"}, "The provider reports 100.00 USD; €100.00 (EUR) was asked."),
    ],
)
def test_rnd_06_another_amount_or_currency_than_asked_is_held_and_nothing_applied(
    company: Any, customer: Any, otherwise: dict[str, Any], words: str
) -> None:
    payment = begun(customer)

    assert report(payment, **otherwise) == "held"

    payment.refresh_from_db()
    assert (payment.status, payment.held_because, payment.receipt) == (OnlineStatus.HELD, words, None)
    assert (Receipt.objects.count(), world.open_of(invoice_of(payment))) == (0, 100)
    assert AuditRecord.objects.get(action="hold_online_payment").after == {"because": words}
    [task] = [task for task in tasks(world.make_user(company), company, company.today()) if "held" in task.words]
    assert (task.count, task.url) == (1, "/online-payments/?state=held")
    assert report(payment) == "known"
