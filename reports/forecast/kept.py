"""What was said as of the ends of past months: kept forecasts where there are, else made anew."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from ledger.calendar import add_months, month_start
from ledger.money import round_money
from reports.forecast.expecting import WEEKS, Week
from reports.forecast.reading import ForecastQuestion, forecast_on
from reports.models import KeptForecast

HORIZONS = (4, WEEKS)
"""After so many weeks a forecast is judged."""
MONTHS = 6
"""So many months are judged."""
PARTS = ("promised", "planned", "usual")


@dataclass(frozen=True)
class Said:
    """What a forecast said as of a day, in whole cents by week: expected, and due on paper."""

    on: date
    expected: list[Decimal]
    due: list[Decimal]
    is_kept: bool


def in_cents(week: Week, currency: str) -> dict[str, Decimal]:
    """A week's figures in whole cents, whose parts add up to what is expected."""
    parts = {key: round_money(getattr(week, key), currency) for key in PARTS}
    expected = sum(parts.values(), Decimal(0))
    band = {key: round_money(getattr(week, key), currency) for key in ("low", "high")}
    return {"due": week.due, **parts, "expected": expected, **band}


def past_month_ends(today: date) -> list[date]:
    """The last days of the months that are judged or still to be judged, the latest first."""
    first = month_start(today)
    return [add_months(first, -back) - timedelta(days=1) for back in range(MONTHS + 2)]


def judged_ends(today: date) -> list[date]:
    """The last days of the months whose forecasts can be judged by now, the latest first."""
    return [end for end in past_month_ends(today) if end + timedelta(weeks=min(HORIZONS)) <= today][:MONTHS]


def said_on(question: ForecastQuestion, days: Iterable[date]) -> dict[date, Said]:
    """What was said as of each day. A forecast of some customers alone is never kept, so it is made anew."""
    rows = KeptForecast.objects.filter(company_id=question.company_id, currency=question.currency, on__in=list(days))
    kept = {row.on: row for row in rows} if question.owner_ids is None else {}
    return {
        on: Said(on, kept[on].expected, kept[on].due, is_kept=True)
        if on in kept
        else made_anew(replace(question, on=on))
        for on in days
    }


def made_anew(question: ForecastQuestion) -> Said:
    """The forecast as of the question's day, from what is dated by then."""
    weeks = [in_cents(week, question.currency) for week in forecast_on(question)[0].weeks]
    return Said(question.on, [week["expected"] for week in weeks], [week["due"] for week in weeks], is_kept=False)
