"""A page reads one moment: whoever posts while it is made, its figures are those of one state of the book."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from customers.models import Customer
from payments.models import Receipt
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from tests import world
from tests.payments.bank_samples import OURS
from tests.payments.test_reconcile_bank import DAY, told
from tests.reports.test_one_moment import posting_before_each_query

PRICE = Decimal(100)


@pytest.fixture
def customer(transactional_db: None) -> Customer:
    return world.make_customer(world.make_company())


@pytest.fixture
def opened(customer: Customer, client: Client) -> Callable[..., Any]:
    """What a page shows while 1.00 is applied before each of its queries, or another act is done."""
    client.force_login(world.make_user(customer.company, "manager"))

    def open_page(name: str, *args: int, while_doing: Callable[[], object]) -> Any:
        with posting_before_each_query(while_doing):
            return client.get(reverse(name, args=args)).context

    return open_page


@pytest.fixture
def papers(customer: Customer) -> tuple[Receipt, Invoice]:
    """A payment and an invoice of 100.00 each."""
    day = customer.company.today()
    return world.receive(customer, "100.00", day), world.issue(customer, "100.00", day)


def test_the_front_page_owes_what_was_billed(customer: Customer, opened: Any) -> None:
    day = customer.company.today()
    shown = opened("home", while_doing=lambda: world.issue(customer, "1.00", day))
    tiles = {tile.key: tile.text for _, row in shown["tiles"] for tile in row}
    assert tiles["owed-EUR"] == tiles["billed-EUR"]


def test_an_invoice_is_as_open_as_its_settlements_leave_it(papers: Any, opened: Any) -> None:
    receipt, invoice = papers
    day = invoice.dated_on
    shown = opened("billing:invoice", invoice.pk, while_doing=lambda: world.apply(receipt, invoice, "1.00", day))
    settled = sum(each.amount for each in shown["settlements"])
    assert 0 < settled == PRICE - shown["invoice"].open == PRICE - shown["account"]["due"]


def test_of_a_receipt_is_free_what_its_rows_leave(papers: Any, opened: Any) -> None:
    receipt, invoice = papers
    day = invoice.dated_on
    shown = opened("payments:receipt", receipt.pk, while_doing=lambda: world.apply(receipt, invoice, "1.00", day))
    assert 0 < sum(each.amount for each in shown["rows"]) == PRICE - shown["receipt"].free


def test_a_customer_owes_what_their_items_come_to(papers: Any, customer: Customer, opened: Any) -> None:
    receipt, invoice = papers
    day = invoice.dated_on
    shown = opened("customers:customer", customer.pk, while_doing=lambda: world.apply(receipt, invoice, "1.00", day))
    [owed] = [item.balance for item in shown["items"] if item.balance > 0]
    assert 0 < owed == sum(shown["free"].values())


def test_the_bank_and_the_book_differ_by_what_both_lists_explain(customer: Customer, opened: Any) -> None:
    [bank] = set_bank_accounts(customer.company_id, [BankDetails("Main", "Alder Ltd", OURS)], by=None)
    told(bank, "5.00")
    found = opened("payments:reconcile", bank.pk, while_doing=lambda: world.receive(customer, "1.00", DAY))["found"]
    assert (found.unexplained, found.only_bank) == (0, 5)
    assert found.only_book > 0
