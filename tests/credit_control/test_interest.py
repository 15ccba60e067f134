"""Interest is simple, on what was open each day, and comes out the same in however many claims."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_control.day_count import DayCount, accrued, counted_days, year_fraction
from credit_control.interest import Charged, LateDebt, Terms, interest_due
from credit_control.models import LateChargeRule
from credit_control.published_rates import published_rates
from credit_control.rules import Rules
from credit_control.usual_rules import USUAL_RULES
from ledger.money import round_fraction
from tests.credit_control.samples import NEEDS_DATA, rows

DUE = date(2025, 1, 1)


def after(days: int) -> date:
    return DUE + timedelta(days=days)


@NEEDS_DATA
def test_every_published_year_fraction_comes_out_to_twelve_places():
    found = rows("daycount.csv")
    assert len(found) == 62
    for row in found:
        start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
        exact = year_fraction(row["convention"], start, end)
        assert counted_days(row["convention"], start, end) == int(row["days"]), row
        assert round(exact * 10**12) == int(Decimal(row["year_fraction"]) * 10**12), row


@NEEDS_DATA
def test_every_published_sum_of_interest_comes_out_by_the_exact_method():
    found = rows("interest.csv")
    assert len(found) == 4
    for row in found:
        terms = Terms([(DUE, Decimal(row["annual_rate_percent"]))], DayCount.ACT_365)
        debt = LateDebt(DUE, row["currency"], [(DUE, Decimal(row["principal"]))])
        assert interest_due(debt, after(int(row["days"])), terms).total == Decimal(row["interest_exact"]), row


@NEEDS_DATA
def test_the_usual_rules_say_what_the_laws_say():
    said = {row["rule"]: row["value"] for row in rows("interest_rates_and_fees.csv")}
    rates = {(reference, day): percent for reference, day, percent in published_rates()}

    def percent(usual: str, day: date) -> Decimal:
        return rates[USUAL_RULES[usual]["reference"], day] + USUAL_RULES[usual]["percent"]

    assert f"{percent('eu', date(2026, 1, 1))} %" == said["EU minimum"]
    assert said["DE B2B"].endswith(f"= {percent('de_business', date(2023, 1, 1))} %")
    assert said["DE B2C"].endswith(f"= {percent('de_consumer', date(2023, 1, 1))} %")
    assert USUAL_RULES["uk"]["fee_steps"] == [["0", "40"], ["1000", "70"], ["10000", "100"]]
    assert USUAL_RULES["uk"]["percent"] == USUAL_RULES["eu"]["percent"] == 8


def test_a_reference_rate_changes_with_the_half_year() -> None:
    rates = {("ecb", date(2025, 1, 1)): Decimal("3.15"), ("ecb", date(2025, 7, 1)): Decimal("2.15")}
    rule = _rule("ecb", "8")
    terms = Rules(rates=rates).terms_of(rule, date(2025, 5, 31), date(2025, 7, 31))
    found = interest_due(LateDebt(date(2025, 5, 31), "EUR", [(DUE, Decimal(1000))]), date(2025, 7, 31), terms)

    assert [(span.from_on, span.to_on, span.percent, span.amount) for span in found.spans] == [
        (date(2025, 5, 31), date(2025, 6, 30), Decimal("11.15"), Decimal("9.16")),
        (date(2025, 6, 30), date(2025, 7, 31), Decimal("10.15"), Decimal("8.62")),
    ]


def test_without_the_half_years_rate_nothing_is_guessed() -> None:
    said = Rules(rates={("boe", DUE): Decimal(4)}).terms_of(_rule("boe", "8"), DUE, date(2025, 7, 1))
    assert said == "No rate is kept for the half-year from 2025-07-01: Bank of England, base rate."


def test_a_rate_below_nothing_charges_nothing() -> None:
    terms = Rules(rates={("de_base", DUE): Decimal("-0.88")}).terms_of(_rule("de_base", "0.5"), DUE, after(30))
    assert terms == Terms([(DUE - timedelta(days=1), Decimal(0))], DayCount.ACT_365)


def test_money_found_later_is_set_against_the_next_interest() -> None:
    terms = Terms([(DUE, Decimal(12))], DayCount.ACT_365)
    claimed = [Charged(DUE, after(30), Decimal(12), DayCount.ACT_365)]
    paid_earlier = LateDebt(DUE, "EUR", [(DUE, Decimal(1000)), (after(10), Decimal(0))], claimed, Decimal("9.86"))

    assert interest_due(paid_earlier, after(60), terms).total == Decimal("3.29") - Decimal("9.86")


# By any parts

DAYS = st.integers(0, 800)
AMOUNTS = st.decimals("0.01", "99999.99", places=2)


@st.composite
def debts(draw: Any) -> tuple[LateDebt, Terms]:
    """A debt that is paid down, under a rate that changes, in any convention."""
    days = sorted(draw(st.sets(DAYS, max_size=4)))
    falling = sorted(draw(st.lists(AMOUNTS, min_size=len(days) + 1, max_size=len(days) + 1)), reverse=True)
    principal = list(zip([DUE, *map(after, days)], falling, strict=True))
    changes = [DUE, *map(after, sorted(draw(st.sets(st.integers(1, 800), max_size=3))))]
    rates = [(day, draw(st.decimals("0.01", "30", places=2))) for day in changes]
    return LateDebt(DUE, "EUR", principal), Terms(rates, draw(st.sampled_from(DayCount)))


@given(debts(), st.lists(DAYS, min_size=1, max_size=6))
def test_claims_on_any_days_add_up_to_one_claim_at_the_end(made: tuple[LateDebt, Terms], days: list[int]) -> None:
    debt, terms = made
    charged: list[Charged] = []
    claimed = Decimal(0)
    for day in sorted(days):
        found = interest_due(LateDebt(DUE, "EUR", debt.principal, charged, claimed), after(day), terms)
        if found.total > 0:
            claimed += found.total
            charged += [Charged(row.from_on, row.to_on, row.percent, terms.day_count) for row in found.spans]

    whole = interest_due(debt, after(max(days)), terms).total
    left = interest_due(LateDebt(DUE, "EUR", debt.principal, charged, claimed), after(max(days)), terms).total
    assert claimed + left == whole


@given(debts(), DAYS)
def test_interest_is_the_sum_of_its_days(made: tuple[LateDebt, Terms], days: int) -> None:
    debt, terms = made

    def last(steps: Any, day: date) -> Decimal:
        return [value for since, value in steps if since <= day][-1]

    exact = sum(
        Fraction(last(debt.principal, after(day)))
        * Fraction(last(terms.rates, after(day)))
        / 100
        * accrued(terms.day_count, DUE, after(day), after(day + 1))
        for day in range(days)
    )
    assert interest_due(debt, after(days), terms).total == round_fraction(Fraction(exact), "EUR")


@pytest.mark.parametrize("convention", DayCount)
def test_parts_of_a_time_add_up_in_every_convention(convention: str) -> None:
    ends = [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 12, 31), date(2025, 2, 28)]
    parts = [accrued(convention, ends[0], start, end) for start, end in pairwise(ends)]
    assert sum(parts) == year_fraction(convention, ends[0], ends[-1])


def _rule(reference: str, percent: str) -> Any:
    return LateChargeRule(name="r", reference=reference, percent=Decimal(percent), day_count=DayCount.ACT_365)
