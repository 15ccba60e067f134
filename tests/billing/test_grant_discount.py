"""The discount for paying early: what settles a part-paid invoice, and granting what was earned, with its tax."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.customer_view import CustomerView
from billing.early_payment import discount_earned, early_discounts, earned_by_customer
from billing.models import Invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.grant_discount import grant_discount
from billing.queries import with_state
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from payments.operations.apply_credits import undo_allocation
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused

DAY, LAST = date(2026, 6, 1), date(2026, 6, 11)
pytestmark = pytest.mark.django_db


@pytest.fixture
def terms(company: Any) -> Any:
    """2/10 net 30."""
    details = TermsDetails("2/10 net 30", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    return add_terms(company, details, by=None)


@pytest.fixture
def invoice(customer: Any, terms: Any) -> Invoice:
    return world.issue(customer, "1000.00", DAY, terms_id=terms.pk)


def pay(invoice: Invoice, amount: str, on: date) -> None:
    world.apply(world.receive(invoice.customer, amount, on), invoice, amount, on)


def view(invoice: Invoice, on: date) -> CustomerView:
    return CustomerView(with_state(Invoice.objects.filter(pk=invoice.pk), on).get(), on)


def test_all_13_after_a_part_payment_only_the_rest_less_the_discount_settles_it(invoice: Invoice) -> None:
    pay(invoice, "500.00", date(2026, 6, 3))
    early = view(invoice, LAST).early_payment

    assert early is not None
    assert (early.amount, early.discount) == (480, 20)
    assert view(invoice, date(2026, 6, 12)).early_payment is None


def test_a_payment_in_time_earns_the_discount_and_granting_it_closes_the_invoice(invoice: Invoice, clerk: Any) -> None:
    pay(invoice, "500.00", date(2026, 6, 3))
    assert discount_earned(invoice) == 0
    pay(invoice, "480.00", LAST)
    assert [(found.pk, discount) for found, discount in earned_by_customer(invoice.customer_id, LAST)] == [
        (invoice.pk, 20)
    ]

    memo = grant_discount(invoice.pk, by=clerk, on=date(2026, 6, 15))

    assert (memo.total, memo.reason) == (20, "Early-payment discount: paid by 2026-06-11")
    assert memo.reason_code.code == "early_payment"
    assert (world.open_of(invoice), discount_earned(invoice)) == (0, 0)
    assert check_book() == []


def test_it_is_granted_once_also_where_what_was_paid_is_applied_anew(invoice: Invoice) -> None:
    receipt = world.receive(invoice.customer, "980.00", LAST)
    applied = world.apply(receipt, invoice, "980.00", LAST)
    grant_discount(invoice.pk, by=None, on=LAST)
    undo_allocation(applied.pk, dated_on=LAST, by=None, reason="Of another invoice")

    assert (world.open_of(invoice), view(invoice, LAST).early_payment) == (980, None)
    assert early_discounts(invoice.company_id, [invoice.customer_id]) == {}
    pay(invoice, "960.40", LAST)
    assert (discount_earned(invoice), earned_by_customer(invoice.customer_id, LAST)) == (0, [])


def test_the_tax_in_the_discount_goes_back_at_each_rate(company: Any, customer: Any, terms: Any) -> None:
    lines = [world.line("100.00", tax=world.make_tax(company, "20")), world.line("100.00")]
    invoice = world.issue(customer, lines, DAY, terms_id=terms.pk)
    pay(invoice, "215.60", LAST)
    memo = grant_discount(invoice.pk, by=None, on=LAST)

    assert (memo.total, memo.net, memo.tax) == (Decimal("4.40"), Decimal("4.00"), Decimal("0.40"))
    assert [(row.base, row.amount) for row in memo.taxes.all()] == [(Decimal("2.00"), Decimal("0.40"))]


def test_what_was_credited_gets_no_discount(invoice: Invoice) -> None:
    credit_invoice(invoice.pk, Decimal("100.00"), reason="x", by=None, on=DAY)
    early = view(invoice, LAST).early_payment
    assert early is not None
    assert (early.amount, early.discount) == (882, 18)

    pay(invoice, "882.00", LAST)
    assert grant_discount(invoice.pk, by=None, on=LAST).total == 18


def test_only_what_is_still_open_is_granted(invoice: Invoice) -> None:
    pay(invoice, "995.00", LAST)

    assert grant_discount(invoice.pk, by=None, on=LAST).total == 5


@pytest.mark.parametrize(("amount", "on"), [("980.00", date(2026, 6, 12)), ("979.99", LAST), ("1000.00", LAST)])
def test_late_short_or_full_payments_earn_none(invoice: Invoice, amount: str, on: date) -> None:
    pay(invoice, amount, on)
    with pytest.raises(Refused) as refusal:
        grant_discount(invoice.pk, by=None, on=date(2026, 6, 15))

    assert (refusal.value.code, invoice.credit_memos.count()) == ("no_discount", 0)


def test_an_invoice_without_such_terms_earns_none(customer: Any) -> None:
    invoice = world.issue(customer, "1000.00", DAY)
    pay(invoice, "980.00", DAY)

    assert discount_earned(invoice) == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_grant_at_once_grant_it_once(
    invoice: Invoice, in_parallel: Callable[[list[Callable[[], Any]]], list[Any]]
) -> None:
    pay(invoice, "980.00", LAST)
    results = in_parallel([lambda: grant_discount(invoice.pk, by=None, on=LAST)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["Invoice", "Refused"]
    assert [memo.total for memo in invoice.credit_memos.all()] == [20]


def test_above_an_amount_it_needs_approval_like_any_credit(invoice: Invoice, clerk: Any, manager: Any) -> None:
    set_approval_rules(invoice.company, {"credit_invoice": (Decimal(10), "manager")}, by=None)
    pay(invoice, "980.00", LAST)
    with pytest.raises(ApprovalNeeded) as needed:
        grant_discount(invoice.pk, by=clerk, on=LAST)
    approve_request(ask_approval(needed.value, by=clerk).pk, by=manager)

    assert invoice.credit_memos.get().total == 20


def test_it_is_offered_on_the_invoice_and_where_payments_are_applied(invoice: Invoice, clerk: Any) -> None:
    pay(invoice, "980.00", LAST)
    browser = Client()
    browser.force_login(clerk)
    act = reverse("billing:grant_discount", args=[invoice.pk])
    pages = [reverse("billing:invoice", args=[invoice.pk]), reverse("payments:allocate", args=[invoice.customer_id])]
    assert [act in browser.get(page).content.decode() for page in pages] == [True, True]

    browser.post(act)
    assert (invoice.credit_memos.get().total, world.open_of(invoice)) == (20, 0)
    assert [act in browser.get(page).content.decode() for page in pages] == [False, False]


def test_a_program_grants_it(invoice: Invoice, clerk: Any) -> None:
    pay(invoice, "980.00", LAST)
    program = Program(clerk)

    assert program.post(f"invoices/{invoice.pk}/discount/").json()["total"] == "20.00"
    assert refused(program.post(f"invoices/{invoice.pk}/discount/")) == (409, "no_discount")
