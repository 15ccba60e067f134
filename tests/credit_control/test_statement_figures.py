"""What a statement says, as other systems got it wrong, and that it closes where the ageing stands."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import ReasonCode
from billing.operations.open_dispute import DisputeDetails, open_dispute
from credit_control.operations.send_statement import send_statement
from credit_control.statements.asking import Period, combined, figures_of, last_told, own
from credit_control.statements.figures import Figures, Part, Section
from customers.models import Customer
from customers.operations.create_customer import create_customer
from customers.operations.declare_payer import declare_payer
from customers.operations.details import CustomerDetails
from customers.operations.merge_customers import merge_customers
from ledger.allocating import Pair
from payments.operations.apply_credits import apply_credits
from reports.ageing import AgeingQuestion, ageing
from tests import world

pytestmark = pytest.mark.django_db
JAN, FEB = date(2026, 1, 1), date(2026, 2, 28)


def said(customer: Customer, from_on: date, on: date, form: str = "balance_forward") -> Figures:
    return figures_of(Period(customer.company, from_on, on), [own(customer, form)])[0]


def part_of(customer: Customer, from_on: date, on: date) -> Part:
    [part] = said(customer, from_on, on).sections[0].parts
    return part


def balances(part: Part) -> list[str]:
    return [f"{movement.balance:.2f}" for movement in part.movements]


def aged_total(customer: Customer, on: date) -> Decimal:
    rows = ageing(AgeingQuestion(customer.company_id, on), limit=None).rows
    return sum((row.total for row in rows if row.id == customer.pk), Decimal(0))


def test_age_08_an_old_open_invoice_is_in_the_opening_balance(customer: Any) -> None:
    world.issue(customer, "600.00", date(2015, 11, 20))
    world.issue(customer, "250.00", date(2016, 6, 1))
    part = part_of(customer, date(2016, 1, 1), date(2016, 12, 31))

    assert part.opening == Decimal("600.00")
    assert [(row.amount, row.balance) for row in part.movements] == [(Decimal("250.00"), Decimal("850.00"))]
    assert part.closing == aged_total(customer, date(2016, 12, 31)) == Decimal("850.00")
    assert [item.open for item in part.items] == [Decimal("600.00"), Decimal("250.00")]


def test_age_09_one_payment_over_three_invoices_is_one_line_and_the_balance_runs_on(customer: Any) -> None:
    day, later = date(2018, 1, 25), date(2018, 2, 12)
    world.receive(customer, "20000.00", day)
    world.issue(customer, "67860.00", date(2018, 1, 4))
    world.receive(customer, "15490.99", day)
    world.issue(customer, "144420.00", day)
    world.issue(customer, "22620.00", day)
    invoices = [world.issue(customer, amount, later) for amount in ("37213.38", "31198.78", "3550.18")]
    payment = world.receive(customer, "71962.34", later)
    pairs = [Pair(world.item_of(invoice).pk, world.item_of(payment).pk, invoice.total) for invoice in invoices]
    apply_credits(customer, pairs, dated_on=later, by=None)
    part = part_of(customer, date(2018, 1, 1), date(2018, 2, 28))

    assert balances(part) == [
        "67860.00",
        "212280.00",
        "234900.00",
        "214900.00",
        "199409.01",
        "236622.39",
        "267821.17",
        "271371.35",
        "199409.01",
    ]
    assert [row.reference for row in part.movements].count(payment.number) == 1
    steps = [part.opening, *(row.balance for row in part.movements)]
    assert all(row.balance == before + row.amount for before, row in zip(steps, part.movements, strict=False))
    assert part.closing == part.open == aged_total(customer, date(2018, 2, 28))


def family(company: Any) -> tuple[Customer, Customer, Customer]:
    """A parent, and its branches North with an invoice of 120 and South with one of 80."""
    parent = world.make_customer(company, "Compass plc")
    north, south = (
        create_customer(company, CustomerDetails(name, parent_id=parent.pk), by=None) for name in ("North", "South")
    )
    world.issue(north, "120.00", JAN)
    world.issue(south, "80.00", JAN)
    return parent, north, south


def test_age_10_a_statement_of_one_account_shows_no_other(company: Any) -> None:
    parent, north, _ = family(company)
    figures = said(north, JAN, FEB)
    assert not figures.is_combined
    assert [(section.name, section.parts[0].closing) for section in figures.sections] == [("North", Decimal(120))]
    assert said(parent, JAN, FEB).sections[0].parts == []


def test_age_10_a_combined_statement_is_chosen_and_says_so(company: Any) -> None:
    parent, north, south = family(company)
    [figures] = figures_of(Period(company, JAN, FEB), [combined(parent, "open_item", [north, south])])
    assert figures.is_combined
    assert [section.name for section in figures.sections] == ["North", "South"]
    [total] = figures.totals
    assert (total.currency, total.opening, total.closing, total.open) == ("EUR", 0, Decimal(200), Decimal(200))


def test_each_currency_is_an_account_of_its_own(customer: Any) -> None:
    world.issue(customer, "100.00", JAN)
    world.issue(customer, "50.00", JAN, currency="USD", exchange_rate=Decimal("0.9"))
    parts = said(customer, JAN, FEB).sections[0].parts
    assert [(part.currency, part.closing) for part in parts] == [("EUR", Decimal(100)), ("USD", Decimal(50))]


def test_as_of_a_past_day_what_was_paid_later_is_open_still(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", JAN)
    receipt = world.receive(customer, "40.00", date(2026, 2, 10))
    world.apply(receipt, invoice, "40.00", date(2026, 2, 10))

    before, after = part_of(customer, JAN, date(2026, 2, 9)), part_of(customer, JAN, FEB)
    assert [item.open for item in before.items] == [Decimal(100)]
    assert [item.open for item in after.items] == [Decimal(60)]
    assert (before.closing, after.closing) == (Decimal(100), Decimal(60))
    assert part_of(customer, date(2026, 2, 10), FEB).opening == Decimal(100)


def test_what_is_aged_adds_up_and_free_credit_stands_beside_it(customer: Any) -> None:
    world.issue(customer, "10.00", JAN, due_on=date(2026, 2, 28))
    world.issue(customer, "20.00", JAN, due_on=date(2026, 2, 27))
    world.issue(customer, "40.00", JAN, due_on=date(2026, 1, 1))
    world.receive(customer, "5.00", JAN)
    part = part_of(customer, JAN, FEB)
    assert {column: amount for column, amount in part.ageing if amount} == {
        "current": 10,
        "days_1_30": 20,
        "days_31_60": 40,
        "unapplied": -5,
    }
    assert (part.open, part.overdue, part.closing) == (65, 60, 65)
    late = {item.amount: item.days_late(FEB) for item in part.items}
    assert late == {40: 58, 20: 1, 10: 0, -5: 0}


def test_of_free_credit_nothing_is_disputed(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", JAN)
    world.receive(customer, "25.00", JAN)
    reason = ReasonCode.objects.get(company=customer.company, code="price_disputed").pk
    open_dispute(invoice.entry_id, DisputeDetails(reason, amount=Decimal(30)), on=JAN, by=None)
    part = part_of(customer, JAN, FEB)
    assert [(item.open, item.disputed) for item in part.items] == [(-25, 0), (100, 30)]
    assert (part.open, part.disputed) == (75, 30)


def test_what_a_payer_paid_for_another_moves_both_accounts(company: Any, customer: Any) -> None:
    payer = world.make_customer(company, "Parent plc")
    declare_payer(customer.pk, payer.pk, by=None)
    invoice = world.issue(customer, "100.00", JAN)
    receipt = world.receive(payer, "100.00", JAN)
    apply_credits(
        payer,
        [Pair(world.item_of(invoice).pk, world.item_of(receipt).pk, Decimal(100))],
        dated_on=date(2026, 1, 5),
        by=None,
    )
    theirs, payers = part_of(customer, JAN, FEB), part_of(payer, JAN, FEB)
    assert [(row.kind, row.amount) for row in theirs.movements] == [("invoice", 100), ("paid_for", -100)]
    assert [(row.kind, row.amount) for row in payers.movements] == [("payment", -100), ("used_for", 100)]
    assert theirs.closing == theirs.open == payers.closing == payers.open == 0


@pytest.mark.parametrize("told", [("kept", "gone"), ("gone", "kept"), ("kept",)])
def test_after_merging_a_statement_goes_on_from_the_accounts_own_last_one(
    company: Any, clerk: Any, told: tuple[str, ...]
) -> None:
    """What the other account brings in is no difference to what was told, whichever of both was told last."""
    day, end, after = date(2026, 1, 5), date(2026, 1, 31), Period(company, date(2026, 2, 1), FEB)
    customers = {name: world.make_customer(company, name.capitalize()) for name in ("kept", "gone")}
    kept, gone = customers.values()
    world.issue(kept, "100.00", day)
    world.issue(gone, "10.00", day)
    for name in told:
        send_statement(Period(company, JAN, end), own(customers[name], "open_item"), by=clerk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    merge_customers(gone.pk, kept.pk, reason="Entered twice", by=clerk)

    [figures] = figures_of(after, [own(kept, "open_item")])
    assert (figures.faults, figures.totals[0].opening, figures.totals[0].closing) == ([], 110, 110)
    assert set(last_told(after, [own(kept, "open_item")])[kept.pk, False].closing) == {str(kept.pk)}


def test_fifty_customers_cost_as_many_queries_as_one(company: Any) -> None:
    customers = [world.make_customer(company, f"Customer {number}") for number in range(50)]
    for each in customers:
        world.issue(each, "10.00", JAN)
    period = Period(company, JAN, FEB)

    def queries(some: list[Customer]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert all(
                figures.totals[0].closing == 10 for figures in figures_of(period, [own(c, "none") for c in some])
            )
        return len(captured)

    assert queries(customers[:1]) == queries(customers) <= 12


def test_an_account_without_anything_says_nothing(customer: Any) -> None:
    figures = said(customer, JAN, FEB)
    assert (figures.sections[0].parts, figures.totals, figures.is_zero, figures.faults) == ([], [], True, [])


def test_figures_that_disagree_say_so() -> None:
    part = Part("EUR", opening=Decimal(5), buckets={"current": Decimal(4)}, opened_elsewhere=Decimal(6))
    figures = Figures("open_item", JAN, FEB, [Section(1, "C1", "One", [part])])
    assert len(figures.faults) == 2
