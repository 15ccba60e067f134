"""Gapless numbers, taken as the last act of a transaction: the counter's row stays locked until it ends."""

from office.models import Company, NumberSeries

PATTERNS = {
    "customer": "C{number:05d}",
    "invoice": "INV-{year}-{number:04d}",
    "credit_memo": "CM-{year}-{number:04d}",
    "debit_note": "DN-{year}-{number:04d}",
    "receipt": "RC-{year}-{number:04d}",
    "refund": "RF-{year}-{number:04d}",
}


def lock_series(company: Company, kind: str, year: int = 0) -> NumberSeries:
    """The series, its row locked until the transaction ends. Needs a transaction; take it after every other lock."""
    NumberSeries.objects.get_or_create(company=company, kind=kind, year=year, defaults={"pattern": PATTERNS[kind]})
    return NumberSeries.objects.select_for_update(no_key=True).get(company=company, kind=kind, year=year)


def take_number(series: NumberSeries) -> str:
    """The next number of a locked series; the caller saves the series when it has taken all it needs."""
    series.last += 1
    return series.pattern.format(year=series.year, number=series.last)


def next_number(company: Company, kind: str, year: int = 0) -> str:
    """Take one number and keep the series."""
    series = lock_series(company, kind, year)
    number = take_number(series)
    series.save()
    return number
