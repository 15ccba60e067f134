"""A paper list of payments: recorded whole, when it adds up to its control total, or not at all."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from ledger.models import Allocation
from payments.models import Receipt, ReceiptBatch
from payments.operations.record_receipt_batch import BatchDetails, BatchLine, record_receipt_batch
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.test_write_off import refusal

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def line(amount: str, customer: str = "", **more: Any) -> BatchLine:
    return BatchLine(Decimal(amount), customer, **more)


def enter(company: Any, total: str, *lines: BatchLine, by: Any = None, **more: Any) -> ReceiptBatch:
    return record_receipt_batch(company, BatchDetails(DAY, Decimal(total), lines, **more), by=by)


def test_each_line_is_a_receipt_and_settles_what_it_names(company: Any, customer: Any) -> None:
    other = world.make_customer(company, "Castell AG")
    named, old, theirs = (
        world.issue(customer, "50.00", DAY),
        world.issue(customer, "30.00", DAY),
        world.issue(other, "80.00", DAY),
    )
    batch = enter(
        company,
        "140.00",
        line("50.00", invoice=named.number.lower()),
        line("20.00", customer.number, method="cash", reference="Till 2"),
        line("70.00", "castell ag"),
        oldest_first=True,
        note="Monday's post",
    )

    assert (batch.number, batch.line_count, batch.control_total) == ("RB-2026-0001", 3, 140)
    assert [(row.amount, row.method, row.reference) for row in batch.receipts.order_by("pk")] == [
        (50, "cheque", ""),
        (20, "cash", "Till 2"),
        (70, "cheque", ""),
    ]
    assert [world.open_of(paper) for paper in (named, old, theirs)] == [0, 10, 10]
    assert check_book() == []


def test_without_a_word_for_the_rest_lines_without_an_invoice_stay_on_account(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "50.00", DAY)
    batch = enter(company, "50.00", line("50.00", customer.number))
    assert (world.open_of(batch.receipts.get()), world.open_of(invoice)) == (50, 50)


def test_several_lines_for_one_invoice_settle_it_once_and_the_excess_is_free(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "50.00", DAY)
    batch = enter(company, "90.00", *[line("30.00", invoice=invoice.number)] * 3)
    assert (world.open_of(invoice), [world.open_of(row) for row in batch.receipts.order_by("pk")]) == (0, [0, 10, 30])


def test_what_does_not_add_up_records_nothing(company: Any, customer: Any) -> None:
    lines = [line("50.00", customer.number), line("20.00", customer.number)]
    assert refusal(lambda: enter(company, "71.00", *lines)) == "control_total_differs"
    assert refusal(lambda: enter(company, "0.00")) == "nothing_typed"
    assert (Receipt.objects.count(), ReceiptBatch.objects.count(), Allocation.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"customer": "Nobody"}, "There is no customer Nobody."),
        ({}, "Say whose payment it is: a customer's number or name, or an invoice."),
        ({"invoice": "INV-1"}, "There is no issued invoice INV-1."),
        ({"customer": "Twin"}, "Several customers are called Twin. Type the number."),
    ],
)
def test_a_line_that_cannot_be_told_refuses_the_whole_by_its_place(
    company: Any, customer: Any, wrong: dict[str, str], words: str
) -> None:
    for _ in range(2):
        world.make_customer(company, "Twin", contacts=[])
    with pytest.raises(Exception, match="Line 2") as refused_:
        enter(company, "6.00", line("5.00", customer.number), line("1.00", **wrong))
    assert (refused_.value.code, refused_.value.by_line) == ("bad_lines", {1: words})
    assert not Receipt.objects.exists()


def test_another_customers_invoice_or_currency_is_refused(company: Any, customer: Any) -> None:
    other = world.make_customer(company, "Castell AG")
    theirs = world.issue(other, "5.00", DAY)
    dollars = world.issue(customer, "5.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    for number in (theirs.number, dollars.number):
        assert (
            refusal(lambda number=number: enter(company, "5.00", line("5.00", customer.number, invoice=number)))
            == "bad_lines"
        )


def test_one_form_sent_twice_is_one_batch(company: Any, customer: Any) -> None:
    key = uuid4()
    first, second = (enter(company, "5.00", line("5.00", customer.number), form_key=key) for _ in range(2))
    assert (first, Receipt.objects.count()) == (second, 1)


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_is_one_batch(company: Any, customer: Any, in_parallel: Parallel) -> None:
    key = uuid4()
    first, second = in_parallel([lambda: enter(company, "5.00", line("5.00", customer.number), form_key=key)] * 2)
    assert (first, Receipt.objects.count()) == (second, 1)
    assert check_book() == []


def test_a_batch_is_never_changed(company: Any, customer: Any) -> None:
    enter(company, "5.00", line("5.00", customer.number))
    for sql in ("UPDATE payments_receiptbatch SET control_total = 6", "DELETE FROM payments_receiptbatch"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            connection.cursor().execute(sql)


def test_who_sees_only_their_own_customers_enters_nobody_elses(company: Any, customer: Any) -> None:
    user = world.make_user(company, "clerk", only_own_customers=True)
    assert refusal(lambda: enter(company, "5.00", line("5.00", customer.number), by=user)) == "bad_lines"


# Bank fees


def test_what_the_bank_kept_goes_to_bank_charges_and_the_customer_is_credited_with_all(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    receipt = world.receive(customer, "100.00", DAY, bank_fee=Decimal("12.50"))
    world.apply(receipt, invoice, "100.00", DAY)

    lines = {row.account.role: row.amount for row in receipt.entry.lines.select_related("account")}
    assert lines == {"receivable": -100, "bank": Decimal("87.50"), "bank_charges": Decimal("12.50")}
    assert world.open_of(invoice) == 0
    assert check_book() == []


@pytest.mark.parametrize("fee", ["-0.01", "100.00", "0.001"])
def test_a_bank_fee_that_cannot_be_is_refused(customer: Any, fee: str) -> None:
    code = refusal(lambda: world.receive(customer, "100.00", DAY, bank_fee=Decimal(fee)))
    assert code in ("bad_bank_fee", "too_many_places")
    assert not Receipt.objects.exists()


def test_tax_withheld_has_no_bank_fee_not_even_by_sql(customer: Any) -> None:
    more = {"method": "withheld", "reference": "W-1"}
    assert refusal(lambda: world.receive(customer, "10.00", DAY, bank_fee=Decimal(1), **more)) == "bad_bank_fee"
    receipt = world.receive(customer, "10.00", DAY)
    copy = Receipt.objects.get(pk=receipt.pk)
    copy.pk, copy.number, copy.bank_fee = None, "RC-X", Decimal(10)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        copy.save(force_insert=True)
    assert error.value.__cause__.diag.constraint_name == "receipt_bank_fee_below_its_amount"


# Doors


def typed(total: str, *rows: dict[str, str]) -> dict[str, str]:
    """The form as a browser sends it."""
    fields = {"received_on": "2026-03-02", "control_total": total, "currency": "EUR", "form_key": str(uuid4())}
    fields |= {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0", "oldest_first": "on", "note": ""}
    for place, row in enumerate(rows):
        fields |= {f"lines-{place}-{name}": value for name, value in ({"method": "cheque"} | row).items()}
    return fields


def test_on_screen_the_lines_add_up_live_and_errors_stand_on_their_line(
    company: Any, customer: Any, clerk: Any
) -> None:
    browser = Client()
    browser.force_login(clerk)
    bank = world.receive(customer, "1.00", DAY).bank_account_id
    rows = [{"customer": customer.number, "amount": "3*25"}, {"customer": "Nobody", "amount": "10"}, {}]
    form = typed("85", *rows) | {"bank_account": str(bank)}
    piece = browser.post(reverse("payments:receipt_batch_totals"), form).content.decode()
    assert "€85.00" in piece
    assert '<dd id="batch-apart">€0.00</dd>' in piece
    page = browser.post(reverse("payments:receipt_batch_new"), form).content.decode()
    assert page.count("There is no customer Nobody.") == 2
    assert not ReceiptBatch.objects.exists()
    form = typed("75", *rows[:1]) | {"bank_account": str(bank)}
    page = browser.post(reverse("payments:receipt_batch_new"), form, follow=True).content.decode()
    assert "They add up to the control total." in page
    assert "RB-2026-0001" in browser.get(reverse("payments:receipt_batch_list")).content.decode()


def test_a_program_enters_a_list_and_reads_it(company: Any, customer: Any, clerk: Any) -> None:
    program = Program(clerk)
    body = {
        "control_total": "15.00",
        "received_on": "2026-03-02",
        "lines": [{"customer": customer.number, "amount": "15.00"}],
    }
    answer = program.post("receipt-batches/", body)
    shown = answer.json()
    assert (answer.status_code, shown["line_count"], shown["receipts"][0]["amount"]) == (201, 1, "15.00")
    assert program.get(f"receipt-batches/{shown['id']}/").json() == shown
    assert refused(program.post("receipt-batches/", body | {"control_total": "16.00"})) == (
        409,
        "control_total_differs",
    )
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.post("receipt-batches/", body))[0] == 403
