"""Who pays late is charged by the day, once, in open items of their own."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from billing.beside import beside
from billing.models import ReasonCode
from billing.operations.open_dispute import DisputeDetails, open_dispute
from billing.operations.void_invoice import void_invoice
from credit_control.models import LateCharge, LateChargeLine
from credit_control.operations.claim_late_charges import claim_late_charges
from credit_control.operations.claim_many import start_claiming
from credit_control.operations.set_credit_policy import set_credit_policy
from credit_control.operations.set_late_charge_rules import (
    add_usual_rule,
    choose_late_charge_rule,
    save_late_charge_rule,
)
from credit_control.operations.waive_late_charge import waive_late_charge
from customers.operations.add_customer_group import add_customer_group
from ledger.models import AccountRole, Line, OpenItem
from office.models import AuditRecord, RunStatus
from office.operations.set_exchange_rates import set_exchange_rate
from office.work.runs import carry_out
from office.written import plain_day
from payments.exchanging import ExchangeDetails
from payments.models import Receipt
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.reverse_receipt import reverse_receipt
from reports.book_check import check_book
from tests import world
from tests.credit_control.late_debts import DUE, after, bill, pay, refusal
from tests.credit_control.samples import LONG_AGO, claim, rule_for, why_not
from tests.payments.bank_samples import taken

pytestmark = pytest.mark.django_db


def test_money_that_was_exchanged_later_stops_interest_on_the_day_it_came(company: Any, customer: Any) -> None:
    rule_for(company, "12")
    invoice = bill(customer, "1000.00")
    receipt = world.receive(customer, "1000.00", after(10), currency="USD", exchange_rate=Decimal(1))
    item = world.item_of(invoice)
    exchange_receipt(receipt.pk, ExchangeDetails(Decimal(1000), "EUR", after(30), Decimal(1000), item.pk), by=None)

    assert claim(customer, after(40)).interest == Decimal("3.29")
    assert check_book() == []


def test_int_01_interest_follows_the_open_balance(company: Any, customer: Any) -> None:
    rule_for(company, "12")
    invoice = bill(customer, "1000.00")
    pay(customer, invoice, "200.00", after(30))
    first, second = claim(customer, date(2025, 1, 31)), claim(customer, date(2025, 2, 28))

    assert (first.number, first.interest, first.fee) == ("LC-2025-0001", Decimal("9.86"), 0)
    assert [(line.principal, (line.to_on - line.from_on).days, line.amount) for line in second.lines.all()] == [
        (800, 28, Decimal("7.37"))
    ]
    assert second.interest == Decimal("7.37")
    assert check_book() == []


def test_int_01_one_claim_at_the_end_comes_to_the_same(company: Any, customer: Any) -> None:
    rule_for(company, "12")
    invoice = bill(customer, "1000.00")
    pay(customer, invoice, "200.00", after(30))
    charge = claim(customer, date(2025, 2, 28))

    assert charge.interest == Decimal("17.23")
    assert [(line.principal, line.amount) for line in charge.lines.all()] == [
        (1000, Decimal("9.86")),
        (800, Decimal("7.37")),
    ]


def test_int_02_the_invoice_paid_alone_leaves_interest_and_fee_open(company: Any, customer: Any, clerk: Any) -> None:
    rule_for(company, "5", fee_steps=[["0", "10"]])
    invoice = bill(customer, "100.00")
    charge = claim(customer, after(30))
    pay(customer, invoice, "100.00", after(31))

    assert (charge.interest, charge.fee) == (Decimal("0.41"), Decimal("10.00"))
    assert world.owes(customer, after(40)) == Decimal("10.41")
    items = OpenItem.objects.filter(reference=charge.number).order_by("pk")
    assert [(item.kind, item.balance) for item in items] == [
        ("interest", Decimal("0.41")),
        ("fee", Decimal("10.00")),
    ]
    waive_late_charge(charge.pk, on=after(41), by=clerk, reason="Good customer")
    assert world.owes(customer, after(41)) == 0
    charge.refresh_from_db()
    assert (charge.waived_by, charge.waived_on) == (clerk, after(41))
    assert check_book() == []


def test_int_03_a_repeated_late_fee_does_not_compound(company: Any, customer: Any) -> None:
    rule_for(company, "0", fee_percent=Decimal("1.5"), period_days=7)
    other = world.make_customer(company, "Other AG")
    for each in (customer, other):
        bill(each, "400.00")

    assert claim(other, after(20)).fee == Decimal("12.00")
    assert claim(customer, after(21)).fee == Decimal("18.00")
    assert claim(customer, after(21)) is None
    assert claim(other, after(21)).fee == Decimal("6.00")
    assert list(LateChargeLine.objects.filter(charge__customer=customer).values_list("period", "amount")) == [
        (1, 6),
        (2, 6),
        (3, 6),
    ]


def test_interest_stands_in_the_book_on_its_own_accounts(company: Any, customer: Any) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00")
    claim(customer, after(10))

    sums = dict(Line.objects.values_list("account__role").annotate(Sum("amount")))
    assert (sums[AccountRole.INTEREST], sums[AccountRole.FEE]) == (-10, -40)
    assert sums[AccountRole.RECEIVABLE] == 1050
    assert AuditRecord.objects.get(action="claim_late_charges").after["interest"] == "10.00"


def test_never_interest_on_interest_or_fees(company: Any, customer: Any) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    invoice = bill(customer, "1000.00")
    claim(customer, after(10))
    pay(customer, invoice, "1000.00", after(10))

    assert claim(customer, after(300)) is None


def test_a_payment_counts_from_the_day_it_came_in(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    invoice = bill(customer, "1000.00")
    receipt = world.receive(customer, "1000.00", after(10))
    world.apply(receipt, invoice, "1000.00", after(25))

    assert claim(customer, after(30)).interest == Decimal("10.00")


def test_money_found_after_a_claim_is_set_against_the_next_one(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    invoice = bill(customer, "1000.00")
    claim(customer, after(10))
    world.apply(world.receive(customer, "500.00", after(8)), invoice, "500.00", after(20))
    charge = claim(customer, after(20))

    assert [(line.kind, line.amount) for line in charge.lines.all()] == [
        ("interest", Decimal("5.00")),
        ("correction", Decimal("-1.00")),
    ]
    assert charge.interest == Decimal("4.00")
    assert check_book() == []


def test_a_payment_that_was_taken_back_never_stopped_interest(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    invoice = bill(customer, "1000.00")
    pay(customer, invoice, "1000.00", after(5))
    assert claim(customer, after(10)).interest == Decimal("5.00")
    reverse_receipt(Receipt.objects.get().pk, dated_on=after(12), by=None, reason="returned")

    assert claim(customer, after(20)).interest == Decimal("15.00")


def test_only_the_disputed_part_is_left_out(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    invoice = bill(customer, "1000.00")
    code = ReasonCode.objects.get(company=company, code="price_disputed").pk
    open_dispute(invoice.entry_id, DisputeDetails(code, amount=Decimal(400)), on=invoice.dated_on, by=None)

    assert claim(customer, after(10)).interest == Decimal("6.00")
    open_dispute(invoice.entry_id, DisputeDetails(code), on=invoice.dated_on, by=None)
    assert why_not(customer, after(20)) == "All that is late is disputed."


def test_a_void_invoice_was_never_owed(company: Any, customer: Any) -> None:
    rule_for(company)
    void_invoice(bill(customer, "1000.00").pk, reason="twice", by=None, on=after(20))
    assert claim(customer, after(30)) is None


@pytest.mark.parametrize(("size", "fee"), [("999.99", 40), ("1000.00", 70), ("9999.99", 70), ("10000.00", 100)])
def test_the_uk_fee_is_by_the_size_of_the_debt(size: str, fee: int) -> None:
    company = world.make_company("GBP")
    customer = world.make_customer(company)
    rule = add_usual_rule(company, "uk", by=None, due_from=LONG_AGO)
    choose_late_charge_rule(company, rule.pk, by=None)
    bill(customer, size)

    assert claim(customer, after(1)).fee == fee


def test_the_eu_rule_takes_each_half_years_rate(company: Any, customer: Any) -> None:
    rule = add_usual_rule(company, "eu", by=None, due_from=LONG_AGO)
    choose_late_charge_rule(company, rule.pk, by=None)
    world.issue(customer, "4500.00", date(2025, 6, 1), due_on=date(2025, 6, 15))
    charge = claim(customer, date(2025, 7, 15))

    assert [(line.kind, line.percent, line.amount) for line in charge.lines.all()] == [
        ("interest", Decimal("11.15"), Decimal("20.62")),
        ("interest", Decimal("10.15"), Decimal("18.77")),
        ("fee", 0, Decimal("40.00")),
    ]


def test_who_is_not_charged_is_told_why(company: Any, customer: Any) -> None:
    bill(customer, "100.00")
    rule = rule_for(company, "12", grace_days=5, smallest_claim=Decimal(5))

    assert why_not(customer, after(5)) == "Within the 5 days of grace."
    assert why_not(customer, after(30)) == (
        "It comes to 0.99 EUR, less than the smallest claim. It waits until it has grown."
    )
    choose_late_charge_rule(company, None, by=None, customer_id=customer.pk)
    assert why_not(customer, after(30)) == "No rule is chosen for them."
    choose_late_charge_rule(company, None, by=None, customer_id=customer.pk, clear=True)
    save_late_charge_rule(company, {"due_from": after(1)}, by=None, rule_id=rule.pk)
    assert claim(customer, after(400)) is None
    assert LateCharge.objects.count() == 0


def test_whose_money_is_there_is_not_charged_before_it_is_applied(company: Any, customer: Any) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    invoice = bill(customer, "1000.00")
    receipt = world.receive(customer, "1000.00", DUE)
    assert why_not(customer, after(30)) == "They have €1,000.00 of free credit: apply it first."
    world.apply(receipt, invoice, "1000.00", after(30))
    assert why_not(customer, after(30)) == "Paid in time."
    bill(customer, "1000.00")
    world.receive(customer, "999.00", DUE)
    assert claim(customer, after(30)).fee == 40


def test_whose_payment_waits_in_the_bank_queue_is_not_charged_before_it_is_matched(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    invoice = bill(customer, "1000.00")
    taken(company, ("1000.00", f"Invoice {invoice.number}", customer.name))
    assert why_not(customer, after(30)).endswith("waits in the bank queue.")
    set_credit_policy(company, {"waits_for_bank": False}, by=None)
    assert claim(customer, after(30)).interest == 30


def test_a_changed_rhythm_charges_no_fee_for_the_same_days_twice(company: Any, customer: Any) -> None:
    rule = rule_for(company, "0", fee_steps=[["0", "10"]], period_days=30)
    bill(customer, "1000.00")
    assert claim(customer, after(60)).fee == 20
    save_late_charge_rule(company, {"period_days": 14}, by=None, rule_id=rule.pk)
    assert claim(customer, after(70)) is None
    assert claim(customer, after(84)).fee == 10
    save_late_charge_rule(company, {"period_days": 0}, by=None, rule_id=rule.pk)
    assert claim(customer, after(90)) is None


def test_the_customers_own_rule_goes_before_the_groups_and_the_companys(company: Any) -> None:
    group = add_customer_group(company, "Partners", by=None)
    people = [world.make_customer(company, name, group_id=group.pk) for name in ("A", "B")]
    people.append(world.make_customer(company, "C"))
    rule_for(company, "36.5")
    for name, percent, whose in (("G", "3.65", {"group_id": group.pk}), ("O", "73", {"customer_id": people[0].pk})):
        rule = save_late_charge_rule(company, {"name": name, "percent": Decimal(percent), "due_from": DUE}, by=None)
        choose_late_charge_rule(company, rule.pk, by=None, **whose)
    for each in people:
        bill(each, "1000.00")
    charges, _ = claim_late_charges(company, [each.pk for each in people], on=after(10), by=None)

    assert [charge.interest for charge in charges] == [20, 1, 10]


def test_a_changed_rule_is_for_days_to_come(company: Any, customer: Any) -> None:
    rule = rule_for(company, "36.5")
    bill(customer, "1000.00")
    claim(customer, after(10))
    save_late_charge_rule(company, {"percent": Decimal("3.65")}, by=None, rule_id=rule.pk)

    assert claim(customer, after(20)).interest == Decimal("1.00")


def test_a_foreign_debt_is_charged_in_its_currency_at_the_days_rate(company: Any, customer: Any) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00", currency="USD", exchange_rate=Decimal("0.9"))
    assert why_not(customer, after(10)) == f"No exchange rate of USD is kept for {plain_day(after(10))}."
    set_exchange_rate(company, "USD", after(10), Decimal("0.8"), by=None)
    charge = claim(customer, after(10))

    assert (charge.currency, charge.interest, charge.fee) == ("USD", 10, 0)
    assert charge.entry.items.get().company_amount == 8
    assert check_book() == []


def test_an_invoices_page_is_told_what_was_charged(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    invoice = bill(customer, "1000.00")
    claim(customer, after(10))
    [row] = beside(invoice)

    assert (row.label, row.on, row.amount, row.note) == ("Late charge LC-2025-0001", after(10), 10, "")


def test_many_customers_are_charged_in_as_many_queries_as_one(company: Any, customer: Any) -> None:
    rule_for(company)
    people = [customer, *(world.make_customer(company, f"Customer {number}") for number in range(6))]
    for each in people:
        for _ in range(3):
            bill(each, "1000.00")

    def queries_of(some: list[Any]) -> int:
        with CaptureQueriesContext(connection) as queries:
            charges, _ = claim_late_charges(company, [each.pk for each in some], on=after(10), by=None)
        assert len(charges) == len(some)
        return len(queries)

    queries_of(people[:1])  # which also begins the series of numbers
    assert queries_of(people[1:2]) == queries_of(people[2:]) <= 37


def test_a_run_charges_many_and_lists_who_was_left_out(company: Any, customer: Any, clerk: Any) -> None:
    rule_for(company, "36.5", grace_days=3)
    early = world.make_customer(company, "=Early", contacts=[])
    bill(customer, "1000.00")
    world.issue(early, "50.00", DUE, due_on=after(9))
    run = start_claiming(company, [customer.pk, early.pk], on=after(10), by=clerk)
    list(carry_out(run.pk))
    list(carry_out(start_claiming(company, [customer.pk], on=after(10), by=clerk).pk))

    run.refresh_from_db()
    assert (run.status, run.result) == (RunStatus.DONE, {"Charges": 1, "Left out": 1})
    assert "'=Early,EUR,Within the 3 days of grace." in bytes(run.errors_file).decode()
    assert LateCharge.objects.get().interest == 10
    assert refusal(lambda: start_claiming(company, [], on=after(10), by=clerk)) == "nothing_chosen"
