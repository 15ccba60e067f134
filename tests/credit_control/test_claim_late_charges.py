"""Who pays late is charged by the day, once, in open items of their own, that stand until paid or waived."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from billing.beside import beside
from billing.models import ReasonCode
from billing.operations.open_dispute import DisputeDetails, open_dispute
from billing.operations.void_invoice import void_invoice
from credit_control.late_charges import with_state
from credit_control.models import LateCharge, LateChargeLine
from credit_control.operations.claim_late_charges import claim_late_charges
from credit_control.operations.claim_many import start_claiming
from credit_control.operations.set_late_charge_rules import (
    add_usual_rule,
    choose_late_charge_rule,
    save_late_charge_rule,
)
from credit_control.operations.set_reference_rates import add_usual_rates, set_reference_rate
from credit_control.operations.waive_late_charge import waive_late_charge
from customers.operations.add_customer_group import add_customer_group
from ledger.allocating import Pair
from ledger.models import AccountRole, Line, OpenItem
from ledger.periods import close_month
from ledger.refusals import Refused
from office.approvals import ApprovalNeeded
from office.models import ApprovalRequest, AuditRecord, RunStatus
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_exchange_rates import set_exchange_rate
from office.runs import carry_out
from payments.exchanging import ExchangeDetails
from payments.operations.apply_credits import apply_credits, undo_allocation
from payments.operations.exchange_receipt import exchange_receipt
from reports.book_check import check_book
from tests import world
from tests.credit_control.samples import LONG_AGO, claim, rule_for, why_not

DUE = date(2025, 1, 1)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def bill(customer: Any, amount: str, **details: Any) -> Any:
    """An invoice that is due on the first day."""
    return world.issue(customer, amount, DUE, due_on=DUE, **details)


def pay(customer: Any, invoice: Any, amount: str, on: date) -> Any:
    return world.apply(world.receive(customer, amount, on), invoice, amount, on)


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


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
    paid = pay(customer, invoice, "1000.00", after(5))
    assert claim(customer, after(10)).interest == Decimal("5.00")
    undo_allocation(paid.pk, dated_on=after(12), by=None, reason="returned")

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
    assert why_not(customer, after(10)) == f"No exchange rate of USD is kept for {after(10)}."
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


# Waiving


def test_waived_days_are_not_charged_again_and_what_was_paid_is_free(company: Any, customer: Any, clerk: Any) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00")
    charge = claim(customer, after(10))
    fee = charge.entry.items.get(kind="fee")
    receipt = world.receive(customer, "40.00", after(11))
    apply_credits(customer, [Pair(fee.pk, world.item_of(receipt).pk, Decimal(40))], dated_on=after(11), by=None)
    waive_late_charge(charge.pk, on=after(12), by=clerk, reason="Our mistake")

    assert world.open_of(receipt) == 40
    assert world.owes(customer, after(12)) == 960
    assert claim(customer, after(20)).total == 10
    assert with_state(LateCharge.objects.all()).get(pk=charge.pk).state == "waived"
    assert check_book() == []


def test_waiving_is_refused_without_a_reason_twice_or_before_its_day(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    bill(customer, "1000.00")
    charge = claim(customer, after(10))

    def waive(on: date, reason: str = "r") -> Callable[[], Any]:
        return lambda: waive_late_charge(charge.pk, on=on, by=None, reason=reason)

    assert refusal(waive(after(10), " ")) == "reason_missing"
    assert refusal(waive(after(9))) == "before_it_was_made"
    waive(after(10))()
    assert refusal(waive(after(10))) == "invalid_move"
    assert world.owes(customer, after(10)) == 1000


def test_above_a_limit_somebody_else_says_yes(company: Any, customer: Any, clerk: Any, manager: Any) -> None:
    rule_for(company, "36.5")
    set_approval_rules(company, {"waive_late_charge": (Decimal(5), "manager")}, by=None)
    bill(customer, "1000.00")
    charge = claim(customer, after(10))
    with pytest.raises(ApprovalNeeded) as needed:
        waive_late_charge(charge.pk, on=company.today(), by=clerk, reason="Asked for")
    asked = ask_approval(needed.value, by=clerk)
    approve_request(asked.pk, by=manager)

    charge.refresh_from_db()
    assert (charge.waived_by, ApprovalRequest.objects.get().state) == (clerk, "approved")
    assert world.owes(customer, company.today()) == 1000


# Refusals and guards


def test_a_day_ahead_and_a_closed_month_are_refused(company: Any, customer: Any) -> None:
    rule_for(company)
    bill(customer, "1000.00")
    assert refusal(lambda: claim(customer, company.today() + timedelta(days=1))) == "date_in_future"
    close_month(company.pk, DUE)
    assert refusal(lambda: claim(customer, after(20))) == "period_closed"
    assert LateCharge.objects.count() == 0


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"name": "Late"}, "name_taken"),
        ({"percent": Decimal(-1)}, "bad_percent"),
        ({"percent": Decimal("0.1234567")}, "bad_percent"),
        ({"percent": Decimal(0)}, "charges_nothing"),
        ({"day_count": "guess"}, "bad_reference"),
        ({"grace_days": -1}, "bad_days"),
        ({"currency": "XXQ", "smallest_claim": Decimal(1)}, "bad_amounts"),
        ({"fee_steps": [["0", "1.001"]]}, "bad_amounts"),
        ({"fee_steps": [["0", "1"], ["0", "2"]]}, "bad_amounts"),
        ({"fee_steps": [["0", "x"]]}, "bad_amounts"),
        ({"fee_steps": [["0", "1"]], "fee_percent": Decimal(1)}, "two_fees"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(company: Any, wanted: Any, code: str) -> None:
    rule_for(company)
    whole = {"name": "New", "percent": Decimal(1)} | wanted
    assert refusal(lambda: save_late_charge_rule(company, whole, by=None)) == code


def test_reference_rates_hold_for_half_years_and_known_ones_are_added_once(company: Any) -> None:
    def keep(on: date, percent: str = "2", reference: str = "ecb") -> Callable[[], Any]:
        return lambda: set_reference_rate(company, reference, on, Decimal(percent), by=None)

    assert refusal(keep(date(2026, 2, 1))) == "not_a_half_year"
    assert refusal(keep(date(2026, 1, 1), "5000")) == "bad_percent"
    assert refusal(keep(date(2026, 1, 1), reference="none")) == "bad_reference"
    keep(date(2026, 1, 1), "2.5")()
    assert (add_usual_rates(company, by=None), add_usual_rates(company, by=None)) == (38, 0)
    assert company.reference_rates.get(reference="ecb", from_on=date(2026, 1, 1)).percent == Decimal("2.5")


def broken(sql: str) -> str:
    """What the database says to the app's own role."""
    with pytest.raises(Exception, match=".") as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(told.value)


def test_the_database_lets_nobody_charge_a_day_or_a_fee_twice(company: Any, customer: Any) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00")
    claim(customer, after(10))
    columns = "charge_id, item_id, kind, from_on, to_on, principal, percent, period, amount"
    copy = f"INSERT INTO credit_control_latechargeline ({columns}) SELECT {columns} FROM credit_control_latechargeline"

    assert "day_of_a_debt_charged_once" in broken(f"{copy} WHERE kind = 'interest'")
    assert "late_fee_once_per_document_and_period" in broken(f"{copy} WHERE kind = 'fee'")
    later = columns.replace("from_on, to_on", "to_on - 1, to_on + 5")
    overlapping = copy.replace(f"SELECT {columns}", f"SELECT {later}")
    assert "day_of_a_debt_charged_once" in broken(f"{overlapping} WHERE kind = 'interest'")


def test_the_database_lets_nobody_change_a_charge(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    bill(customer, "1000.00")
    claim(customer, after(10))

    assert "is in the book: waive it" in broken("UPDATE credit_control_latecharge SET interest = 1")
    assert "is in the book: waive it" in broken("DELETE FROM credit_control_latecharge")
    assert "permission denied" in broken("UPDATE credit_control_latechargeline SET amount = 1")


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
    assert queries_of(people[1:2]) == queries_of(people[2:]) <= 30


# Runs


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


# At once


@pytest.mark.django_db(transaction=True)
def test_two_claims_at_once_charge_once(company: Any, customer: Any, in_parallel: Parallel) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00")
    results = in_parallel([lambda: claim(customer, after(10))] * 4)

    assert sorted(type(result).__name__ for result in results) == ["LateCharge", "NoneType", "NoneType", "NoneType"]
    assert world.owes(customer, after(10)) == 1050
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_constraint_holds_and_without_both_days_are_charged_twice(
    company: Any, customer: Any, in_parallel: Parallel, superuser_cursor: Any
) -> None:
    """The lines of one claim, entered again by two connections at once, as if neither had seen the other."""
    rule_for(company, "36.5")
    bill(customer, "1000.00")
    line = claim(customer, after(10)).lines.get()

    def again() -> None:
        values = {name: getattr(line, name) for name in ("charge_id", "item_id", "kind", "principal", "percent")}
        LateChargeLine.objects.create(**values, from_on=after(10), to_on=after(12), amount=2)

    assert sorted(type(result) for result in in_parallel([again] * 2) if result) == [IntegrityError]
    superuser_cursor.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'day_of_a_debt_charged_once'"
    )
    [definition] = superuser_cursor.fetchone()
    table = "ALTER TABLE credit_control_latechargeline"
    superuser_cursor.execute(f"{table} DROP CONSTRAINT day_of_a_debt_charged_once")
    try:
        assert in_parallel([again] * 2) == [None, None]
        assert "a day of a debt is charged once, and a fee once for its period" in {row.check for row in check_book()}
    finally:
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute("DELETE FROM credit_control_latechargeline")
        superuser_cursor.execute(f"{table} ADD CONSTRAINT day_of_a_debt_charged_once {definition}")


@pytest.mark.django_db(transaction=True)
def test_a_charge_is_waived_once_while_it_is_being_paid(company: Any, customer: Any, in_parallel: Parallel) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00")
    charge = claim(customer, after(10))
    receipts = [world.receive(customer, "5.00", after(11)) for _ in range(3)]
    items = list(charge.entry.items.order_by("-pk").values_list("pk", flat=True))

    def waive() -> Any:
        return waive_late_charge(charge.pk, on=after(12), by=None, reason="Goodwill")

    def settle(receipt: Any) -> None:
        pairs = [Pair(item_id, world.item_of(receipt).pk, Decimal(2)) for item_id in items]
        apply_credits(customer, pairs, dated_on=after(11), by=None)

    results = in_parallel([waive, waive, *(lambda each=each: settle(each) for each in receipts)])

    assert sorted(type(result).__name__ for result in results[:2]) == ["LateCharge", "Refused"]
    assert {type(result) for result in results[2:]} <= {type(None), Refused}
    assert world.owes(customer, after(12)) == 985
    assert check_book() == []
