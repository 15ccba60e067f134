"""Who will be debited on a day, who will not, and why."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.models import ReasonCode
from billing.operations.open_dispute import DisputeDetails, open_dispute
from credit_control.operations.hand_to_agency import HandOverDetails, end_hand_over, hand_to_agency
from credit_control.operations.put_off_due_day import put_off_due_day
from customers.operations.manage_accounts import block_account
from customers.operations.manage_mandates import revoke_mandate
from office.models import ApprovalRequest, Company
from office.operations.decide_request import decline_request
from office.written import plain_day
from payments.debiting import customers_to_announce_to
from payments.operations.announce_debits import announce_debits
from payments.operations.apply_credits import undo_allocation
from payments.operations.close_paid_notice import close_paid_notice
from payments.operations.note_paid import PaidDetails, note_paid
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.withdraw_disputes import withdraw_disputes
from tests import world
from tests.customers.accounts import refusal_of
from tests.customers.test_mandates import signed
from tests.payments.debits import (
    approved,
    chosen,
    may_debit,
    run_for,
    with_mandate,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def debtor(company: Company, customer: Any) -> Any:
    """A customer with a mandate who owes 120.00."""
    may_debit(company)
    world.issue(with_mandate(customer), "120.00", DAY)
    return customer


def test_what_is_due_is_debited_together_under_one_mandate(debtor: Any) -> None:
    world.issue(debtor, "30.00", DAY)
    later = world.issue(debtor, "40.00", debtor.company.today(), net_days=30)
    world.issue(world.make_customer(debtor.company, "Cedar AG"), "10.00", DAY)
    assert chosen(debtor.company) == ([("Bramble GmbH", Decimal(150))], [])
    assert chosen(debtor.company, later.due_on) == ([("Bramble GmbH", Decimal(190))], [])


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        ("revoked", "the mandate was revoked"),
        ("blocked", "the account is blocked: AC04"),
        ("lapsed", "the mandate lapsed: nothing was collected under it for 36 months"),
    ],
)
def test_a_dead_mandate_or_account_is_shown_with_its_reason(debtor: Any, then: str, reason: str) -> None:
    mandate = debtor.mandates.get()
    if then == "revoked":
        revoke_mandate(mandate.pk, on=DAY, reason="x", by=None)
    elif then == "blocked":
        block_account(mandate.account_id, reason="AC04", by=None)
    on = None if then != "lapsed" else date(2029, 6, 1)
    assert chosen(debtor.company, on) == ([], [("INV-2026-0001", reason)])


def test_of_two_mandates_the_live_one_is_used(debtor: Any) -> None:
    revoke_mandate(signed(debtor, debtor.accounts.get()).pk, on=DAY, reason="x", by=None)
    assert chosen(debtor.company) == ([("Bramble GmbH", Decimal(120))], [])


def test_an_item_in_another_run_is_not_debited_again(debtor: Any) -> None:
    run = run_for(debtor.company)
    assert chosen(debtor.company) == ([], [("INV-2026-0001", f"it is in debit run {run.pk} already")])


def test_no_more_is_debited_than_is_owed_in_all(debtor: Any) -> None:
    world.issue(debtor, "80.00", DAY)
    world.issue_credit_memo(debtor, "100.00", DAY)
    assert chosen(debtor.company) == (
        [("Bramble GmbH", Decimal(80))],
        [("INV-2026-0001", "it is more than they owe in all: apply their free credit of €100.00 first")],
    )


def test_what_is_disputed_is_not_debited(debtor: Any) -> None:
    company, invoice = debtor.company, debtor.invoices.get()
    reason = ReasonCode.objects.get(company=company, code="quality_disputed")
    open_dispute(invoice.entry_id, DisputeDetails(reason.pk), on=DAY, by=None)
    assert chosen(company) == ([], [("INV-2026-0001", "it is disputed: Goods or work faulty")])
    assert withdraw_disputes(world.item_of(invoice), by=None) == 1
    assert chosen(company) == ([("Bramble GmbH", Decimal(120))], [])


def test_what_was_put_off_is_not_debited_before_its_new_day(debtor: Any) -> None:
    company, item = debtor.company, world.item_of(debtor.invoices.get())
    agreed_on = company.today() + timedelta(days=20)
    put_off_due_day(item.pk, agreed_on, by=None, reason="Agreed by phone")
    assert chosen(company) == ([], [])
    assert chosen(company, agreed_on - timedelta(days=1)) == ([], [])
    assert chosen(company, agreed_on) == ([("Bramble GmbH", Decimal(120))], [])
    run_for(company, collect_on=agreed_on)
    later = {"due_on": agreed_on + timedelta(days=1), "by": None, "reason": "Asked again"}
    assert refusal_of(lambda: put_off_due_day(item.pk, **later)) == "in_debit_run"


def test_what_is_with_an_agency_is_not_debited_until_it_is_ours_again(debtor: Any) -> None:
    company, item = debtor.company, world.item_of(debtor.invoices.get())
    details = HandOverDetails("Inkasso AG", [item.pk], was_warned=True)
    made = hand_to_agency(debtor.pk, details, on=company.today(), by=None)
    assert chosen(company) == ([], [])
    end_hand_over(made.pk, "given_back", on=company.today(), by=None)
    assert chosen(company) == ([("Bramble GmbH", Decimal(120))], [])


def test_what_they_say_they_paid_is_looked_for_and_not_debited(debtor: Any, clerk: Any, manager: Any) -> None:
    company, invoice = debtor.company, debtor.invoices.get()
    today = company.today()
    run = run_for(company, clerk)
    notice = note_paid(
        invoice.pk, PaidDetails(invoice.total, today, "transfer"), contact=debtor.contacts.get(), on=today
    )
    assert refusal_of(lambda: approved(run, manager)) == "nothing_to_debit"
    decline_request(ApprovalRequest.objects.get().pk, by=manager, reason="Paid")
    assert chosen(company) == ([], [(invoice.number, "they say that they paid it: look for that first")])
    assert customers_to_announce_to(may_debit(company, debit_notice_days=14).company) == []
    may_debit(company, debit_notice_days=0)

    close_paid_notice(notice.pk, found=False, answer="Nothing came", by=None)
    assert chosen(company) == ([("Bramble GmbH", Decimal(120))], [])
    company.debit_notice_days = 14
    assert customers_to_announce_to(company) == [debtor.pk]


def test_only_what_was_announced_in_time_and_amount_is_debited(company: Any, customer: Any) -> None:
    may_debit(company, debit_notice_days=14)
    with_mandate(customer)
    world.issue(customer, "120.00", DAY)
    today = company.today()
    assert chosen(company) == ([], [("INV-2026-0001", "it was not announced to them")])
    announce_debits(customer.pk, on=today)
    day = today + timedelta(days=14)
    assert chosen(company) == ([], [("INV-2026-0001", f"it was announced for {plain_day(day)}")])
    assert chosen(company, day) == ([("Bramble GmbH", Decimal(120))], [])


def test_more_than_was_announced_is_not_debited(company: Any, customer: Any) -> None:
    may_debit(company, debit_notice_days=14)
    invoice = world.issue(with_mandate(customer), "120.00", DAY)
    receipt = world.receive(customer, "20.00", DAY)
    allocation = world.apply(receipt, invoice, "20.00", DAY)
    announce_debits(customer.pk, on=company.today())
    undo_allocation(allocation.pk, dated_on=DAY, by=None, reason="x")
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="x")
    reason = "more is open than was announced"
    assert chosen(company, company.today() + timedelta(days=20)) == ([], [("INV-2026-0001", reason)])
