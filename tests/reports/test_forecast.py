"""The cash forecast: by hand, by rule over anything, from the book, and judged by what came."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_control.operations.record_promise import PromiseDetails, record_promise
from reports.forecast.expecting import WEEKS, Debt, forecast, shares_of, week_of
from reports.forecast.kept import judged_ends
from reports.forecast.reading import ForecastQuestion, came_in, forecast_on, payments_before
from tests import world
from tests.api.calling import Program
from tests.billing.disputing import dispute

ON = date(2026, 3, 2)


def test_a_week_is_seven_days_from_tomorrow_and_the_past_is_the_first() -> None:
    days = [-30, 0, 1, 7, 8, 14, 15, 91, 92]
    assert [week_of(ON + timedelta(days=each), ON) for each in days] == [0, 0, 0, 0, 1, 1, 2, 12, 13]


def test_the_shares_are_of_the_payments_that_were_later_than_the_debt_is() -> None:
    payments = [-3, 0, 5, 10, 10, 40]
    not_due = shares_of(payments, -10)
    assert not_due
    assert not_due[:3] == [Decimal(1) / 6, Decimal(1) / 6, Decimal(1) / 2]  # -3 by -3, 0 by 4, 5 and 10 and 10 by 11
    late = shares_of(payments, 5)
    assert late
    assert (late[0], late[4], sum(late)) == (Decimal(2) / 3, Decimal(1) / 3, 1)
    assert shares_of(payments, 40) is None
    assert shares_of([], 0) is None


def test_promises_then_plans_then_habits() -> None:
    payments = {1: [10] * 5}
    debts = [
        Debt(1, Decimal(100), ON + timedelta(days=4)),
        Debt(1, Decimal(50), ON + timedelta(days=30), is_planned=True),
        Debt(1, Decimal(80), ON - timedelta(days=2), promised=((ON + timedelta(days=3), Decimal(60)),)),
    ]
    found = forecast(debts, payments, ON)
    first, second = found.weeks[:2]
    assert (first.promised, second.usual, found.weeks[4].planned) == (60, 120, 50)  # 100 on day 14, 20 on day 8
    assert (first.due, found.weeks[4].due) == (180, 50)
    assert (found.owed, found.expected, found.later) == (230, 230, 0)
    assert [week.spread for week in (first, second)] == [0, 0]


def test_who_paid_too_seldom_is_taken_to_pay_as_all_do() -> None:
    payments = {1: [1] * 5, 2: [30] * 4}
    found = forecast([Debt(2, Decimal(90), ON)], payments, ON)
    assert (found.weeks[0].usual, found.weeks[4].usual) == (50, 40)


def test_a_debt_later_than_anybody_ever_paid_is_not_expected() -> None:
    found = forecast([Debt(1, Decimal(90), ON - timedelta(days=400))], {1: [1] * 9}, ON)
    assert (found.expected, found.later) == (0, 90)


def test_the_band_is_of_customers_who_pay_all_or_nothing() -> None:
    payments = {1: [1] * 5 + [8] * 5}
    week = forecast([Debt(1, Decimal(100), ON)], payments, ON).weeks[0]
    assert (week.expected, week.spread) == (50, 50)
    assert (week.low, week.high) == (0, Decimal("114.0800"))


DEBTS = st.lists(
    st.builds(
        Debt,
        st.integers(1, 3),
        st.decimals(0, 10_000, places=2),
        st.dates(ON - timedelta(days=300), ON + timedelta(days=300)),
        st.booleans(),
        st.lists(st.tuples(st.dates(ON, ON + timedelta(days=60)), st.decimals(0, 9_000, places=2)), max_size=2).map(
            tuple
        ),
    ),
    max_size=8,
)


@given(DEBTS, st.dictionaries(st.integers(1, 3), st.lists(st.integers(-60, 200), max_size=12).map(sorted)))
def test_nothing_is_expected_twice_and_nothing_is_lost(debts: Any, payments: Any) -> None:
    found = forecast(debts, payments, ON)
    owed = sum((debt.open for debt in debts), Decimal(0))
    assert found.owed == owed
    assert len(found.weeks) == WEEKS
    assert -Decimal("1e-12") <= found.later <= owed
    assert all(week.low <= week.expected <= week.high for week in found.weeks)
    assert found.due <= owed


@pytest.fixture
def habit(company: Any, customer: Any) -> None:
    """Five invoices of 10.00, each paid ten days after it was due, the last on 24 February 2026."""
    for number in range(5):
        billed = date(2025, 9, 17) + timedelta(days=30 * number)
        invoice = world.issue(customer, "10.00", billed)
        paid = invoice.due_on + timedelta(days=10)
        world.apply(world.receive(customer, "10.00", paid), invoice, "10.00", paid)


def question(company: Any, on: date = ON) -> ForecastQuestion:
    return ForecastQuestion(company.pk, on, "EUR")


@pytest.mark.django_db
def test_the_book_tells_how_late_a_customer_paid_and_only_until_the_day(
    company: Any, customer: Any, habit: None
) -> None:
    assert payments_before(question(company)) == {customer.pk: [10] * 5}
    assert payments_before(question(company, date(2026, 1, 20))) == {customer.pk: [10] * 3}


@pytest.mark.django_db
def test_what_happens_after_the_day_changes_no_forecast_of_it(company: Any, customer: Any, habit: None) -> None:
    invoice = world.issue(customer, "100.00", date(2026, 2, 4))  # due on 6 March, so expected on the 16th
    before, _ = forecast_on(question(company))
    assert (before.weeks[1].expected, before.expected) == (100, 100)

    world.apply(world.receive(customer, "100.00", date(2026, 3, 5)), invoice, "100.00", date(2026, 3, 5))
    world.issue(customer, "70.00", date(2026, 3, 3))
    after, _ = forecast_on(question(company))
    assert after == before
    spans = [(ON, date(2026, 3, 30)), (ON, date(2026, 3, 4)), (date(2026, 2, 3), date(2026, 3, 30))]
    assert came_in(question(company), spans) == dict(zip(spans, [100, 0, 10], strict=True))


@pytest.mark.django_db
def test_page_and_api_add_up_to_the_receivable_account(company: Any, customer: Any, manager: Any, habit: None) -> None:
    promised = world.issue(customer, "30.00", date(2026, 1, 2))
    disputed = world.issue(customer, "40.00", date(2026, 1, 2))
    world.issue(customer, "100.00", date(2026, 2, 4))
    world.receive(customer, "5.00", date(2026, 3, 1))
    details = PromiseDetails(date(2026, 3, 5), "Ms Bramble", "EUR", item_ids=[world.item_of(promised).pk])
    record_promise(customer.pk, details, by=manager, on=ON)
    dispute(disputed, by=manager, on=ON)

    answer = Program(manager).get("reports/forecast/", on=str(ON)).json()
    weeks, owed = answer["tables"]
    shown = [row["values"] for row in weeks["rows"]]
    assert (shown[0]["promised"], shown[1]["usual"], weeks["foot"][0]["values"]["expected"]) == (
        "30.00",
        "100.00",
        "130.00",
    )
    assert [(row["values"]["what"][:9], row["values"]["amount"]) for row in owed["rows"]] == [
        ("Expected ", "130.00"),
        ("Later, or", "0.00"),
        ("In disput", "40.00"),
        ("Free cred", "-5.00"),
    ]
    assert [(proof["currency"], proof["difference"]) for proof in answer["proofs"]] == [("EUR", "0.00")]


@pytest.mark.django_db
def test_one_in_sales_and_another_company_have_a_forecast_of_their_own(
    company: Any, customer: Any, habit: None
) -> None:
    world.issue(customer, "100.00", date(2026, 2, 4))
    for reader in (
        world.make_user(company, "manager", only_own_customers=True),
        world.make_user(world.make_company(), "manager"),
    ):
        answer = Program(reader).get("reports/forecast/", on=str(ON)).json()
        assert answer["tables"][0]["foot"][0]["values"]["expected"] == "0.00"


def test_only_months_are_judged_that_are_over_for_four_weeks() -> None:
    assert judged_ends(date(2026, 3, 28))[:2] == [date(2026, 2, 28), date(2026, 1, 31)]
    assert judged_ends(date(2026, 3, 27))[0] == date(2026, 1, 31)
    assert len(judged_ends(date(2026, 3, 28))) == 6


@pytest.mark.django_db
def test_an_earlier_forecast_stands_beside_what_came_and_the_plain_guess(
    company: Any, customer: Any, manager: Any
) -> None:
    on = judged_ends(company.today())[0]
    for number in range(5):
        _paid(customer, "10.00", on - timedelta(days=200 - 30 * number), late=10)
    _paid(customer, "100.00", on - timedelta(days=5), late=11)  # expected five days after the day, came in six
    _paid(customer, "50.00", on + timedelta(days=20), late=10)  # expected in thirty days

    [table] = Program(manager).get("reports/forecast-backtest/").json()["tables"]
    row = table["rows"][0]["values"]
    assert (row["on"], row["weeks"]) == (on.isoformat(), 4)
    assert (row["forecast"], row["due"], row["came"]) == ("100.00", "150.00", "100.00")
    assert (row["error"], row["due_error"]) == ("0", "50")


def _paid(customer: Any, amount: str, due: date, late: int) -> None:
    invoice = world.issue(customer, amount, due - timedelta(days=30))
    assert invoice.due_on == due
    paid = due + timedelta(days=late)
    if paid <= customer.company.today():
        world.apply(world.receive(customer, amount, paid), invoice, amount, paid)
