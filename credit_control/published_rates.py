"""Rates that central banks published, as the laws on late payment take them: one for each half-year.

The directive 2011/7/EU and section 247 BGB take the rate of the half-year's first day, the United Kingdom that of the
day before it.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from credit_control.models import Reference

COLUMNS = (Reference.ECB, Reference.BOE, Reference.DE_BASE)
PUBLISHED = [
    ("2020-01-01", "0", "0.75", "-0.88"),
    ("2020-07-01", "0", "0.1", "-0.88"),
    ("2021-01-01", "0", "0.1", "-0.88"),
    ("2021-07-01", "0", "0.1", "-0.88"),
    ("2022-01-01", "0", "0.25", "-0.88"),
    ("2022-07-01", "0", "1.25", "-0.88"),
    ("2023-01-01", "2.5", "3.5", "1.62"),
    ("2023-07-01", "4", "5", "3.12"),
    ("2024-01-01", "4.5", "5.25", "3.62"),
    ("2024-07-01", "4.25", "5.25", "3.37"),
    ("2025-01-01", "3.15", "4.75", "2.27"),
    ("2025-07-01", "2.15", "4.25", "1.27"),
    ("2026-01-01", "2.15", "3.75", "1.27"),
]


def published_rates() -> Iterator[tuple[Reference, date, Decimal]]:
    """Each rate with its reference and the first day of its half-year."""
    for day, *percents in PUBLISHED:
        for reference, percent in zip(COLUMNS, percents, strict=True):
            yield reference, date.fromisoformat(day), Decimal(percent)
