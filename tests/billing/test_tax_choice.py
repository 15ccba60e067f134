"""The tax that suits a customer: by place, by what is sold, by certificate; and what it does to prices with tax."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Product
from billing.operations.credit_invoice import credit_invoice
from billing.operations.manage_exemptions import ExemptionDetails, add_exemption
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from customers.models import Customer
from customers.operations.details import AddressDetails
from reports.taxes import TaxQuestion, tax_report
from tests import world

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
GERMAN, FRENCH = "DE136695976", "FR40303265045"


@pytest.fixture
def company() -> Any:
    """A German company with all taxes of its trade."""
    company = world.make_company(tax_id=GERMAN)
    world.make_tax(company, "19")
    for category in ("AE", "K", "G", "O"):
        add_tax(company, TaxDetails(category, [RateDetails(Decimal(0), category)]), by=None)
    return company


def sold(company: Any, **details: Any) -> Product:
    """A product listed at 1,190.00 with 19 % in it."""
    product = world.make_product(company, "consulting", tax_id=company.taxes.get(name="VAT 19%").pk, **details)
    world.make_price(product, world.make_price_list(company, "Gross", prices_include_tax=True), "1190.00")
    return product


def buyer(company: Any, country: str, tax_id: str = "") -> Customer:
    return world.make_customer(company, f"Of {country}", tax_id=tax_id, addresses=[AddressDetails(country=country)])


def billed(customer: Customer, product: Product, **details: Any) -> Any:
    return world.issue(customer, [world.product_line(product)], DAY, **details)


def test_tax_03_reverse_charge_bills_the_net_of_the_price_and_says_why(company: Any) -> None:
    customer, product = buyer(company, "FR", FRENCH), sold(company, kind="service")
    invoice = billed(customer, product, prices_include_tax=True)

    assert (invoice.net, invoice.tax, invoice.total) == (1000, 0, 1000)
    assert (invoice.printed["seller"]["tax_id"], invoice.printed["buyer"]["tax_id"]) == (GERMAN, FRENCH)
    assert invoice.taxes.get().reason == "Reverse charge: the customer owes the tax."
    [row] = tax_report(TaxQuestion(company.pk, DAY, DAY)).rows
    assert (row.category, row.base, row.amount) == ("AE", 1000, 0)


def test_tax_03_without_a_proven_number_the_tax_is_charged_and_a_later_proof_alters_nothing(company: Any) -> None:
    customer, product = buyer(company, "FR"), sold(company, kind="service")
    first = billed(customer, product, prices_include_tax=True)
    assert (first.net, first.tax, first.total) == (1000, 190, 1190)

    Customer.objects.update(tax_id=FRENCH)
    first.refresh_from_db()
    assert first.total == 1190
    credit_invoice(first.pk, None, reason="VAT id came later", by=None, on=DAY)
    again = billed(Customer.objects.get(), product, prices_include_tax=True)
    assert (again.total, world.owes(customer, DAY)) == (1000, 1000)


@pytest.mark.parametrize(
    ("country", "tax_id", "kind", "category"),
    [
        ("DE", GERMAN, "goods", "S"),
        ("FR", "", "goods", "S"),
        ("FR", "FR00000000000", "goods", "S"),
        ("FR", FRENCH, "goods", "K"),
        ("FR", FRENCH, "service", "AE"),
        ("CH", "", "goods", "G"),
        ("CH", "", "service", "O"),
        ("", FRENCH, "goods", "S"),
    ],
)
def test_the_tax_follows_from_place_number_and_what_is_sold(
    company: Any, country: str, tax_id: str, kind: str, category: str
) -> None:
    customer, product = buyer(company, country, tax_id), sold(company, kind=kind)
    draft = world.draft(customer, [world.product_line(product)], dated_on=DAY)

    line = draft.lines.get()
    assert (line.tax_category, line.unit_price) == (category, Decimal(1000))


def test_what_is_exempt_at_home_stays_exempt_for_its_own_reason_abroad(company: Any) -> None:
    exempt = add_tax(company, TaxDetails("Exempt", [RateDetails(Decimal(0), "E", "Article 132(1)(i)")]), by=None)
    course = world.make_product(company, "course", kind="service", tax_id=exempt.pk)
    world.make_price(course, world.make_price_list(company, "List"), "10.00")

    draft = world.draft(buyer(company, "FR", FRENCH), [world.product_line(course)])
    assert draft.lines.get().tax == exempt


def test_a_certificate_that_holds_comes_before_everything(company: Any) -> None:
    rate = RateDetails(Decimal(0), "E", "Bought for resale")
    resale = add_tax(company, TaxDetails("Resale", [rate], needs_certificate=True), by=None)
    customer, product = buyer(company, "DE"), sold(company)
    add_exemption(customer.pk, ExemptionDetails(resale.pk, "TX-1", DAY, DAY), by=None)

    assert [
        world.draft(customer, [world.product_line(product)], dated_on=day).lines.get().tax_category
        for day in (DAY, date(2026, 3, 3))
    ] == ["E", "S"]


def test_a_seller_outside_the_eu_keeps_the_usual_tax(company: Any) -> None:
    abroad = world.make_company(country="GB", currency="GBP")
    vat = world.make_tax(abroad, "20")
    add_tax(abroad, TaxDetails("Export", [RateDetails(Decimal(0), "G")]), by=None)
    product = world.make_product(abroad, "desk", tax_id=vat.pk)
    world.make_price(product, world.make_price_list(abroad, "List", "GBP"), "10.00")

    draft = world.draft(buyer(abroad, "FR", FRENCH), [world.product_line(product)])
    assert draft.lines.get().tax == vat


def test_where_no_fitting_tax_is_kept_the_usual_one_stays(company: Any) -> None:
    company.taxes.exclude(name="VAT 19%").update(is_active=False)
    draft = world.draft(buyer(company, "FR", FRENCH), [world.product_line(sold(company))])
    assert draft.lines.get().tax_category == "S"


def test_the_picker_offers_the_suited_tax_and_its_price(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company))
    customer, product = buyer(company, "FR", FRENCH), sold(company, kind="service")
    asked = {"q": product.code, "customer": customer.pk, "prices_include_tax": "on"}
    piece = client.get("/products/pick/", asked).content.decode()

    assert f'data-tax="{company.taxes.get(name="AE").pk}"' in piece
    assert "1,000" in piece
