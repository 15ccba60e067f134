"""Exchange rates keep enough places: large amounts of small currencies come out to the cent."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from office.models import ExchangeRate
from office.operations.set_exchange_rates import take_rates
from office.rates.exchange import kept_rate
from payments.models import Receipt
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
PER_EURO = {"JPY": "163.27", "KRW": "1478.91", "IDR": "17123.45", "KWD": "0.33457", "USD": "1.0842"}
FILE = f"Date,{','.join(PER_EURO)}\n2026-03-02,{','.join(PER_EURO.values())}\n".encode()


@pytest.fixture
def rates(company: Any) -> None:
    """What the central bank said that day."""
    take_rates(company, "eurofxref.csv", FILE, by=None)


@pytest.mark.parametrize(
    ("currency", "amount", "rate", "worth"),
    [
        ("JPY", "1000000", "0.0061248239", "6124.82"),
        ("KRW", "25000000", "0.0006761737", "16904.34"),
        ("IDR", "90000000", "0.0000583994", "5255.95"),
        ("KWD", "12345.678", "2.9889111397", "36900.13"),
    ],
)
def test_what_a_bank_publishes_per_euro_gives_the_cent_that_dividing_gives(
    company: Any, customer: Any, rates: None, currency: str, amount: str, rate: str, worth: str
) -> None:
    invoice = world.issue(customer, amount, DAY, currency=currency, exchange_rate=None)
    invoice.refresh_from_db()
    divided = (Decimal(amount) / Decimal(PER_EURO[currency])).quantize(Decimal("0.01"), ROUND_HALF_UP)

    assert (invoice.exchange_rate, world.item_of(invoice).company_amount) == (Decimal(rate), Decimal(worth))
    assert divided == Decimal(worth)


def test_a_rate_crossed_from_two_is_kept_at_full_places() -> None:
    company = world.make_company(currency="USD")
    take_rates(company, "eurofxref.csv", FILE, by=None)
    assert kept_rate(company, "EUR", DAY) == Decimal("1.0842")
    assert kept_rate(company, "JPY", DAY) == Decimal("0.0066405341")
    assert kept_rate(company, "IDR", DAY) == Decimal("0.0000633167")


def test_a_rate_is_shown_and_given_out_without_zeros_behind_it(customer: Any, manager: Any, client: Client) -> None:
    client.force_login(manager)
    short = world.issue(customer, "100", DAY, currency="JPY", exchange_rate=Decimal("0.0061"))
    long = world.issue(customer, "100", DAY, currency="JPY", exchange_rate=Decimal("0.0061248239"))
    pages = [client.get(reverse("billing:invoice", args=[each.pk])).content.decode() for each in (short, long)]

    assert "<dd>0.0061</dd>" in pages[0]
    assert "<dd>0.0061248239</dd>" in pages[1]
    assert [Program(manager).get(f"invoices/{each.pk}/").json()["exchange_rate"] for each in (short, long)] == [
        "0.0061",
        "0.0061248239",
    ]


def test_programs_and_the_page_of_rates_take_ten_places_and_no_more(
    company: Any, customer: Any, client: Client
) -> None:
    manager = world.make_user(company, "manager")
    client.force_login(manager)
    typed = {"customer": customer.pk, "received_on": "2026-03-02", "amount": "1000000", "currency": "JPY"}
    program = Program(manager)
    for rate, status in (("0.0061248239", 201), ("0.00612482391", 400)):
        assert program.post("receipts/", typed | {"exchange_rate": rate}).status_code == status
    assert Receipt.objects.get().entry.items.get().company_amount == Decimal("-6124.82")
    for day, rate in (("2026-03-02", "0.0061248239"), ("2026-03-03", "0.00612482391")):
        client.post(reverse("office:set_exchange_rate"), {"currency": "JPY", "on": day, "rate": rate})
    assert [row.rate for row in ExchangeRate.objects.all()] == [Decimal("0.0061248239")]
