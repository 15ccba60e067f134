"""A page reads as much from the database for many rows as for few."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Invoice
from billing.operations.manage_billing_runs import prepare_billing_run
from customers.models import Customer
from office.tasks import carry_out_run
from reports.findings.kinds import KINDS
from tests import world
from tests.billing.ordering import make_order, order_line, ship
from tests.credit_control.samples import statement_run
from tests.rules.growing import DAY, GROWING, more_customers, more_invoices, more_products, more_views
from tests.rules.growing_payments import more_receipts

FEW, MORE = 4, 12
MOST = 20
MOST_OF = {"home": 48, "credit_control:send_reminders": 35, "credit_control:worklist": 56}
MOST_OF |= {"credit_control:claim_late_charges": 23}
"""The front page counts what there is to do, one query for each kind of task."""
MOST_OF_A_CUSTOMER = 64
"""Each room shows a card of its own there."""
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(company: Any) -> Client:
    """A manager at work."""
    client = Client()
    client.force_login(world.make_user(company, "manager"))
    return client


def queries_of(browser: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


BY_ADMINISTRATORS = {"customers:privacy_request_list", "office:unusual_list"}


@pytest.mark.parametrize("name", GROWING)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(browser: Client, customer: Any, name: str) -> None:
    if name in BY_ADMINISTRATORS:
        browser.force_login(world.make_user(customer.company, "administrator"))
    GROWING[name](customer, FEW)
    browser.get(reverse(name))  # what is read once and kept
    few = queries_of(browser, reverse(name))
    GROWING[name](customer, MORE)

    assert queries_of(browser, reverse(name)) == few <= MOST_OF.get(name, MOST)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_list_of_findings_takes_as_many_queries_for_many_as_for_few(
    browser: Client, customer: Any, kind: Any
) -> None:
    address = reverse("reports:findings", args=[kind.key])

    def more(count: int) -> None:
        for number in range(count):
            other = world.make_customer(customer.company, f"Forgotten {number}")
            world.receive(other, "9.50", DAY)
            world.issue(other, "9.00", DAY)
            world.apply(world.receive(other, "9.00", DAY), world.issue(other, "10.00", DAY), "9.00", DAY)
            Customer.objects.filter(pk=other.pk).update(is_active=False)

    more(FEW)
    browser.get(address)
    few = queries_of(browser, address)
    more(MORE)

    assert queries_of(browser, address) == few <= MOST


def test_a_list_takes_as_many_queries_for_many_views_as_for_few(browser: Client, customer: Any) -> None:
    more_views(customer, FEW)
    browser.get("/invoices/")
    few = queries_of(browser, "/invoices/")
    more_views(customer, MORE)

    assert queries_of(browser, "/invoices/") == few <= MOST


def test_a_customers_page_takes_as_many_queries_for_many_open_items_as_for_few(browser: Client, customer: Any) -> None:
    address = reverse("customers:customer", args=[customer.pk])
    more_invoices(customer, FEW)
    browser.get(address)
    few = queries_of(browser, address)
    more_invoices(customer, MORE)
    more_receipts(customer, MORE)

    assert queries_of(browser, address) == few <= MOST_OF_A_CUSTOMER


def test_the_allocation_page_takes_as_many_queries_for_many_items_as_for_few(browser: Client, customer: Any) -> None:
    address = reverse("payments:allocate", args=[customer.pk])
    more_invoices(customer, FEW)
    more_receipts(customer, FEW)
    browser.get(address)
    few = queries_of(browser, address)
    more_invoices(customer, MORE)
    more_receipts(customer, MORE)

    assert queries_of(browser, address) == few <= MOST + 1


def test_a_documents_page_takes_as_many_queries_for_many_payments_as_for_few(
    browser: Client, customer: Any, clerk: Any
) -> None:
    invoice = world.issue(customer, [world.line("10.00")] * (FEW + MORE), DAY)
    address = reverse("billing:invoice", args=[invoice.pk])

    def pay(count: int) -> None:
        for _ in range(count):
            world.apply(world.receive(customer, "5.00", DAY), invoice, "5.00", DAY)

    pay(FEW)
    browser.get(address)
    few = queries_of(browser, address)
    pay(MORE)

    assert queries_of(browser, address) == few <= MOST + 24


def test_an_orders_pages_take_as_many_queries_for_many_lines_and_shipments_as_for_few(
    browser: Client, customer: Any
) -> None:
    def counts(number: int) -> list[int]:
        order = make_order(customer, *(order_line() for _ in range(number)))
        shipments = [ship(order, *["1"] * number) for _ in range(number)]
        pages = [("billing:order", order.pk), ("billing:order_edit", order.pk), ("billing:shipment", shipments[0].pk)]
        return [queries_of(browser, reverse(name, args=[pk])) for name, pk in pages]

    counts(1)  # warm
    assert counts(FEW) == counts(MORE)


def test_a_price_lists_page_takes_as_many_queries_for_many_prices_as_for_few(browser: Client, customer: Any) -> None:
    more_products(customer, FEW)
    address = reverse("billing:price_list", args=[customer.company.price_lists.get().pk])
    browser.get(address)
    few = queries_of(browser, address)
    more_products(customer, MORE)

    assert queries_of(browser, address) == few <= MOST


def test_the_editor_takes_as_many_queries_for_many_products_as_for_few(browser: Client, customer: Any) -> None:
    more_products(customer, FEW + MORE)
    products = list(customer.company.products.all())
    small, large = (
        world.draft(customer, [world.product_line(each) for each in products[:size]]) for size in (FEW, FEW + MORE)
    )
    browser.get(reverse("billing:invoice_edit", args=[small.pk]))

    few, many = (queries_of(browser, reverse("billing:invoice_edit", args=[draft.pk])) for draft in (small, large))
    assert many == few <= MOST


def test_a_billing_runs_page_takes_as_many_queries_for_many_documents_as_for_few(
    browser: Client, customer: Any, clerk: Any
) -> None:
    def queries_for(count: int) -> int:
        for _ in range(count):
            world.draft(customer, "10.00")
        run = prepare_billing_run(customer.company, "issue", Invoice.objects.all(), by=clerk)
        carry_out_run(run.pk)
        return queries_of(browser, reverse("billing:billing_run", args=[run.pk]))

    queries_for(2)
    assert queries_for(FEW) == queries_for(MORE) <= MOST


def test_a_statement_runs_page_takes_as_many_queries_for_many_customers_as_for_few(
    browser: Client, customer: Any, clerk: Any
) -> None:
    def queries_for(count: int) -> int:
        more_customers(customer, count)
        run = statement_run(customer.company, clerk, starts=True)
        return queries_of(browser, reverse("credit_control:statement_run", args=[run.pk]))

    queries_for(2)
    assert queries_for(FEW) == queries_for(MORE) <= MOST
