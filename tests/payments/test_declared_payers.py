"""One payment of a parent settles what several of its companies owe; nobody else's does, and no figure is lost."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from customers.models import DeclaredPayer
from customers.operations.declare_payer import declare_payer
from ledger.allocating import Pair
from ledger.models import Allocation
from ledger.refusals import Refused
from office.models import AuditRecord
from payments.models import Rest
from payments.operations.apply_credits import apply_credits, undo_allocation
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.settle_items import SettlementDetails, Settling, settle_items
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.test_write_off import refusal

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def parent(company: Any, customer: Any) -> Any:
    """A company that pays for the customer."""
    parent = world.make_customer(company, "Parent SE")
    declare_payer(customer.pk, parent.pk, by=None)
    return parent


def pair(credit: Any, debit: Any, amount: str) -> Pair:
    return Pair(world.item_of(debit).pk, world.item_of(credit).pk, Decimal(amount))


def test_one_receipt_of_the_parent_settles_its_own_and_its_companys(customer: Any, parent: Any) -> None:
    theirs, own = world.issue(customer, "60.00", DAY), world.issue(parent, "40.00", DAY)
    receipt = world.receive(parent, "100.00", DAY)
    apply_credits(parent, [pair(receipt, theirs, "60.00"), pair(receipt, own, "40.00")], dated_on=DAY, by=None)

    assert [world.open_of(paper) for paper in (theirs, own, receipt)] == [0, 0, 0]
    assert (world.owes(customer, DAY), world.owes(parent, DAY)) == (0, 0)
    assert check_book() == []


def test_nobody_elses_credit_settles_it_nor_the_other_way_round(company: Any, customer: Any, parent: Any) -> None:
    stranger = world.make_customer(company, "Castell AG")
    debt, debt_of_parent = world.issue(customer, "60.00", DAY), world.issue(parent, "60.00", DAY)
    for whose, paper in ((stranger, debt), (customer, debt_of_parent)):
        receipt = world.receive(whose, "60.00", DAY)
        wrong = [pair(receipt, paper, "60.00")]
        assert (
            refusal(lambda whose=whose, wrong=wrong: apply_credits(whose, wrong, dated_on=DAY, by=None))
            == "another_customer"
        )
    assert not Allocation.objects.exists()


def test_the_books_own_guard_says_so_too_and_its_control_lets_the_payer(
    company: Any, customer: Any, parent: Any
) -> None:
    debt, stranger = world.issue(customer, "60.00", DAY), world.make_customer(company, "Castell AG")

    def force(payer: Any) -> Allocation:
        credit = world.item_of(world.receive(payer, "10.00", DAY))
        amounts = dict.fromkeys(("amount", "debit_company_amount", "credit_company_amount"), 10)
        return Allocation.objects.create(debit=world.item_of(debt), credit=credit, dated_on=DAY, **amounts)

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        force(stranger)
    assert error.value.__cause__.diag.constraint_name == "allocation_joins_what_belongs_together"
    force(parent)
    assert world.open_of(debt) == 50


def test_when_it_ends_what_was_settled_stands_and_can_be_undone_but_nothing_more_is(customer: Any, parent: Any) -> None:
    debt, receipt = world.issue(customer, "60.00", DAY), world.receive(parent, "100.00", DAY)
    [done] = apply_credits(parent, [pair(receipt, debt, "20.00")], dated_on=DAY, by=None)
    declare_payer(customer.pk, None, by=None)

    assert (
        refusal(lambda: apply_credits(parent, [pair(receipt, debt, "1")], dated_on=DAY, by=None)) == "another_customer"
    )
    assert check_book() == []
    undo_allocation(done.pk, dated_on=DAY, by=None, reason="Wrong one")
    assert (world.open_of(debt), world.open_of(receipt)) == (60, 100)
    assert check_book() == []


def test_a_returned_payment_opens_its_companys_debt_again(customer: Any, parent: Any) -> None:
    debt, receipt = world.issue(customer, "60.00", DAY), world.receive(parent, "60.00", DAY)
    apply_credits(parent, [pair(receipt, debt, "60.00")], dated_on=DAY, by=None)
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="Bounced")
    assert (world.open_of(debt), world.owes(customer, DAY), world.owes(parent, DAY)) == (60, 60, 0)


def test_the_rest_of_its_companys_invoice_is_its_companys(customer: Any, parent: Any) -> None:
    debt, receipt = world.issue(customer, "60.00", DAY), world.receive(parent, "55.00", DAY)
    items = [Settling(world.item_of(debt).pk, Decimal(55), Rest.BANK_FEE)]
    done = settle_items(parent, SettlementDetails(world.item_of(receipt).pk, items, DAY), by=None)
    assert (done.customer, done.items.get().write_off.customer) == (parent, customer)
    assert (world.open_of(debt), world.owes(customer, DAY)) == (0, 0)
    assert check_book() == []


def test_in_foreign_money_the_gain_is_the_companys(customer: Any, parent: Any) -> None:
    debt = world.issue(customer, "100.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    receipt = world.receive(parent, "100.00", DAY, currency="USD", exchange_rate=Decimal("0.95"))
    apply_credits(parent, [pair(receipt, debt, "100.00")], dated_on=DAY, by=None)
    assert check_book() == []


def test_no_chains_no_self_and_no_other_companys(company: Any, customer: Any, parent: Any) -> None:
    third = world.make_customer(company, "Third AG")
    foreign = world.make_customer(world.make_company(legal_name="Other Ltd"), "Elsewhere AG")
    for one, payer, code in (
        (third, customer, "payer_chain"),
        (parent, third, "payer_chain"),
        (third, third, "own_payer"),
        (third, foreign, "unknown_customer"),
    ):
        assert refusal(lambda one=one, payer=payer: declare_payer(one.pk, payer.pk, by=None)) == code
    assert DeclaredPayer.objects.count() == 1


def test_saying_the_same_again_changes_nothing_and_another_ends_the_first(
    company: Any, customer: Any, parent: Any
) -> None:
    declare_payer(customer.pk, parent.pk, by=None)
    other = world.make_customer(company, "Other SE")
    declare_payer(customer.pk, other.pk, by=None)
    rows = [(row.payer, row.ended_at is None) for row in DeclaredPayer.objects.order_by("pk")]
    assert rows == [(parent, False), (other, True)]
    assert AuditRecord.objects.filter(action="declare_payer").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_declare_at_once_leave_one_payer(company: Any, customer: Any, in_parallel: Parallel) -> None:
    payers = [world.make_customer(company, f"Payer {number}") for number in range(2)]
    results = in_parallel([lambda one=one: declare_payer(customer.pk, one.pk, by=None) for one in payers])
    assert not [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)]
    assert DeclaredPayer.objects.filter(customer=customer, ended_at=None).count() == 1


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE customers_declaredpayer SET payer_id = customer_id", "payer_frozen"),
        ("DELETE FROM customers_declaredpayer", "payer_frozen"),
    ],
)
def test_who_paid_for_whom_is_never_forgotten(parent: Any, sql: str, constraint: str) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        connection.cursor().execute(sql)
    assert error.value.__cause__.diag.constraint_name == constraint


def test_on_screen_a_payer_is_chosen_and_sees_what_the_company_owes(customer: Any, parent: Any, clerk: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    world.receive(parent, "5.00", DAY)
    debt = world.issue(customer, "60.00", DAY)
    page = browser.get(reverse("payments:allocate", args=[parent.pk])).content.decode()
    assert debt.number in page
    assert customer.name in page
    assert "they pay for" in browser.get(reverse("customers:customer", args=[parent.pk])).content.decode()
    browser.post(reverse("customers:payer", args=[customer.pk]), {"customer": ""})
    assert debt.number not in browser.get(reverse("payments:allocate", args=[parent.pk])).content.decode()


def test_a_program_declares_it_and_reads_it(company: Any, customer: Any, clerk: Any) -> None:
    parent, program = world.make_customer(company, "Parent SE"), Program(clerk)
    shown = program.put(f"customers/{customer.pk}/payer/", {"payer": parent.pk}).json()
    assert (shown["payer"]["id"], shown["pays_for"]) == (parent.pk, [])
    assert program.get(f"customers/{parent.pk}/payer/").json()["pays_for"][0]["id"] == customer.pk
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.put(f"customers/{customer.pk}/payer/", {"payer": None}))[0] == 403
