"""Balances from the sums of days: always those of all lines, whoever posts while the sums are made."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from customers.models import Customer
from ledger import day_sums
from ledger.day_sums import Balance, balances_on, keep_day_sums
from ledger.models import Account, AccountRole, DaySum, Line
from tests import world
from tests.history import make_history

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def of_all_lines(accounts: list[int], on: date) -> set[Balance]:
    sums = Line.objects.filter(account__in=accounts, dated_on__lte=on).values_list("account", "currency")
    return {Balance(*row) for row in sums.annotate(Sum("amount"), Sum("company_amount"))}


def test_summed_up_or_not_they_are_those_of_all_lines_on_every_day(company: Any, customer: Any) -> None:
    make_history(company, customer)
    world.issue(customer, "7.00", date(2026, 3, 9))
    accounts = list(Account.objects.values_list("pk", flat=True))
    days = sorted({*Line.objects.values_list("dated_on", flat=True)})
    expected = {day: of_all_lines(accounts, day) for day in days}
    assert {day: set(balances_on(accounts, day)) for day in days} == expected

    assert keep_day_sums() > 0
    assert {day: set(balances_on(accounts, day)) for day in days} == expected
    assert DaySum.objects.count() > len(days)
    assert keep_day_sums() == 0


def test_what_is_posted_after_into_a_day_that_is_summed_counts_at_once_and_once(company: Any, customer: Any) -> None:
    receivable = Account.objects.get(company_id=company.pk, role=AccountRole.RECEIVABLE)
    for count in (1, 2):
        world.issue(customer, "100.00", DAY)
        for _ in range(2):
            [balance] = balances_on([receivable.pk], DAY)
            assert balance == (receivable.pk, "EUR", Decimal(100 * count), Decimal(100 * count))
            keep_day_sums()
    assert balances_on([receivable.pk], date(2026, 3, 1)) == []


def test_in_however_many_steps_they_are_summed_all_ids_are_gone_over_once(
    company: Any, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.issue(customer, "1.00", DAY)
    keep_day_sums()
    for _ in range(2):
        world.issue(customer, "100.00", DAY)
    monkeypatch.setattr(day_sums, "AT_ONCE", 1)
    assert keep_day_sums() == 4
    [balance] = balances_on([receivable_of(customer)], DAY)
    assert balance.amount == 201


def receivable_of(customer: Customer) -> int:
    """The receivable account of a customer's company."""
    return Account.objects.get(company_id=customer.company_id, role=AccountRole.RECEIVABLE).pk


@pytest.fixture
def two(transactional_db: None) -> list[Customer]:
    """Customers of two companies, whose postings do not wait for each other."""
    return [world.make_customer(world.make_company()) for _ in range(2)]


def balance_after_both_posted_while_sums_were_made(two: list[Customer], in_parallel: Any) -> Decimal:
    """The first company's balance: its posting took the lower ids, and was under way once the higher were there."""
    with transaction.atomic():
        world.issue(two[0], "100.00", DAY)
        in_parallel([lambda: world.issue(two[1], "1.00", DAY)])
        in_parallel([keep_day_sums])
    keep_day_sums()
    return sum((row.amount for row in balances_on([receivable_of(two[0])], DAY)), Decimal(0))


def test_a_posting_under_way_is_not_passed_over(two: list[Customer], in_parallel: Any) -> None:
    assert balance_after_both_posted_while_sums_were_made(two, in_parallel) == 100


def test_it_would_be_if_nobody_waited_for_it(two: list[Customer], in_parallel: Any, superuser_cursor: Any) -> None:
    superuser_cursor.execute("SELECT pg_get_functiondef('ledger_keep_day_sums'::regproc)")
    [whole] = superuser_cursor.fetchone()
    superuser_cursor.execute(whole.replace("LOCK TABLE ledger_line IN SHARE MODE;", ""))
    try:
        assert balance_after_both_posted_while_sums_were_made(two, in_parallel) == 0
    finally:
        superuser_cursor.execute(whole)


def test_two_at_once_count_each_line_once(two: list[Customer], in_parallel: Any) -> None:
    for _ in range(3):
        world.issue(two[0], "100.00", DAY)
    in_parallel([keep_day_sums, keep_day_sums])
    keep_day_sums()
    assert [row.amount for row in balances_on([receivable_of(two[0])], DAY)] == [300]
