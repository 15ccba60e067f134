"""Failures of other products in ageing, and what is right (AGE)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.models import DisputeOutcome
from billing.operations.close_dispute import close_dispute
from ledger.models import OpenItem
from payments.operations.apply_credits import apply_oldest_first
from reports.ageing import AgeingQuestion, aged_items, ageing
from tests import world
from tests.billing.disputing import DAY, dispute

pytestmark = pytest.mark.django_db


def aged(customer: Any, on: date, **question: Any) -> dict[str, Decimal]:
    """The customer's columns that are not zero, after checking that they add up to the receivable account."""
    answer = ageing(AgeingQuestion(customer.company_id, on, **question))
    for row in answer.totals:
        assert sum(row.columns.values()) == row.total
        assert answer.difference(row.currency) == 0
    row = next((row for row in answer.rows if row.id == customer.pk), None)
    return {column: amount for column, amount in row.columns.items() if amount} if row else {}


def ages(customer: Any, on: date) -> dict[str, int]:
    return {item.reference: item.age for item in aged_items(AgeingQuestion(customer.company_id, on))}


def test_age_01_an_invoice_paid_later_stays_in_earlier_months(customer: Any) -> None:
    invoice = world.issue(customer, "1000.00", date(2020, 4, 30), due_on=date(2020, 5, 30))
    world.apply(world.receive(customer, "1000.00", date(2020, 6, 30)), invoice, "1000.00", date(2020, 6, 30))

    assert aged(customer, date(2020, 5, 31)) == {"days_1_30": Decimal(1000)}
    assert aged(customer, date(2020, 6, 29)) == {"days_1_30": Decimal(1000)}
    assert ages(customer, date(2020, 6, 29)) == {invoice.number: 30}
    assert aged(customer, date(2020, 6, 30)) == {}
    assert aged(customer, date(2020, 5, 31)) == {"days_1_30": Decimal(1000)}


def test_age_01_variant_partly_credited_first(customer: Any) -> None:
    invoice = world.issue(customer, "1000.00", date(2020, 4, 30), due_on=date(2020, 5, 30))
    memo = world.issue_credit_memo(customer, "200.00", date(2020, 6, 15))
    world.apply(memo, invoice, "200.00", date(2020, 6, 15))
    world.apply(world.receive(customer, "800.00", date(2020, 6, 30)), invoice, "800.00", date(2020, 6, 30))

    assert aged(customer, date(2020, 5, 31)) == {"days_1_30": Decimal(1000)}
    assert aged(customer, date(2020, 6, 29)) == {"days_1_30": Decimal(800)}
    assert aged(customer, date(2020, 6, 30)) == {}


def test_age_02_what_is_not_yet_due_has_a_column(customer: Any) -> None:
    for amount, due in (
        ("200", (2025, 12, 30)),
        ("300", (2026, 1, 15)),
        ("50", (2025, 12, 29)),
        ("70", (2025, 11, 29)),
    ):
        world.issue(customer, amount, date(2025, 11, 1), due_on=date(*due))

    assert aged(customer, date(2025, 12, 30)) == {
        "current": Decimal(500),
        "days_1_30": Decimal(50),
        "days_31_60": Decimal(70),
    }


def test_age_03_without_a_due_date_the_invoice_date_counts(customer: Any) -> None:
    world.issue(customer, "400.00", date(2024, 8, 10), net_days=0)
    on = date(2024, 9, 11)

    assert aged(customer, on) == {"days_31_60": Decimal(400)}
    assert aged(customer, on, by="dated_on") == {"days_31_60": Decimal(400)}


def test_age_04_a_credit_memo_is_neither_a_payment_nor_invisible(customer: Any) -> None:
    day = date(2026, 3, 2)
    invoice = world.issue(customer, "100.00", day)
    world.apply(world.issue_credit_memo(customer, "50.00", day), invoice, "50.00", day)
    world.issue_credit_memo(customer, "30.00", day)

    assert aged(customer, day) == {"current": Decimal(50), "unapplied": Decimal(-30)}
    assert world.owes(customer, day) == Decimal(20)
    assert not OpenItem.objects.filter(kind="payment").exists()


def test_age_05_a_payment_before_the_invoice_is_unapplied(customer: Any) -> None:
    payment = world.receive(customer, "3357.37", date(2022, 4, 13))
    invoice = world.issue(customer, "5000.00", date(2022, 5, 19), net_days=0)
    world.apply(payment, invoice, "3357.37", date(2022, 5, 19))

    assert aged(customer, date(2022, 5, 11)) == {"unapplied": Decimal("-3357.37")}
    before = aged_items(AgeingQuestion(customer.company_id, date(2022, 5, 11)), column="unapplied")
    assert [(item.kind, item.open) for item in before] == [("payment", Decimal("-3357.37"))]
    assert aged(customer, date(2022, 5, 31)) == {"days_1_30": Decimal("1642.63")}
    assert ages(customer, date(2022, 5, 31)) == {invoice.number: 12}


def test_age_06_a_payment_of_the_day_itself_counts(customer: Any) -> None:
    invoice = world.issue(customer, "800.00", date(2017, 9, 1), due_on=date(2017, 9, 30))
    world.apply(world.receive(customer, "800.00", date(2017, 10, 31)), invoice, "800.00", date(2017, 10, 31))

    assert aged(customer, date(2017, 10, 30)) == {"days_1_30": Decimal(800)}
    assert ages(customer, date(2017, 10, 30)) == {invoice.number: 30}
    assert aged(customer, date(2017, 10, 31)) == {}


@pytest.mark.parametrize(
    ("due", "on", "column"),
    [
        (date(2024, 1, 30), date(2024, 2, 29), "days_1_30"),
        (date(2024, 1, 30), date(2024, 3, 1), "days_31_60"),
        (date(2023, 1, 30), date(2023, 3, 1), "days_1_30"),
    ],
)
def test_age_06_the_edges_of_the_columns(customer: Any, due: date, on: date, column: str) -> None:
    world.issue(customer, "10.00", date(2023, 1, 1), due_on=due)

    assert aged(customer, on) == {column: Decimal(10)}


def test_a_report_can_be_given_again_as_it_was_known_then(customer: Any, transactional_db: None) -> None:
    world.issue(customer, "100.00", date(2026, 1, 15))
    month_end = timezone.now()
    late = world.receive(customer, "100.00", date(2026, 1, 20))
    apply_oldest_first(customer, dated_on=date(2026, 1, 20), by=None)
    on = date(2026, 1, 31)

    assert aged(customer, on) == {}
    assert aged(customer, on, known_at=month_end) == {"current": Decimal(100)}
    assert world.open_of(late) == 0


def test_each_cell_opens_the_items_that_add_up_to_it(company: Any, customer: Any) -> None:
    other = world.make_customer(company, "Castell AG")
    world.issue(customer, "100.00", date(2026, 1, 1), net_days=10)
    world.issue(customer, "40.00", date(2026, 3, 1), net_days=30)
    world.issue(other, "7.00", date(2026, 1, 1), net_days=10)
    world.receive(other, "3.00", date(2026, 1, 1))
    question = AgeingQuestion(company.pk, date(2026, 3, 2))

    answer = ageing(question)
    for row in answer.rows:
        for column, amount in row.columns.items():
            items = aged_items(question, column=column, customer_id=row.id, currency=row.currency)
            assert sum(item.open for item in items) == amount
    assert [row.total for row in answer.totals] == [Decimal(144)]


def test_pages_follow_one_another_without_a_gap(company: Any) -> None:
    for name in ("Ada", "Bea", "Cleo", "Dora", "Eve"):
        world.issue(world.make_customer(company, name), "1.00", date(2026, 1, 1))
    question = AgeingQuestion(company.pk, date(2026, 3, 2))

    names, after, has_more = [], None, True
    while has_more:
        answer = ageing(question, after=after, limit=2)
        names += [row.name for row in answer.rows]
        after, has_more = answer.rows[-1].place, answer.has_more

    assert names == ["Ada", "Bea", "Cleo", "Dora", "Eve"]


def test_rem_06_what_is_disputed_is_shown_beside_and_still_counts(customer: Any) -> None:
    disputed, plain = world.issue(customer, "500.00", DAY), world.issue(customer, "200.00", DAY)
    dispute(disputed, on=DAY)
    on = DAY + timedelta(days=60)
    question = AgeingQuestion(customer.company_id, on)
    answer = ageing(question)
    for row in (*answer.rows, *answer.totals):
        assert (row.columns["days_1_30"], row.total, row.disputed) == (700, 700, 500)
    assert answer.difference("EUR") == 0
    assert [(item.reference, item.open, item.disputed) for item in aged_items(question, column="disputed")] == [
        (disputed.number, 500, 500)
    ]
    assert {item.reference: item.disputed for item in aged_items(question)} == {disputed.number: 500, plain.number: 0}


def test_what_was_disputed_on_a_past_day_is_told_as_it_was_then_and_as_it_was_known(customer: Any) -> None:
    invoice = world.issue(customer, "500.00", DAY)
    opened = dispute(invoice, "400.00", on=DAY + timedelta(days=1))
    before = timezone.now()
    paid_on, closed_on = DAY + timedelta(days=5), DAY + timedelta(days=9)
    world.apply(world.receive(customer, "300.00", paid_on), invoice, "300.00", paid_on)
    close_dispute(opened.pk, DisputeOutcome.REFUSED, on=closed_on, by=None, note="No")

    def disputed_on(day: date, **more: Any) -> Decimal:
        [row] = ageing(AgeingQuestion(customer.company_id, day, **more)).totals
        return row.disputed

    days = [DAY, DAY + timedelta(days=1), paid_on, closed_on - timedelta(days=1), closed_on]
    assert [disputed_on(day) for day in days] == [0, 400, 200, 200, 0]
    assert [disputed_on(day, known_at=before) for day in days] == [0, 400, 200, 200, 200]
