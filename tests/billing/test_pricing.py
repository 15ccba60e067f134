"""Which price holds, and what a line takes of its product."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import PriceList, Product
from billing.operations.manage_price_lists import UseDetails, assign_price_list, retire_price_list
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.pricing import Asked, HeldPrice, Terms, converted, held_prices
from customers.models import CustomerGroup
from ledger.refusals import Refused
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def product(company: Any) -> Product:
    return world.make_product(company, "SHELF", tax_id=world.make_tax(company, "19").pk)


@pytest.fixture
def retail(company: Any) -> PriceList:
    return world.make_price_list(company, "Retail")


def held(customer: Any, product: Product, quantity: str = "1", **terms: Any) -> HeldPrice | None:
    values = {"currency": "EUR", "on": DAY} | terms
    [price] = held_prices(Terms(product.company, customer, **values), [Asked(product, Decimal(quantity))])
    return price


def price_of(*args: Any, **terms: Any) -> tuple[Decimal, str] | None:
    price = held(*args, **terms)
    return price and (price.unit_price, price.price_list)


def test_the_customers_own_list_comes_before_the_groups_and_that_before_the_default(
    company: Any, product: Product, retail: PriceList
) -> None:
    group = CustomerGroup.objects.create(company=company, name="Trade")
    own, of_group, nobodys = (
        world.make_customer(company, name, group_id=pk)
        for name, pk in [("Own AG", group.pk), ("Group AG", group.pk), ("Alone AG", None)]
    )
    trade = world.make_price_list(company, "Trade", is_default=False)
    special = world.make_price_list(company, "Special", is_default=False)
    for price_list, price in [(retail, "10"), (trade, "9"), (special, "8")]:
        world.make_price(product, price_list, price)
    assign_price_list(trade.pk, UseDetails(group_id=group.pk), by=None)
    assign_price_list(special.pk, UseDetails(customer_id=own.pk), by=None)

    assert price_of(own, product) == (8, "Special")
    assert price_of(of_group, product) == (9, "Trade")
    assert price_of(nobodys, product) == (10, "Retail")
    assert price_of(None, product) == (10, "Retail")


def test_a_list_that_lacks_the_product_leaves_it_to_the_next(
    company: Any, customer: Any, product: Product, retail: PriceList
) -> None:
    world.make_price(product, retail, "10")
    special = world.make_price_list(company, "Special", is_default=False)
    assign_price_list(special.pk, UseDetails(customer_id=customer.pk), by=None)
    assert price_of(customer, product) == (10, "Retail")

    world.make_price(product, special, "7", from_quantity=Decimal(5))
    assert price_of(customer, product, "4") == (10, "Retail")
    assert price_of(customer, product, "5") == (7, "Special")


def test_of_two_own_lists_the_one_whose_use_began_last_goes_first(
    company: Any, customer: Any, product: Product
) -> None:
    for name, price, since in [("Old", "5", None), ("New", "6", date(2026, 2, 1)), ("Next", "7", date(2026, 4, 1))]:
        price_list = world.make_price_list(company, name, is_default=False)
        world.make_price(product, price_list, price)
        assign_price_list(price_list.pk, UseDetails(customer.pk, valid_from=since), by=None)

    assert price_of(customer, product) == (6, "New")
    assert price_of(customer, product, on=date(2026, 4, 1)) == (7, "Next")


def test_a_use_holds_on_its_first_and_last_day_and_not_beside_them(
    company: Any, customer: Any, product: Product
) -> None:
    price_list = world.make_price_list(company, "March", is_default=False)
    world.make_price(product, price_list, "5")
    assign_price_list(price_list.pk, UseDetails(customer.pk, None, date(2026, 3, 1), date(2026, 3, 31)), by=None)

    held_on = [
        day
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
        if price_of(customer, product, on=day)
    ]
    assert held_on == [date(2026, 3, 1), date(2026, 3, 31)]


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("0.5", None), ("1", 10), ("9.999999", 10), ("10", 8), ("100", 7), ("1000", 7), ("-10", 8)],
)
def test_the_greatest_break_not_above_the_quantity_decides(
    customer: Any, product: Product, retail: PriceList, quantity: str, price: int | None
) -> None:
    for start, amount in [(1, "10"), (10, "8"), (100, "7")]:
        world.make_price(product, retail, amount, from_quantity=Decimal(start))

    found = price_of(customer, product, quantity)
    assert (found and found[0]) == price


def test_a_later_price_takes_over_on_its_first_day(customer: Any, product: Product, retail: PriceList) -> None:
    world.make_price(product, retail, "10")
    world.make_price(product, retail, "11", valid_from=date(2026, 4, 1))
    world.make_price(product, retail, "9", valid_from=date(2026, 5, 1), valid_until=date(2026, 5, 31))

    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [price_of(customer, product, on=day)[0] for day in days] == [10, 11, 9, 9, 11]


def test_a_retired_list_and_one_in_another_currency_hold_no_price(
    company: Any, customer: Any, product: Product, retail: PriceList
) -> None:
    world.make_price(product, retail, "10")
    world.make_price(product, world.make_price_list(company, "Dollars", "USD"), "12")
    assert price_of(customer, product, currency="USD") == (12, "Dollars")

    retire_price_list(retail.pk, by=None)
    assert price_of(customer, product) is None


def test_many_lines_take_two_queries(company: Any, customer: Any, retail: PriceList) -> None:
    products = [world.make_product(company, f"P{n}") for n in range(20)]
    for product in products:
        world.make_price(product, retail, "10")
    asked = [Asked(product) for product in Product.objects.filter(company=company).select_related("tax")]

    with CaptureQueriesContext(connection) as captured:
        prices = held_prices(Terms(company, customer, "EUR", DAY), asked)
    assert len([price for price in prices if price]) == 20
    assert len(captured) == 2  # which lists the customer uses, and their prices


def test_h6_tax_is_taken_out_of_a_price_and_put_on_one_in_six_places() -> None:
    rate = Decimal(19)
    out = converted(Decimal("11.90"), rate, with_tax=False)
    assert out == Decimal("10.000000")
    assert converted(Decimal("10"), rate, with_tax=False) == Decimal("8.403361")
    assert converted(Decimal("8.403361"), rate, with_tax=True) == Decimal("10.000000")
    assert converted(Decimal("0.125"), Decimal(0), with_tax=True) == Decimal("0.125")


def test_a_document_with_tax_in_its_prices_gets_them_so(customer: Any, product: Product, retail: PriceList) -> None:
    world.make_price(product, retail, "100")

    assert price_of(customer, product, prices_include_tax=True) == (Decimal("119.000000"), "Retail")


def test_only_the_taxes_inside_a_price_are_taken_out(company: Any, customer: Any) -> None:
    rates = [
        RateDetails(Decimal(5), name="GST"),
        RateDetails(Decimal(10), name="On top", kind="on_top"),
        RateDetails(Decimal(2), name="Withheld", kind="withheld"),
    ]
    tax = add_tax(company, TaxDetails("GST and more", rates), by=None)
    product = world.make_product(company, "SHELF", tax_id=tax.pk)
    world.make_price(product, world.make_price_list(company, "Retail", prices_include_tax=True), "105")

    assert price_of(customer, product) == (Decimal("100.000000"), "Retail")


def test_a_line_that_only_names_its_product_takes_all_from_it(
    company: Any, customer: Any, product: Product, retail: PriceList
) -> None:
    world.make_price(product, retail, "10")
    world.make_price(product, retail, "8", from_quantity=Decimal(10))

    draft = world.draft(customer, [world.product_line(product, "12")], dated_on=DAY)

    line = draft.lines.get()
    assert (line.item_code, line.description, line.unit, line.unit_price) == ("SHELF", "Shelf", "pcs", 8)
    assert (line.tax, draft.net, draft.total) == (product.tax, Decimal(96), Decimal("114.24"))


def test_what_is_typed_stays(customer: Any, product: Product, retail: PriceList) -> None:
    world.make_price(product, retail, "10")
    line = world.line("7.25", description="Shelf, scratched", unit="x", product_id=product.pk)

    kept = world.draft(customer, [line]).lines.get()
    assert (kept.description, kept.unit, kept.unit_price, kept.tax) == ("Shelf, scratched", "x", Decimal("7.25"), None)
    assert kept.item_code == "SHELF"


def test_a_line_without_a_price_anywhere_is_refused(customer: Any, product: Product) -> None:
    with pytest.raises(Refused, match="Line 1: no list has a price of 'Shelf' here. Type one.") as refusal:
        world.draft(customer, [world.product_line(product)])
    assert refusal.value.code == "no_price"


def test_another_companys_product_is_refused(customer: Any) -> None:
    foreign = world.make_product(world.make_company(legal_name="Birch Ltd"), "F")
    with pytest.raises(Refused) as refusal:
        world.draft(customer, [world.line("5", product_id=foreign.pk)])
    assert refusal.value.code == "unknown_product"
