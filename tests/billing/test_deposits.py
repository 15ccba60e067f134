"""Deposits: billed before the delivery, no sale until an invoice of the whole deducts them, never deducted twice."""

from datetime import date
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from billing.deposits import left_of_deposits, open_deposits
from billing.models import Invoice, InvoiceLine, LineKind
from billing.operations import issue_invoice as issuing
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.suit_draft import suit_draft
from billing.operations.void_invoice import void_invoice
from billing.pdf.page import page_of
from ledger.models import AccountRole, Line
from ledger.refusals import Refused
from tests import world

ASKED, DELIVERED = date(2026, 3, 2), date(2026, 4, 1)
pytestmark = pytest.mark.django_db


def balances(company: Any) -> dict[str, Decimal]:
    """What stands on each account, in the company's currency."""
    sums: dict[str, Decimal] = {}
    for line in Line.objects.filter(account__company_id=company.pk).select_related("account"):
        sums[line.account.role] = sums.get(line.account.role, Decimal(0)) + line.company_amount
    return {role: amount for role, amount in sums.items() if amount}


def deposit_of(customer: Any, price: str, **details: Any) -> Invoice:
    tax = details.pop("tax", None)
    return world.issue(customer, [world.line(price, tax=tax)], ASKED, is_deposit=True, **details)


def deduction(deposit: Invoice, amount: str) -> Any:
    return world.line(amount, description="", deducts_id=deposit.lines.get().pk)


@pytest.fixture
def vat(company: Any) -> Any:
    return world.make_tax(company, "19")


@pytest.fixture
def deposit(customer: Any, vat: Any) -> Invoice:
    return deposit_of(customer, "300.00", tax=vat)


def test_a_deposit_is_owed_and_taxed_but_is_no_sale(company: Any, deposit: Invoice) -> None:
    assert deposit.total == Decimal("357.00")
    assert balances(company) == {
        AccountRole.RECEIVABLE: Decimal("357.00"),
        AccountRole.DEPOSITS: Decimal("-300.00"),
        AccountRole.TAX: Decimal("-57.00"),
    }


def test_the_invoice_of_the_whole_deducts_it_with_its_tax(company: Any, customer: Any, vat: Any, deposit: Any) -> None:
    final = world.issue(customer, [world.line("1000.00", tax=vat), deduction(deposit, "300.00")], DELIVERED)

    assert (final.net, final.tax, final.total, final.deducted) == (700, 133, 833, 300)
    line = final.lines.get(kind=LineKind.DEDUCTION)
    assert (line.quantity, line.net, line.tax_amount) == (-1, -300, -57)
    assert line.description == f"Less deposit {deposit.number} of 2 Mar 2026"
    assert balances(company) == {
        AccountRole.RECEIVABLE: Decimal("1190.00"),
        AccountRole.SALES: Decimal("-1000.00"),
        AccountRole.TAX: Decimal("-190.00"),
    }
    assert left_of_deposits(deposit.lines.all()) == {deposit.lines.get().pk: 0}


def test_a_deposit_is_deducted_at_the_rate_it_was_billed_at(customer: Any, vat: Any, deposit: Any) -> None:
    lower = world.make_tax(customer.company, "16")
    final = world.issue(customer, [world.line("1000.00", tax=lower), deduction(deposit, "300.00")], DELIVERED)

    assert [(row.percent, row.base, row.amount) for row in final.taxes.all()] == [(16, 1000, 160), (19, -300, -57)]


def test_a_discount_on_the_whole_leaves_the_deduction_alone(customer: Any, vat: Any, deposit: Any) -> None:
    lines = [world.line("1000.00", tax=vat), deduction(deposit, "300.00")]
    final = world.issue(customer, lines, DELIVERED, discount_percent=Decimal(10))

    assert [line.discount_share for line in final.lines.all()] == [100, 0]
    assert final.net == 600


def test_an_invoice_that_was_all_paid_as_a_deposit_turns_it_into_a_sale(
    company: Any, customer: Any, vat: Any, deposit: Any
) -> None:
    final = world.issue(customer, [world.line("300.00", tax=vat), deduction(deposit, "300.00")], DELIVERED)

    assert (final.total, final.entry.items.count()) == (0, 0)
    assert balances(company) == {
        AccountRole.RECEIVABLE: Decimal("357.00"),
        AccountRole.SALES: Decimal("-300.00"),
        AccountRole.TAX: Decimal("-57.00"),
    }
    void_invoice(final.pk, reason="Wrong", by=None, on=DELIVERED)
    assert balances(company)[AccountRole.DEPOSITS] == -300
    assert left_of_deposits(deposit.lines.all()) == {deposit.lines.get().pk: 300}


def test_foreign_deposits_close_to_the_cent(company: Any, customer: Any) -> None:
    rate = {"currency": "USD", "exchange_rate": Decimal("0.913333")}
    deposit = deposit_of(customer, "33.33", **rate)
    world.issue(customer, [world.line("33.33"), deduction(deposit, "33.33")], DELIVERED, **rate)

    assert balances(company) == {
        AccountRole.RECEIVABLE: Decimal("30.44"),
        AccountRole.SALES: Decimal("-30.44"),
    }


def refused(customer: Any, *lines: Any, **details: Any) -> str:
    with pytest.raises(Refused) as refusal:
        world.issue(customer, list(lines), DELIVERED, **details)
    return refusal.value.code


def test_more_than_is_left_of_it_is_refused(customer: Any, deposit: Any) -> None:
    world.issue(customer, [world.line("1000.00"), deduction(deposit, "200.00")], DELIVERED)

    assert refused(customer, world.line("1000.00"), deduction(deposit, "100.01")) == "deposit_used_up"
    world.issue(customer, [world.line("1000.00"), deduction(deposit, "100.00")], DELIVERED)


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"currency": "USD", "exchange_rate": Decimal("0.9")}, "deposit_differs"),
        ({"prices_include_tax": True}, "deposit_differs"),
        ({"is_deposit": True}, "deducts_nothing"),
    ],
)
def test_what_is_billed_otherwise_does_not_deduct_it(customer: Any, deposit: Any, details: dict, code: str) -> None:
    assert refused(customer, world.line("1000.00"), deduction(deposit, "1.00"), **details) == code


def test_only_a_customers_own_deposit_is_deducted(company: Any, customer: Any, deposit: Any) -> None:
    other = world.make_customer(company, "Clover BV")
    plain = world.issue(customer, "10.00", ASKED)

    assert refused(other, world.line("1000.00"), deduction(deposit, "1.00")) == "unknown_deposit"
    assert refused(customer, world.line("1000.00"), deduction(plain, "1.00")) == "unknown_deposit"
    assert refused(customer, world.line("1.00", kind=LineKind.DEDUCTION)) == "unknown_deposit"
    assert refused(customer, world.line("1000.00"), deduction(deposit, "0.00")) == "bad_amounts"


def test_a_deposit_that_is_deducted_is_neither_void_nor_credited(customer: Any, deposit: Any) -> None:
    final = world.issue(customer, [world.line("1000.00"), deduction(deposit, "200.00")], DELIVERED)

    with pytest.raises(Refused) as refusal:
        void_invoice(deposit.pk, reason="Wrong", by=None, on=DELIVERED)
    assert refusal.value.code == "deducted"
    with pytest.raises(Refused) as refusal:
        credit_invoice(deposit.pk, None, reason="Called off", by=None, on=DELIVERED)
    assert refusal.value.code == "deposit_used_up"

    credit_invoice(final.pk, None, reason="Sent back", by=None, on=DELIVERED)
    credit_invoice(deposit.pk, None, reason="Called off", by=None, on=DELIVERED)
    assert left_of_deposits(deposit.lines.all()) == {deposit.lines.get().pk: 0}


@pytest.mark.parametrize("then", ["deducted", "credited"])
def test_a_credit_memo_that_gave_a_deduction_back_is_void_while_the_deposit_is_there(
    customer: Any, vat: Any, deposit: Any, then: str
) -> None:
    def whole() -> Invoice:
        return world.issue(customer, [world.line("1000.00", tax=vat), deduction(deposit, "300.00")], DELIVERED)

    memo = credit_invoice(whole().pk, None, reason="Wrong", by=None, on=DELIVERED, apply=False)
    again = whole() if then == "deducted" else None
    given_back = None if again else credit_invoice(deposit.pk, None, reason="Off", by=None, on=DELIVERED, apply=False)
    with pytest.raises(Refused) as refusal:
        void_invoice(memo.pk, reason="It was right", by=None, on=DELIVERED)
    assert refusal.value.code == "deposit_used_up"

    void_invoice((again or given_back).pk, reason="Not that one", by=None, on=DELIVERED)
    void_invoice(memo.pk, reason="It was right", by=None, on=DELIVERED)
    assert left_of_deposits([deposit.lines.get()]) == {deposit.lines.get().pk: 0}


def test_crediting_a_deposit_takes_it_off_its_own_account(company: Any, deposit: Any) -> None:
    credit_invoice(deposit.pk, None, reason="Called off", by=None, on=DELIVERED)
    assert balances(company) == {}


def test_a_draft_says_which_deposits_it_could_deduct_and_deducts_them_in_one_go(
    customer: Any, vat: Any, deposit: Any, clerk: Any, client: Client
) -> None:
    second = deposit_of(customer, "900.00", tax=vat)
    draft = world.draft(customer, [world.line("1000.00", tax=vat)])
    client.force_login(clerk)
    page = client.get(f"/invoices/{draft.pk}/")
    assert f"Not deducted: €300.00 of {deposit}, line 1; €900.00 of {second}, line 1." in page.content.decode()

    suit_draft(draft.pk, "deposits", version=1, by=clerk)

    draft.refresh_from_db()
    assert [line.net for line in draft.lines.all()] == [1000, -300, -700]
    assert draft.total == 0
    assert open_deposits(draft) == []
    editor = client.get(f"/invoices/{draft.pk}/edit/").content.decode()
    assert editor.count("Deducts a deposit, with the taxes it was billed with") == 2


def test_nothing_to_deduct_is_refused(customer: Any) -> None:
    draft = world.draft(customer, "10.00")
    with pytest.raises(Refused) as refusal:
        suit_draft(draft.pk, "deposits", version=1, by=None)
    assert refusal.value.code == "no_deposit"


def test_its_paper_says_what_it_is(deposit: Invoice) -> None:
    assert "Deposit invoice" in page_of(deposit)
    assert deposit.title == "Deposit invoice"


@pytest.fixture
def two_that_deduct_it_all(customer: Any, deposit: Any) -> list[Invoice]:
    lines = [world.line("1000.00"), deduction(deposit, "300.00")]
    return [world.draft(customer, lines, dated_on=DELIVERED) for _ in range(2)]


def issue_at_once(invoices: list[Invoice], in_parallel: Any) -> list[str]:
    def issue(invoice: Invoice) -> str:
        try:
            return issue_invoice(invoice.pk, by=None, on=DELIVERED).status
        except Refused as refusal:
            return refusal.code
        except IntegrityError as error:
            return str(error).partition(" deducts ")[1].strip()

    return sorted(in_parallel([partial(issue, invoice) for invoice in invoices]))


@pytest.mark.django_db(transaction=True)
def test_two_at_once_deduct_a_deposit_once(two_that_deduct_it_all: list[Invoice], in_parallel: Any) -> None:
    assert issue_at_once(two_that_deduct_it_all, in_parallel) == ["deposit_used_up", "issued"]


@pytest.fixture
def without_lock(monkeypatch: Any) -> None:
    """The deposit is not locked, and both have looked at what is left of it before either goes on."""
    both_looked, look = Barrier(2, timeout=30), issuing.require_deposits_left

    def look_together(*args: Any) -> None:
        look(*args)
        both_looked.wait()

    monkeypatch.setattr(issuing, "deposits_deducted_in", lambda invoice_ids: [])
    monkeypatch.setattr(issuing, "require_deposits_left", look_together)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_only_the_databases_own_word_stops_the_second(
    two_that_deduct_it_all: list[Invoice], in_parallel: Any, without_lock: None
) -> None:
    assert issue_at_once(two_that_deduct_it_all, in_parallel) == ["deducts", "issued"]


@pytest.mark.django_db(transaction=True)
def test_control_without_lock_and_guard_both_deduct_it(
    two_that_deduct_it_all: list[Invoice], in_parallel: Any, without_lock: None, superuser_cursor: Any
) -> None:
    superuser_cursor.execute("ALTER TABLE billing_invoice DISABLE TRIGGER deduction_within_deposit")
    try:
        assert issue_at_once(two_that_deduct_it_all, in_parallel) == ["issued", "issued"]
    finally:
        superuser_cursor.execute("ALTER TABLE billing_invoice ENABLE TRIGGER deduction_within_deposit")


def deduct_past_the_rules(deposit: Invoice) -> None:
    """Issued without our own word: a deduction in a draft grows after it was checked, by SQL."""
    line = InvoiceLine.objects.get(deducts=deposit.lines.get())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_invoice SET deducted = 301 WHERE id = %s", [line.invoice_id])
        cursor.execute("UPDATE billing_invoiceline SET net = -301 WHERE id = %s", [line.pk])
        cursor.execute(
            "UPDATE billing_invoice SET status = 'issued', number = 'X', sequence = 99, hash = 'x', total = 0, net = 0,"
            " tax = 0, dated_on = now(), due_on = now() WHERE id = %s",
            [line.invoice_id],
        )


def test_the_database_refuses_a_deduction_of_more_than_is_left(customer: Any, deposit: Any) -> None:
    world.draft(customer, [world.line("1000.00"), deduction(deposit, "300.00")])
    with pytest.raises(IntegrityError, match="deducts more than is left"), transaction.atomic():
        deduct_past_the_rules(deposit)


def test_control_without_that_guard_the_same_goes_through(customer: Any, deposit: Any, superuser_cursor: Any) -> None:
    world.draft(customer, [world.line("1000.00"), deduction(deposit, "300.00")])
    superuser_cursor.execute("ALTER TABLE billing_invoice DISABLE TRIGGER deduction_within_deposit")
    try:
        deduct_past_the_rules(deposit)
    finally:
        superuser_cursor.execute("ALTER TABLE billing_invoice ENABLE TRIGGER deduction_within_deposit")
    assert Invoice.objects.filter(number="X").exists()
