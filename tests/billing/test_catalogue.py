"""Products, price lists and prices: what may be said, what the database itself refuses, and what is audited."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing.models import Price, PriceList, PriceListUse, Product
from billing.operations.add_priced_product import add_priced_product
from billing.operations.manage_price_lists import (
    PriceListDetails,
    UseDetails,
    add_price_list,
    assign_price_list,
    edit_price_list,
    retire_price_list,
    withdraw_price_list,
)
from billing.operations.manage_products import (
    ProductDetails,
    add_product,
    edit_product,
    retire_product,
    set_product_group,
)
from billing.operations.set_prices import PriceDetails, set_prices
from customers.models import CustomerGroup
from ledger.models import Account
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def product(company: Any) -> Product:
    return world.make_product(company, "SHELF")


@pytest.fixture
def price_list(company: Any) -> PriceList:
    return world.make_price_list(company, "Retail")


def refusal_of(act: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_product_is_added_with_its_unit_as_a_code_and_is_audited(company: Any, clerk: Any) -> None:
    vat = world.make_tax(company, "19")
    details = ProductDetails(" FIT ", "Fitting", kind="service", unit="h", tax_id=vat.pk)

    product = add_product(company, details, by=clerk)

    assert (product.code, product.unit, product.unit_word, product.tax) == ("FIT", "HUR", "h", vat)
    record = AuditRecord.objects.get(action="add_product", subject_id=product.pk, by=clerk)
    assert record.after["unit"] == "HUR"


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (ProductDetails("", "Shelf"), "code_missing"),
        (ProductDetails("A", " "), "name_missing"),
        (ProductDetails("A", "Shelf", unit="furlongs"), "bad_unit"),
        (ProductDetails("A", "Shelf", kind="animal"), "bad_kind"),
        (ProductDetails("A", "Shelf", tax_id=2**40), "unknown_tax"),
        (ProductDetails("A", "Shelf", group_id=2**40), "unknown_group"),
        (ProductDetails("SHELF", "Another"), "code_taken"),
    ],
)
def test_a_product_that_cannot_be_so_is_refused_and_nothing_is_kept(
    company: Any, product: Product, details: ProductDetails, code: str
) -> None:
    assert refusal_of(lambda: add_product(company, details, by=None)) == code
    assert Product.objects.count() == 1


def test_the_tax_of_another_company_is_refused(company: Any) -> None:
    foreign = world.make_tax(world.make_company(legal_name="Birch Ltd"), "20")
    assert (
        refusal_of(lambda: add_product(company, ProductDetails("A", "A", tax_id=foreign.pk), by=None)) == "unknown_tax"
    )


def test_a_stale_change_is_refused(product: Product) -> None:
    edit_product(product.pk, ProductDetails("SHELF", "Oak shelf"), version=1, by=None)

    assert refusal_of(lambda: edit_product(product.pk, ProductDetails("X", "X"), version=1, by=None)) == "stale"
    product.refresh_from_db()
    assert (product.code, product.name, product.version) == ("SHELF", "Oak shelf", 2)
    assert AuditRecord.objects.get(action="edit_product").after == {"name": "Oak shelf"}


def test_retiring_twice_is_audited_once(product: Product, clerk: Any) -> None:
    retire_product(product.pk, by=clerk)
    retire_product(product.pk, by=clerk)

    assert not Product.objects.get().is_active
    assert AuditRecord.objects.filter(action="retire_product").count() == 1


def test_a_group_takes_a_sales_account_of_the_company_only(company: Any) -> None:
    receivable = Account.objects.get(company_id=company.pk, role="receivable")
    foreign = world.make_company(legal_name="Birch Ltd")
    sales = Account.objects.get(company_id=foreign.pk, role="sales")
    for account in (receivable, sales):
        assert refusal_of(lambda a=account: set_product_group(company, "Wood", a.pk, by=None)) == "unknown_account"


def test_a_new_default_list_takes_the_place_of_the_one_before(company: Any, price_list: PriceList) -> None:
    details = PriceListDetails("Summer", "EUR", is_default=True)
    summer = add_price_list(company, details, by=None)

    assert list(PriceList.objects.filter(is_default=True)) == [summer]


def test_a_list_with_prices_keeps_its_currency(product: Product, price_list: PriceList) -> None:
    set_prices(product.pk, [PriceDetails(price_list.pk, Decimal(5))], version=1, by=None)
    change = PriceListDetails("Retail", "USD")

    assert refusal_of(lambda: edit_price_list(price_list.pk, change, by=None)) == "has_prices"


def test_a_retired_list_is_no_default_and_cannot_become_one(price_list: PriceList) -> None:
    retire_price_list(price_list.pk, by=None)

    assert not PriceList.objects.get().is_default
    change = PriceListDetails("Retail", "EUR", is_default=True)
    assert refusal_of(lambda: edit_price_list(price_list.pk, change, by=None)) == "retired"


def test_a_list_is_given_to_a_customer_and_withdrawn(company: Any, customer: Any, price_list: PriceList) -> None:
    use = assign_price_list(price_list.pk, UseDetails(customer_id=customer.pk), by=None)
    again = UseDetails(customer_id=customer.pk)

    assert refusal_of(lambda: assign_price_list(price_list.pk, again, by=None)) == "assigned_already"
    withdraw_price_list(use.pk, by=None)
    assert refusal_of(lambda: withdraw_price_list(use.pk, by=None)) == "gone"
    assert PriceListUse.objects.count() == 0


def test_a_use_names_a_customer_or_a_group_of_the_company(company: Any, customer: Any, price_list: PriceList) -> None:
    group = CustomerGroup.objects.create(company=company, name="Trade")
    foreign = world.make_customer(world.make_company(legal_name="Birch Ltd"))
    backwards = UseDetails(customer.pk, None, DAY, date(2026, 3, 1))

    for details, code in [
        (UseDetails(), "customer_or_group"),
        (UseDetails(customer.pk, group.pk), "customer_or_group"),
        (UseDetails(foreign.pk), "unknown_customer"),
        (backwards, "days_backwards"),
    ]:
        assert refusal_of(lambda d=details: assign_price_list(price_list.pk, d, by=None)) == code
    assert PriceListUse.objects.count() == 0


def test_setting_prices_replaces_them_once_and_says_what_was(product: Product, price_list: PriceList) -> None:
    first = [PriceDetails(price_list.pk, Decimal("10.00")), PriceDetails(price_list.pk, Decimal("8.5"), Decimal(10))]
    set_prices(product.pk, first, version=1, by=None)
    set_prices(product.pk, [PriceDetails(price_list.pk, Decimal(9))], version=2, by=None)
    set_prices(product.pk, [PriceDetails(price_list.pk, Decimal(9))], version=3, by=None)

    assert Price.objects.get().unit_price == 9
    records = AuditRecord.objects.filter(action="set_prices").order_by("id")
    assert [record.after["prices"] for record in records] == [
        "Retail: 10 from 1; Retail: 8.5 from 10",
        "Retail: 9 from 1",
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"from_quantity": Decimal(0)}, "bad_quantity"),
        ({"unit_price": Decimal("-0.01")}, "bad_price"),
        ({"valid_from": DAY, "valid_until": date(2026, 3, 1)}, "days_backwards"),
        ({"price_list_id": 2**40}, "unknown_list"),
    ],
)
def test_a_price_that_cannot_be_so_is_refused_and_the_old_ones_stay(
    product: Product, price_list: PriceList, change: dict[str, Any], code: str
) -> None:
    set_prices(product.pk, [PriceDetails(price_list.pk, Decimal(5))], version=1, by=None)
    wrong = PriceDetails(**{"price_list_id": price_list.pk, "unit_price": Decimal(5)} | change)

    assert refusal_of(lambda: set_prices(product.pk, [wrong], version=2, by=None)) == code
    assert Price.objects.get().unit_price == 5


def test_the_same_price_twice_is_refused(product: Product, price_list: PriceList) -> None:
    twice = [PriceDetails(price_list.pk, Decimal(5)), PriceDetails(price_list.pk, Decimal(6))]
    assert refusal_of(lambda: set_prices(product.pk, twice, version=1, by=None)) == "price_twice"


def test_a_price_needs_the_right_to_set_one(company: Any) -> None:
    sales = world.make_user(company, "sales")
    add = lambda: add_priced_product(company, ProductDetails("A", "A"), Decimal(5), "EUR", by=sales)  # noqa: E731

    assert refusal_of(add) == "no_price_rights"
    assert Product.objects.count() == 0


def test_a_first_price_makes_the_usual_list_of_its_currency(company: Any, clerk: Any) -> None:
    add_priced_product(company, ProductDetails("A", "A"), Decimal(5), "EUR", by=clerk)
    add_priced_product(company, ProductDetails("B", "B"), Decimal(6), "EUR", by=clerk)

    listed = PriceList.objects.get()
    assert (listed.name, listed.is_default, listed.prices.count()) == ("Standard prices EUR", True, 2)


BROKEN = {
    "price_break_above_zero": lambda p, x, c: Price.objects.create(
        product=p, price_list=x, unit_price=1, from_quantity=0
    ),
    "price_not_negative": lambda p, x, c: Price.objects.create(product=p, price_list=x, unit_price=-1),
    "price_validity_not_backwards": lambda p, x, c: Price.objects.create(
        product=p, price_list=x, unit_price=1, valid_from=DAY, valid_until=date(2026, 3, 1)
    ),
    "price_once_per_list_product_break_and_day": lambda p, x, c: [
        Price.objects.create(product=p, price_list=x, unit_price=price) for price in (1, 2)
    ],
    "price_list_use_names_customer_or_group": lambda p, x, c: PriceListUse.objects.create(
        price_list=x, customer=c, group=CustomerGroup.objects.create(company=c.company, name="Both")
    ),
    "price_list_use_not_backwards": lambda p, x, c: PriceListUse.objects.create(
        price_list=x, customer=c, valid_from=DAY, valid_until=date(2026, 3, 1)
    ),
    "price_list_use_once_per_day": lambda p, x, c: [
        PriceListUse.objects.create(price_list=x, customer=c) for _ in range(2)
    ],
    "price_list_default_once_per_currency": lambda p, x, c: PriceList.objects.create(
        company=x.company, name="Second", currency="EUR", is_default=True
    ),
    "price_list_default_is_active": lambda p, x, c: PriceList.objects.filter(pk=x.pk).update(is_active=False),
    "price_list_name_once_per_company": lambda p, x, c: PriceList.objects.create(
        company=x.company, name="Retail", currency="USD"
    ),
    "product_code_once_per_company": lambda p, x, c: Product.objects.create(company=p.company, code="SHELF", name="x"),
    "product_has_a_code": lambda p, x, c: Product.objects.filter(pk=p.pk).update(code=""),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_the_database_itself_refuses_what_breaks_a_rule(
    product: Product, price_list: PriceList, customer: Any, rule: str
) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        BROKEN[rule](product, price_list, customer)


def test_a_use_that_names_nobody_is_refused_by_the_database(price_list: PriceList) -> None:
    with pytest.raises(IntegrityError, match="price_list_use_names_customer_or_group"), transaction.atomic():
        PriceListUse.objects.create(price_list=price_list)
