"""A report reads one moment: whoever posts while it is made, its sums foot."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from customers.models import Customer
from ledger.snapshot import snapshot
from office.models import User
from reports.catalogue import REPORTS
from reports.frame import Answer, Asked, Report
from tests import world

WRITERS = 50
NAMES = ("ageing", "open-items", "activity", "sales", "movements", "unapplied", "provision", "taxes", "forecast")
PROVED = [report for report in REPORTS if report.name in NAMES]


@pytest.fixture
def customer(transactional_db: None) -> Customer:
    return world.make_customer(world.make_company())


def answered(report: Report, reader: User, customer: Customer) -> Answer:
    company, today = customer.company, customer.company.today()
    days = {"first_day": str(today - timedelta(days=30)), "last_day": str(today), "on": str(today)}
    asked = Asked(report, company, reader, report.form(days, company))
    answer = report.answer(asked)
    for table in answer.tables:
        list(table.rows)
    return answer


def differences(answer: Answer) -> set[Decimal]:
    assert answer.proofs
    return {proof.difference for proof in answer.proofs}


@contextmanager
def posting_before_each_query(post: Callable[[], object]) -> Iterator[None]:
    """Somebody else's posting is committed before each query that is asked here."""

    def wrapper(execute: Any, sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        if str(sql).lstrip(" \n(").startswith(("SELECT", "WITH")):
            other = threading.Thread(target=closing_after(post))
            other.start()
            other.join()
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def closing_after(act: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    return run


@pytest.mark.parametrize("report", PROVED, ids=lambda each: each.name)
def test_its_sums_foot_while_somebody_posts_between_its_queries(customer: Customer, report: Report) -> None:
    reader, day = world.make_user(customer.company, "manager"), customer.company.today()
    vat = world.make_tax(customer.company, "20")
    world.issue(customer, [world.line("1.00", tax=vat)], day)
    with posting_before_each_query(lambda: world.issue(customer, [world.line("1.00", tax=vat)], day)), snapshot():
        answer = answered(report, reader, customer)
    assert differences(answer) == {0}


def test_they_do_not_without_the_one_moment(customer: Customer) -> None:
    reader, day = world.make_user(customer.company, "manager"), customer.company.today()
    world.issue(customer, "1.00", day)
    report = next(each for each in PROVED if each.name == "movements")
    with posting_before_each_query(lambda: world.issue(customer, "1.00", day)):
        answer = answered(report, reader, customer)
    assert differences(answer) != {0}


def test_fifty_who_post_at_once_disturb_no_report(customer: Customer, in_parallel: Any) -> None:
    company, day = customer.company, customer.company.today()
    reader = world.make_user(company, "manager")
    customers = [world.make_customer(company, f"Customer {number}") for number in range(WRITERS)]
    world.issue(customer, [world.line("1.00", tax=world.make_tax(company, "20"))], day)
    posting = threading.Semaphore(0)
    seen: list[set[Decimal]] = []

    def post(each: Customer) -> Callable[[], None]:
        def run() -> None:
            try:
                invoice = world.issue(each, "10.00", day)
                world.apply(world.receive(each, "4.00", day), invoice, "4.00", day)
            finally:
                posting.release()

        return run

    def read() -> None:
        left = WRITERS
        while left:
            for report in PROVED:
                with snapshot():
                    seen.append(differences(answered(report, reader, customer)))
            while left and posting.acquire(blocking=False):
                left -= 1

    results = in_parallel([*map(post, customers), read])
    assert [result for result in results if result is not None] == []
    assert len(seen) >= len(PROVED)
    assert {amount for each in seen for amount in each} == {0}
    with snapshot():
        assert differences(answered(PROVED[0], reader, customer)) == {0}
    assert world.owes(customers[0], day) == 6
