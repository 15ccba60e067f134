"""A payment taken together with an early-payment discount: granted with the match, and void with it."""

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from billing.models import Invoice
from billing.operations.grant_discount import grant_discount
from config.waiting import wait_until
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.refusals import Refused
from office.models import AuditRecord
from office.operations.set_approval_rules import set_approval_rules
from payments.matching.asking import waiting_lines
from payments.models import BankMatch, Receipt
from payments.operations.match_bank_line import match_bank_line
from payments.operations.match_certain import match_piece
from payments.operations.receive_payment import Plan, Share
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.void_discount import void_discount
from reports.book_check import check_book
from tests import world
from tests.payments.bank_samples import taken

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
BEFORE = date(2026, 2, 1)


@pytest.fixture
def discounted(company: Any, customer: Any) -> Invoice:
    """An invoice of 1,000.00 that is paid with 980.00, its discount granted with the match."""
    details = TermsDetails("2/10 net 30", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    terms = add_terms(company, details, by=None)
    invoice = world.issue(customer, "1000.00", date(2026, 2, 25), terms_id=terms.pk)
    taken(company, ("980.00", invoice.number, "Bramble"))
    match_piece(company, by=None)
    return invoice


def test_calling_a_match_mistaken_voids_the_discount_that_was_granted_with_it(
    company: Any, discounted: Invoice, manager: Any
) -> None:
    receipt, memo = Receipt.objects.get(), Invoice.objects.get(kind="credit_memo")
    assert (world.item_of(discounted).balance, world.item_of(memo).balance) == (0, 0)
    reverse_receipt(receipt.pk, dated_on=company.today(), by=manager, reason="Not theirs", mistaken=True)

    memo.refresh_from_db()
    assert (memo.status, memo.void_reason, memo.voided_on) == ("void", "Not theirs", company.today())
    assert world.item_of(discounted).balance == 1000
    assert waiting_lines(company).get() == receipt.bank_line
    assert AuditRecord.objects.filter(action="void_invoice", by=manager).count() == 1
    assert check_book() == []


def test_so_it_does_where_somebody_granted_it_by_hand(company: Any, customer: Any, clerk: Any, manager: Any) -> None:
    details = TermsDetails("2/10 net 30", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    invoice = world.issue(customer, "1000.00", DAY, terms_id=add_terms(company, details, by=None).pk)
    receipt = world.receive(customer, "980.00", DAY)
    world.apply(receipt, invoice, "980.00", DAY)
    memo = grant_discount(invoice.pk, by=clerk, on=DAY)
    take_back = {"dated_on": DAY, "reason": "Not theirs", "mistaken": True}
    with pytest.raises(Refused, match=f"{memo.number} granted the discount with it"):
        reverse_receipt(receipt.pk, by=clerk, **take_back)
    reverse_receipt(receipt.pk, by=manager, **take_back)
    assert world.item_of(invoice).balance == 1000
    assert check_book() == []


def test_a_payment_that_came_back_takes_the_discount_with_it_whoever_enters_it(
    company: Any, discounted: Invoice, clerk: Any
) -> None:
    set_approval_rules(company, {"void_invoice": (Decimal(0), "manager")}, by=None)
    receipt, memo = Receipt.objects.get(), Invoice.objects.get(kind="credit_memo")
    reverse_receipt(receipt.pk, dated_on=receipt.received_on, by=clerk, reason="Cheque returned")

    memo.refresh_from_db()
    assert (memo.status, memo.void_reason, memo.voided_on) == ("void", "Cheque returned", receipt.received_on)
    assert world.item_of(discounted).balance == 1000
    assert AuditRecord.objects.get(action="void_invoice").by is None
    assert check_book() == []


def test_a_discount_that_the_banks_mistake_took_away_stays(company: Any, discounted: Invoice, clerk: Any) -> None:
    receipt = Receipt.objects.get()
    reverse_receipt(receipt.pk, dated_on=company.today(), by=clerk, reason="By mistake", came_back=Decimal(0))
    assert (world.item_of(discounted).balance, Invoice.objects.get(kind="credit_memo").status) == (980, "issued")


def test_a_discount_that_was_voided_before_is_passed_over(company: Any, discounted: Invoice, manager: Any) -> None:
    memo = Invoice.objects.get(kind="credit_memo")
    void_discount(memo, on=company.today(), by=manager, reason="Too late")
    assert world.item_of(discounted).balance == 20
    reverse_receipt(Receipt.objects.get().pk, dated_on=company.today(), by=manager, reason="no", mistaken=True)
    assert world.item_of(discounted).balance == 1000


def test_who_may_not_void_the_discount_does_not_call_the_match_mistaken(
    company: Any, discounted: Invoice, clerk: Any, manager: Any
) -> None:
    receipt = Receipt.objects.get()
    take_back = {"dated_on": company.today(), "reason": "no", "mistaken": True}
    with pytest.raises(Refused, match="granted the discount with it. Ask somebody who may void it") as refusal:
        reverse_receipt(receipt.pk, by=clerk, **take_back)
    assert refusal.value.code == "discount_stands"
    set_approval_rules(company, {"void_invoice": (Decimal(0), "manager")}, by=None)
    with pytest.raises(Refused, match="Have the discount's credit memo voided first") as refusal:
        reverse_receipt(receipt.pk, by=manager, **take_back)

    assert (refusal.value.code, type(refusal.value)) == ("approval_needed", Refused)
    receipt.refresh_from_db()
    assert (receipt.status, world.item_of(discounted).balance) == ("recorded", 0)
    assert Invoice.objects.get(kind="credit_memo").status == "issued"


def test_where_one_discount_needs_a_yes_the_others_do_not_wait_for_it(company: Any, customer: Any, clerk: Any) -> None:
    details = TermsDetails("2/10 net 30", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    terms = add_terms(company, details, by=None)
    large, small = (
        world.issue(customer, total, date(2026, 2, 25), terms_id=terms.pk) for total in ("1000.00", "50.00")
    )
    plain = world.issue(customer, "120.00", BEFORE)
    set_approval_rules(company, {"credit_invoice": (Decimal(5), "manager")}, by=None)
    said = [("980.00", large.number), ("49.00", small.number), ("120.00", plain.number)]
    taken(company, *[(amount, number, "Bramble") for amount, number in said])

    assert match_piece(company, by=clerk).matched == 2
    assert [world.item_of(each).balance for each in (large, small, plain)] == [1000, 0, 0]
    assert [len(match.granted) for match in BankMatch.objects.order_by("line")] == [1, 0]
    assert check_book() == []


def test_a_discount_of_another_customers_invoice_is_not_granted_with_a_match(
    company: Any, customer: Any, clerk: Any
) -> None:
    other = world.issue(world.make_customer(company, "Cedar AG"), "100.00", BEFORE)
    [line] = taken(company, ("98.00", "x", "Nobody"))
    match_bank_line(line.pk, customer, Decimal(98), Plan(), by=clerk, discounts=[world.item_of(other).pk])

    assert world.item_of(other).balance == 100


@pytest.mark.django_db(transaction=True)
def test_a_match_with_a_discount_waits_for_the_invoice_before_it_holds_any_item(superuser_cursor: Any) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    details = TermsDetails("2/10 net 30", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    terms = add_terms(company, details, by=None)
    invoice = world.issue(customer, "1000.00", date(2026, 2, 25), terms_id=terms.pk)
    [line] = taken(company, ("980.00", invoice.number, customer.name))
    item = world.item_of(invoice).pk

    def match() -> None:
        plan = Plan(shares=[Share(item, Decimal(980))])
        match_bank_line(line.pk, customer, Decimal(980), plan, by=None, discounts=[item])
        connection.close()

    matching = threading.Thread(target=match)
    with transaction.atomic():
        Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)  # as whoever credits it does
        matching.start()
        assert wait_until(lambda: somebody_waits(superuser_cursor), seconds=10)
        superuser_cursor.execute("SELECT id FROM ledger_openitem WHERE id = %s FOR NO KEY UPDATE NOWAIT", [item])
    matching.join()

    assert world.item_of(invoice).balance == 0
    assert check_book() == []


def somebody_waits(cursor: Any) -> bool:
    """Whether another connection waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    cursor.execute(waiting)
    return bool(cursor.fetchone()[0])
