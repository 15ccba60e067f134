"""Published examples of the discount for paying early: what settles, what it is worth, and how XRechnung says it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.customer_view import CustomerView
from billing.einvoice.from_invoice import document_of
from billing.models import Invoice
from billing.operations.credit_invoice import credit_invoice
from billing.queries import with_state
from customers.early_payment import compounded_yearly_rate, yearly_rate
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from tests import world
from tests.billing.einvoices import buyer, findings, seller
from tests.credit_control.samples import NEEDS_DATA, rows

DAY = date(2026, 6, 1)


def terms_of(company: Any, percent: str, days: int, net: int = 30) -> Any:
    details = TermsDetails(f"{percent}/{days}", [PartDetails(net)], Decimal(percent), days)
    return add_terms(company, details, by=None)


def reference() -> dict[str, dict[str, str]]:
    return {row["terms"] + row["invoice"][:6]: row for row in rows("early_payment_discount.csv")}


@NEEDS_DATA
@pytest.mark.django_db
@pytest.mark.parametrize("key", ["2/10 n/303500.0", "2/8, n/302300.0"])
def test_the_published_sum_settles_the_invoice_until_its_last_day(company: Any, customer: Any, key: str) -> None:
    row = reference()[key]
    percent, days, net = map(int, re.findall(r"\d+", row["terms"]))
    total, *returned = re.findall(r"[\d.]+", row["invoice"])
    settles, discount = map(Decimal, re.findall(r"\d+\.\d+", row["expected"]))
    terms = terms_of(company, str(percent), days, net)
    invoice = world.issue(customer, total, DAY, terms_id=terms.pk)
    for amount in returned:
        credit_invoice(invoice.pk, Decimal(amount), reason="Returned", by=None, on=DAY)

    last = DAY + timedelta(days=days)
    early = CustomerView(with_state(Invoice.objects.filter(pk=invoice.pk), last).get(), last).early_payment
    assert early is not None
    assert (early.amount, early.discount) == (settles, discount)
    after = last + timedelta(days=1)
    assert CustomerView(with_state(Invoice.objects.filter(pk=invoice.pk), after).get(), after).early_payment is None


@NEEDS_DATA
def test_the_published_yearly_rates_come_out() -> None:
    row = next(row for row in rows("early_payment_discount.csv") if row["invoice"].startswith("annual"))
    percent, days, net = map(int, re.findall(r"\d+", row["terms"]))
    simple, of_360, compounded = re.findall(r"\d+\.\d+", row["expected"])
    assert yearly_rate(Decimal(percent), days, net) == Decimal(simple)
    assert yearly_rate(Decimal(percent), days, net, year=360) == Decimal(of_360)
    assert compounded_yearly_rate(Decimal(percent), days, net) == Decimal(compounded)


def test_of_no_days_there_is_no_rate() -> None:
    assert yearly_rate(Decimal(2), 30, 30) is None
    assert compounded_yearly_rate(Decimal(2), 40, 30) is None


@pytest.mark.django_db
def test_the_terms_say_what_their_discount_is_worth(company: Any, manager: Any, client: Client) -> None:
    terms_of(company, "2", 10)
    instalments = TermsDetails("Halves", [PartDetails(10), PartDetails(30)], Decimal(2), 5)
    assert add_terms(company, instalments, by=None).yearly_rates is None
    client.force_login(world.make_user(company, "administrator"))
    page = client.get(reverse("customers:terms_list")).content.decode()
    assert page.count("worth 37.24 % a year, 44.59 % compounded") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("percent", "kind", "expected"),
    [
        ("2", "xrechnung_ubl", "#SKONTO#TAGE=7#PROZENT=2.00#\nPayable by 2026-07-01"),
        ("2.5", "xrechnung_cii", "#SKONTO#TAGE=7#PROZENT=2.50#\nPayable by 2026-07-01"),
        ("2.125", "xrechnung_ubl", "Payable by 2026-07-01"),
        ("2", "peppol_ubl", "Payable by 2026-07-01"),
    ],
)
def test_xrechnung_says_the_discount_in_its_own_words(percent: str, kind: str, expected: str) -> None:
    company = seller()
    customer = buyer(company, kind)
    terms = terms_of(company, percent, 7)
    invoice = world.issue(customer, [world.line("100.00", tax=world.make_tax(company, "19"))], DAY, terms_id=terms.pk)
    document = document_of(invoice, list(invoice.lines.all()), list(invoice.taxes.all()))
    assert document.payment_terms == expected
    assert [str(found) for found in findings(document, kind) if found.is_fatal] == []
