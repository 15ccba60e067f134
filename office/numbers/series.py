"""Gapless numbers, taken as the last act of a transaction: the counter's row stays locked until it ends."""

from collections.abc import Mapping

from office.models import Company, NumberPattern, NumberSeries
from office.numbers.patterns import number_of

PATTERNS = {
    "customer": "C{number:05}",
    "invoice": "INV-{year}-{number:04}",
    "credit_memo": "CM-{year}-{number:04}",
    "debit_note": "DN-{year}-{number:04}",
    "receipt": "RC-{year}-{number:04}",
    "receipt_batch": "RB-{year}-{number:04}",
    "dispute": "DP-{year}-{number:04}",
    "chargeback": "CB-{year}-{number:04}",
    "refund": "RF-{year}-{number:04}",
    "late_charge": "LC-{year}-{number:04}",
    "write_off": "WO-{year}-{number:04}",
    "order": "SO-{year}-{number:04}",
    "delivery_note": "DE-{year}-{number:04}",
    "timesheet": "TS-{year}-{number:04}",
    "return": "RT-{year}-{number:04}",
}
"""How numbers of each kind are written where a company has not said otherwise."""
RUNNING_ON = {"customer"}
"""The kinds whose numbers do not begin anew each year."""


def lock_series(company: Company, kind: str, year: int = 0) -> NumberSeries:
    """The series, its row locked until the transaction ends. Needs a transaction; take it after every other lock."""
    NumberSeries.objects.get_or_create(
        company=company,
        kind=kind,
        year=year,
        defaults={"pattern": lambda: pattern_of(company, kind)},  # type: ignore[misc]  # Django calls it when needed
    )
    return NumberSeries.objects.select_for_update(no_key=True).get(company=company, kind=kind, year=year)


def pattern_of(company: Company, kind: str) -> str:
    """How a company's new series of a kind are written."""
    chosen = NumberPattern.objects.filter(company=company, kind=kind).values_list("pattern", flat=True).first()
    return chosen or PATTERNS[kind]


def take_number(series: NumberSeries) -> str:
    """The next number of a locked series; the caller saves the series when it has taken all it needs."""
    series.last += 1
    return number_of(series.pattern, series.year, series.last)


def next_number(company: Company, kind: str, year: int = 0) -> str:
    """Take one number and keep the series."""
    series = lock_series(company, kind, year)
    number = take_number(series)
    series.save()
    return number


def coming_numbers(company: Company, year: int, patterns: Mapping[str, str] | None = None) -> dict[str, str]:
    """The next number of each kind in a year, as things stand, or by other patterns; none is taken."""
    counters = dict(
        NumberSeries.objects.filter(company=company, year__in=[0, year]).values_list("kind", "last").order_by("year")
    )
    patterns = patterns_of(company) if patterns is None else patterns
    return {kind: number_of(pattern, year, counters.get(kind, 0) + 1) for kind, pattern in patterns.items()}


def patterns_of(company: Company) -> dict[str, str]:
    """How a company's numbers of each kind are written."""
    return PATTERNS | dict(NumberPattern.objects.filter(company=company).values_list("kind", "pattern"))
