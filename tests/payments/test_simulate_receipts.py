"""Made-up receipts: the same seed pays the same, nothing is paid twice by a repeat, and the book stays right."""

import io
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from django.core.management import call_command

from customers.models import Customer
from ledger.models import Allocation, OpenItem
from office.models import Company
from payments.habits import Debt, payments_of
from payments.models import Receipt
from payments.operations.simulate_receipts import simulate_receipts
from reports.book_check import check_book
from tests import world

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 10, 31)


@pytest.fixture
def wholesale(company: Company) -> Company:
    """Twelve customers with five invoices each."""
    for place in range(12):
        customer = world.make_customer(company, f"Customer {place}", number=f"K{place}")
        for month in range(1, 6):
            world.issue(customer, f"{100 + place}.{month:02d}", date(2026, month, 1 + place))
    return company


def test_the_same_seed_pays_the_same(wholesale: Company):
    def paid(seed: int) -> list[tuple[object, ...]]:
        debts = [Debt(i, f"INV-{i}", date(2026, 1, i), date(2026, 2, i), Decimal(i), "EUR") for i in range(1, 20)]
        return [(p.paid_on, p.amount, p.reference, p.shares) for p in payments_of(debts, Random(seed))]

    assert paid(1) == paid(1)
    assert paid(1) != paid(2)


def test_nothing_is_applied_beyond_what_is_open_and_the_book_agrees(wholesale: Company):
    figures = simulate_receipts(wholesale, seed=7, until=UNTIL, by=None)

    assert figures["Receipts"] == Receipt.objects.count() > 20
    assert figures["Allocations"] == Allocation.objects.count()
    assert check_book() == []


def test_a_repeat_with_the_same_seed_adds_nothing(wholesale: Company):
    simulate_receipts(wholesale, seed=7, until=UNTIL, by=None)
    before = set(Receipt.objects.values_list("number", "amount"))
    simulate_receipts(wholesale, seed=7, until=UNTIL, by=None)

    assert set(Receipt.objects.values_list("number", "amount")) == before


def test_nothing_is_received_after_the_last_day(wholesale: Company):
    simulate_receipts(wholesale, seed=7, until=date(2026, 3, 1), by=None)

    assert max(Receipt.objects.values_list("received_on", flat=True)) <= date(2026, 3, 1)


def test_another_companys_invoices_are_left_alone(wholesale: Company):
    other = world.make_company()
    world.issue(world.make_customer(other, "Elsewhere"), "50.00", date(2026, 1, 5))
    simulate_receipts(other, seed=3, until=UNTIL, by=None)

    assert set(Receipt.objects.values_list("company", flat=True)) <= {other.pk}


def test_customers_pay_in_every_way_that_is_told(company: Company):
    debts = [Debt(i, f"INV-{i}", date(2026, 1, 1), date(2026, 1, 31), Decimal("100.00"), "EUR") for i in range(1, 6)]
    payments = [payment for seed in range(300) for payment in payments_of(debts, Random(seed))]

    assert any(payment.paid_on <= date(2026, 1, 31) for payment in payments)
    assert any(payment.paid_on > date(2026, 3, 1) for payment in payments)
    assert any(payment.amount < 100 for payment in payments)
    assert any(len(payment.debts) == 5 and payment.amount == 500 for payment in payments)
    assert any(not payment.names_invoices and payment.shares for payment in payments)
    assert any(payment.names_invoices and not payment.shares for payment in payments)  # the second of two


def test_the_command_prints_figures(wholesale: Company):
    said = io.StringIO()
    call_command(
        "simulate_receipts", "--seed", "7", "--company", str(wholesale.pk), "--until", "2026-10-31", stdout=said
    )

    assert f"{Receipt.objects.count():>10,}  Receipts" in said.getvalue()
    assert OpenItem.objects.filter(kind="payment").count() == Receipt.objects.count()
    assert Customer.objects.count() == 12
