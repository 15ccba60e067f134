"""The measures of collecting, as pure arithmetic: each a formula of the field."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

YEAR = 365
TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def dso(receivables: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Days sales outstanding: receivables x days / sales on credit of those days. None without sales."""
    return _rounded(receivables * days / sales, HUNDREDTH) if sales > 0 else None


def count_back_dso(receivables: Decimal, months: Iterable[tuple[Decimal, int]]) -> Decimal | None:
    """Days for which the latest sales make up the receivables: whole months, and of the last one a part by its sales.

    `months` are sales and days, the latest first. None where all of them do not make up the receivables.
    """
    if receivables <= 0:
        return Decimal(0)
    rest, counted = receivables, Decimal(0)
    for sales, days in months:
        if sales >= rest:
            return _rounded(counted + days * rest / sales, HUNDREDTH)
        rest -= max(sales, Decimal(0))
        counted += days
    return None


def average_days_delinquent(simple: Decimal | None, best_possible: Decimal | None) -> Decimal | None:
    """The days by which customers are late on average: DSO less the best possible DSO."""
    return None if simple is None or best_possible is None else simple - best_possible


def collection_effectiveness(
    beginning: Decimal, sales: Decimal, ending: Decimal, ending_current: Decimal, periods: Decimal
) -> Decimal | None:
    """CEI in percent: (B + S/N - ET) / (B + S/N - EC) x 100. None where nothing could be collected.

    Receivables at the beginning, sales on credit of the N periods (months), receivables at the end, and what of these
    is not due yet.
    """
    collectable = beginning + sales / periods - ending_current
    return _rounded((beginning + sales / periods - ending) * 100 / collectable, TENTH) if collectable > 0 else None


def turnover(sales: Decimal, average_receivables: Decimal, days: int) -> Decimal | None:
    """How often receivables turn over in a year: sales of a year at this pace / average receivables."""
    return _rounded(sales * YEAR / days / average_receivables, HUNDREDTH) if average_receivables > 0 else None


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """A part in percent of the whole; None of nothing."""
    return _rounded(Decimal(part) * 100 / whole, TENTH) if whole > 0 else None


def _rounded(value: Decimal, places: Decimal) -> Decimal:
    return value.quantize(places, ROUND_HALF_UP)
