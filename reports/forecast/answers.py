"""The forecast of cash, and the report on how good earlier forecasts were."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ledger.balances import control_balance
from office.models import Company
from office.written import plain_day
from reports.forecast.expecting import ENOUGH, WEEKS, Forecast, Week
from reports.forecast.kept import HORIZONS, PARTS, Said, in_cents, judged_ends, said_on
from reports.forecast.reading import ForecastQuestion, Owed, came_in, forecast_on
from reports.frame import Answer, Asked, Column, DayForm, Proof, Report, ReportForm, Row, Table, Trend
from reports.frame.question import CurrencyField
from reports.measures import share
from reports.movements import NOT_COMPARED


class ForecastForm(DayForm):
    """As of which day, in which currency."""

    currency = CurrencyField(label="Currency", required=False, max_length=3)

    def usual(self, company: Company) -> dict[str, Any]:
        return super().usual(company) | {"currency": company.currency}


COLUMNS = (
    Column("week", "Week"),
    Column("due", "Due on paper", "money", adds=True),
    Column("promised", "Promised", "money", adds=True),
    Column("planned", "By plans", "money", adds=True),
    Column("usual", "As they paid before", "money", adds=True),
    Column("expected", "Expected", "money", adds=True),
    Column("low", "At least", "money"),
    Column("high", "At most", "money"),
)
OWED_COLUMNS = (Column("what", "What"), Column("amount", "Amount", "money", adds=True))


def answer(asked: Asked) -> Answer:
    """Thirteen weeks, each with a band, and what of all that is owed is expected later or not at all."""
    question = ForecastQuestion(asked.company.pk, asked.values["on"], asked.values["currency"], asked.owner_ids)
    found, owed = forecast_on(question)
    rows = list(_rows(found, question.currency))
    foot = {key: sum((row.values[key] for row in rows), Decimal(0)) for key in ("due", *PARTS, "expected")}
    standing = _standing(found, owed, foot["expected"], question.currency)
    is_whole = question.owner_ids is None
    return Answer(
        f"Cash from what was owed at the end of {plain_day(question.on)}, in {question.currency}: on promised days, by "
        f"plans, else as each customer paid in the year before; who paid fewer than {ENOUGH} times, as all together. "
        "Nothing that will be sold later is in it. Between “at least” and “at most” lie eight of ten outcomes.",
        [
            Table("Week by week", COLUMNS, rows, [Row({"week": "Together", **foot}, question.currency)]),
            Table("All that was owed", OWED_COLUMNS, standing),
        ],
        [_proof(question, standing)] if is_whole else [],
        trends=[_trend(rows, found.weeks, question.currency)],
        not_compared="" if is_whole else NOT_COMPARED,
    )


def _rows(found: Forecast, currency: str) -> Iterator[Row]:
    for week in found.weeks:
        yield Row({"week": _named(week), **in_cents(week, currency)}, currency)


def _named(week: Week) -> str:
    return f"{plain_day(week.first_day)} to {plain_day(week.last_day)}"


def _standing(found: Forecast, owed: Owed, expected: Decimal, currency: str) -> list[Row]:
    """What is owed, by when it is expected; what customers have free goes off."""
    amounts = {
        f"Expected within {WEEKS} weeks": expected,
        "Later, or nobody was ever so late and paid": found.owed - expected,
        "In dispute": owed.disputed,
        "Free credits of customers": owed.free,
    }
    return [Row({"what": what, "amount": amount}, currency) for what, amount in amounts.items()]


def _proof(question: ForecastQuestion, standing: list[Row]) -> Proof:
    control = control_balance(question.company_id, question.on).get(question.currency, (Decimal(0),))[0]
    said = sum((row.values["amount"] for row in standing), Decimal(0))
    return Proof("All that was owed adds up to the receivable account", control - said, question.currency)


def _trend(rows: list[Row], weeks: Sequence[Week], currency: str) -> Trend:
    """What is expected in each week, between the least and the most."""
    keys = {"low": "At least", "expected": "Expected", "high": "At most"}
    series = [(words, [row.values[key] for row in rows]) for key, words in keys.items()]
    return Trend(f"Expected in {currency}", [f"{week.first_day:%-d %b}" for week in weeks], series, currency)


class BacktestForm(ReportForm):
    """In which currency."""

    currency = CurrencyField(label="Currency", required=False, max_length=3)

    def usual(self, company: Company) -> dict[str, Any]:
        return {"currency": company.currency}


BACKTEST_COLUMNS = (
    Column("on", "As of", "day"),
    Column("weeks", "Weeks", "number"),
    Column("kept", "Which"),
    Column("forecast", "Forecast", "money"),
    Column("due", "Due on paper", "money"),
    Column("came", "Came in", "money"),
    Column("error", "Forecast off by", "percent"),
    Column("due_error", "Paper off by", "percent"),
)


def backtest(asked: Asked) -> Answer:
    """What earlier forecasts said beside what came: as they were kept, or made anew where none was kept."""
    today = asked.company.today()
    question = ForecastQuestion(asked.company.pk, today, asked.values["currency"], asked.owner_ids)
    spans = [(on, weeks, on + timedelta(weeks=weeks)) for on in judged_ends(today) for weeks in HORIZONS]
    over = [(on, weeks, until) for on, weeks, until in spans if until <= today]
    said = said_on(question, judged_ends(today))
    came = came_in(question, [(on, until) for on, _, until in over])
    rows = [_judged(said[on], weeks, came[on, until], question.currency) for on, weeks, until in over]
    return Answer(
        "Each forecast is that of the end of a month, from nothing that happened after it, and is compared with what "
        "was paid of the debts of that day. Beside it stands the plain guess that all is paid when it is due. A "
        "forecast is kept once its month is over; one that was not kept is made anew from what is dated by then.",
        [Table("Forecasts and what came", BACKTEST_COLUMNS, rows, empty="No month is over for long enough yet.")],
    )


def _judged(said: Said, weeks: int, came: Decimal, currency: str) -> Row:
    expected, due = sum(said.expected[:weeks], Decimal(0)), sum(said.due[:weeks], Decimal(0))
    return Row(
        {
            "on": said.on,
            "weeks": weeks,
            "kept": "As it was said" if said.is_kept else "Made anew",
            "forecast": expected,
            "due": due,
            "came": came,
            "error": share(abs(expected - came), came),
            "due_error": share(abs(due - came), came),
        },
        currency,
    )


FORECAST = Report(
    "forecast",
    "Cash forecast",
    "Cash of the next 13 weeks from promises, plans and how each customer paid before, with a band.",
    "Performance",
    ForecastForm,
    answer,
    "calendar-due",
)
BACKTEST = Report(
    "forecast-backtest",
    "How good the forecast was",
    "Earlier forecasts, made from what was known then, beside what came in and beside the due days.",
    "Performance",
    BacktestForm,
    backtest,
    "history",
)
