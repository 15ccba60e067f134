"""Measures: by the published examples, by hand, and from the book."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.operations.void_invoice import void_invoice
from credit_control.operations.record_promise import PromiseDetails, record_promise
from reports.measures import (
    average_days_delinquent,
    collection_effectiveness,
    count_back_dso,
    dso,
    share,
    turnover,
)
from tests import world
from tests.api.calling import Program
from tests.credit_control.samples import NEEDS_DATA, rows

QUARTER = {"first_day": "2026-01-01", "last_day": "2026-03-31"}


@NEEDS_DATA
def test_the_published_examples_come_out() -> None:
    seen = []
    for row in rows("dso_cei.csv"):
        numbers = [Decimal(number) for number in re.findall(r"\d+", row["inputs"])]
        if row["measure"] == "CEI":
            beginning, sales, *rest = numbers
            periods = rest.pop(0) if "over 3 months" in row["inputs"] else Decimal(1)
            found = collection_effectiveness(beginning, sales, rest[0], rest[1], periods)
        else:
            receivables, *sales_of, days = numbers
            found = dso(receivables, sum(sales_of, Decimal(0)), int(days))
        assert found == Decimal(row["expected"]), row
        seen.append(row["measure"])
    assert seen.count("CEI") == 2
    assert len(seen) == 5


def test_count_back_takes_whole_months_and_a_part_by_its_sales() -> None:
    months = [(Decimal(40), 30), (Decimal(50), 31), (Decimal(100), 28)]
    assert count_back_dso(Decimal(115), months) == 68  # 30 + 31 + 28 x 25 / 100
    assert count_back_dso(Decimal(40), months) == 30
    assert count_back_dso(Decimal(191), months) is None
    assert count_back_dso(Decimal(-1), months) == 0
    assert count_back_dso(Decimal(10), [(Decimal(-5), 30), (Decimal(20), 30)]) == 45


def test_of_nothing_there_is_no_measure() -> None:
    nothing = Decimal(0)
    assert dso(Decimal(5), nothing, 30) is None
    assert turnover(Decimal(5), nothing, 30) is None
    assert share(1, 0) is None
    assert collection_effectiveness(nothing, nothing, nothing, nothing, Decimal(1)) is None
    assert average_days_delinquent(None, Decimal(1)) is None


@pytest.fixture
def quarter(company: Any, customer: Any) -> None:
    """900.00 billed in a quarter of 90 days on 30 days net, 600.00 of it collected; 300.00 of March are not due."""
    january, february, march = (
        world.issue(customer, "300.00", on) for on in (date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 10))
    )
    for invoice, on in ((january, date(2026, 2, 20)), (february, date(2026, 3, 20))):
        world.apply(world.receive(customer, "300.00", on), invoice, "300.00", on)
    assert march.due_on == date(2026, 4, 9)


def measured(reader: Any, **asked: str) -> tuple[dict[str, str | None], dict[str, Any]]:
    answer = Program(reader).get("reports/performance/", **QUARTER | asked).json()
    return {figure["label"]: figure["value"] for figure in answer["figures"]}, answer


@pytest.mark.django_db
def test_the_book_is_measured(manager: Any, quarter: None) -> None:
    figures, answer = measured(manager)
    assert figures == {
        "Days sales outstanding": "30.00",
        "DSO by count-back": "31.00",
        "Best possible DSO": "30.00",
        "Average days delinquent": "0.00",
        "Collection effectiveness index": None,
        "Turnover of receivables": "24.33",
        "Share not due": "100.0",
        "Promises kept": None,
        "Days to close a dispute": None,
        "Yield of reminders": None,
    }
    months = [row["values"] for row in answer["tables"][0]["rows"]]
    assert [(row["month"], row["before"], row["sales"], row["collected"], row["after"]) for row in months] == [
        ("2026-01", "0.00", "300.00", "0.00", "300.00"),
        ("2026-02", "300.00", "300.00", "-300.00", "300.00"),
        ("2026-03", "300.00", "300.00", "-300.00", "300.00"),
    ]


@pytest.mark.django_db
def test_count_back_goes_on_into_months_before_the_days_asked_for(manager: Any, customer: Any) -> None:
    world.issue(customer, "620.00", date(2025, 12, 5))
    world.issue(customer, "100.00", date(2026, 1, 5))
    figures, _ = measured(manager, first_day="2026-01-01", last_day="2026-01-31")
    assert figures["DSO by count-back"] == "62.00"


@pytest.mark.django_db
def test_a_credit_memo_that_is_voided_is_no_sale(manager: Any, customer: Any, quarter: None) -> None:
    memo = world.issue_credit_memo(customer, "90.00", date(2026, 2, 3))
    void_invoice(memo.pk, reason="Not theirs", by=manager, on=date(2026, 3, 4))
    void_invoice(world.issue(customer, "55.00", date(2026, 3, 5)).pk, reason="Twice", by=manager, on=date(2026, 3, 6))
    figures, answer = measured(manager)
    assert figures["Days sales outstanding"] == "30.00"
    months = [row["values"] for row in answer["tables"][0]["rows"]]
    assert [(row["sales"], row["other"]) for row in months] == [
        ("300.00", "0.00"),
        ("300.00", "-90.00"),
        ("300.00", "90.00"),
    ]
    moved = Program(manager).get("reports/activity/", by="year", **QUARTER).json()["tables"][0]["foot"][0]["values"]
    assert (moved["voided"], moved["credited"], moved["uncredited"]) == ("-55.00", "-90.00", "90.00")


@pytest.mark.django_db
def test_another_currency_and_another_company_are_apart(company: Any, manager: Any, quarter: None) -> None:
    world.issue(world.make_customer(world.make_company()), "5.00", date(2026, 3, 3))
    assert measured(manager, currency="USD")[0]["Days sales outstanding"] is None
    assert measured(manager)[0]["Days sales outstanding"] == "30.00"


@pytest.mark.django_db
def test_a_promise_kept_counts_against_those_that_were_not(company: Any, customer: Any, manager: Any) -> None:
    kept = world.issue(customer, "10.00", date(2026, 1, 5))
    broken = world.issue(customer, "20.00", date(2026, 1, 5))
    for invoice in (kept, broken):
        item = world.item_of(invoice)
        details = PromiseDetails(date(2026, 2, 10), "Ms Bramble", "EUR", item_ids=[item.pk])
        record_promise(customer.pk, details, by=manager, on=date(2026, 2, 1))
    paid = world.receive(customer, "10.00", date(2026, 2, 9))
    world.apply(paid, kept, "10.00", date(2026, 2, 9))
    assert measured(manager)[0]["Promises kept"] == "50.0"


@pytest.mark.django_db
@pytest.mark.parametrize("report", ["performance", "forecast", "forecast-backtest", "movements"])
def test_what_is_no_currency_is_said_and_not_reckoned_in(manager: Any, client: Any, report: str) -> None:
    client.force_login(manager)
    assert b"NAN is not a currency." in client.get(f"/reports/{report}/", {"currency": "nan"}).content
    assert Program(manager).get(f"reports/{report}/", currency="nan").json()["errors"]["currency"]
