"""Forecasts are kept as they were said, once, and are judged as kept whatever is dated back later."""

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError

from ledger.refusals import Refused
from reports.forecast.kept import Said, judged_ends, made_anew, past_month_ends
from reports.forecast.reading import ForecastQuestion
from reports.models import KeptForecast
from reports.operations import keep_forecast as keeping
from reports.operations.keep_forecast import forecasts_due, keep_forecast
from reports.tasks import keep_forecasts
from tests import world
from tests.api.calling import Program
from tests.unguarded import without

pytestmark = pytest.mark.django_db


def billed(customer: Any, amount: str, due_on: date) -> Any:
    """An invoice that is due on a day."""
    return world.issue(customer, amount, due_on - timedelta(days=30))


def habit(customer: Any, on: date) -> None:
    """Five invoices, each paid ten days late, the last before the day."""
    for number in range(5):
        due_on = on - timedelta(days=200 - 30 * number)
        paid_on = due_on + timedelta(days=10)
        world.apply(world.receive(customer, "10.00", paid_on), billed(customer, "10.00", due_on), "10.00", paid_on)


def first_judged(manager: Any) -> dict[str, Any]:
    """The latest month's forecast after four weeks, as programs read it."""
    [table] = Program(manager).get("reports/forecast-backtest/").json()["tables"]
    values: dict[str, Any] = table["rows"][0]["values"]
    return values


def test_what_was_said_stands_whatever_is_dated_back_later(company: Any, customer: Any, manager: Any) -> None:
    on = judged_ends(company.today())[0]
    habit(customer, on)
    billed(customer, "100.00", on)  # expected ten days after, within the second week
    [row] = keep_forecast(company, on)
    assert (row.currency, row.expected[1], sum(row.expected), row.due[0], sum(row.due)) == ("EUR", 100, 100, 100, 100)

    billed(customer, "70.00", on)
    values = first_judged(manager)
    assert (values["kept"], values["forecast"], values["due"]) == ("As it was said", "100.00", "100.00")

    seller = world.make_user(company, "manager", only_own_customers=True)
    customer.sales_owner = seller
    customer.save()
    values = first_judged(seller)
    assert (values["kept"], values["forecast"]) == ("Made anew", "170.00")


def test_it_is_kept_once_in_each_currency_of_the_book(company: Any, customer: Any) -> None:
    on = past_month_ends(company.today())[0]
    billed(customer, "100.00", on)
    dollars = world.make_customer(company, "Dollar Inc", currency="USD")
    world.issue(dollars, "40.00", on, exchange_rate=Decimal("0.9"))
    assert [row.currency for row in keep_forecast(company, on)] == ["EUR", "USD"]
    billed(customer, "70.00", on)
    assert [sum(row.due) for row in keep_forecast(company, on)] == [100, 40]
    assert on not in forecasts_due(company)
    assert KeptForecast.objects.count() == 2


def test_only_past_month_ends_are_kept(company: Any) -> None:
    for day in (company.today(), company.today() + timedelta(days=400), date(2020, 1, 31)):
        with pytest.raises(Refused, match="past month"):
            keep_forecast(company, day)


def test_each_hour_what_is_missing_is_kept(company: Any, customer: Any) -> None:
    ends = past_month_ends(company.today())
    billed(customer, "100.00", ends[2])
    keep_forecasts()
    kept = set(KeptForecast.objects.values_list("on", flat=True))
    assert kept == {end for end in ends if end >= ends[2] - timedelta(days=30)}
    keep_forecasts()
    assert KeptForecast.objects.count() == len(kept)


def test_it_is_of_thirteen_weeks(company: Any) -> None:
    with pytest.raises(IntegrityError, match="thirteen"):
        KeptForecast.objects.create(company=company, on=date(2020, 1, 31), currency="EUR", expected=[1], due=[1])


@pytest.fixture
def both_made(monkeypatch: Any) -> None:
    """Two workers who both know what to keep before one keeps it."""
    both_know = Barrier(2)

    def known(question: ForecastQuestion) -> Said:
        said = made_anew(question)
        both_know.wait(timeout=20)
        return said

    monkeypatch.setattr(keeping, "made_anew", known)


def keep_twice(company: Any, customer: Any, in_parallel: Any) -> None:
    on = past_month_ends(company.today())[0]
    billed(customer, "100.00", on)
    results = in_parallel([lambda: keep_forecast(company, on)] * 2)
    assert all(isinstance(result, list) for result in results), results


def test_two_workers_keep_it_once(company: Any, customer: Any, in_parallel: Any, both_made: None) -> None:
    keep_twice(company, customer, in_parallel)
    assert KeptForecast.objects.count() == 1


def test_without_the_constraint_they_keep_it_twice(
    company: Any, customer: Any, in_parallel: Any, both_made: None, superuser_cursor: Any
) -> None:
    with without(superuser_cursor, "forecast_kept_once"):
        keep_twice(company, customer, in_parallel)
        assert KeptForecast.objects.count() == 2
