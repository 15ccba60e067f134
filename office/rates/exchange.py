"""What a foreign currency is worth in the company's own."""

from datetime import date, timedelta
from decimal import Decimal

from ledger.money import UnknownCurrency, places, round_money
from ledger.refusals import Refused
from office.days import FIRST_DAY
from office.models import Company, ExchangeRate

LARGEST = Decimal(10) ** 15
"""What no longer fits into the book."""


STALE = timedelta(days=10)
"""Over holidays no rates are published; an older one is no rate of the day."""


def kept_rate(company: Company, currency: str, on: date) -> Decimal | None:
    """The company's rate of a day: the last that it keeps until then, if it is not stale."""
    if on < FIRST_DAY:
        return None
    kept = ExchangeRate.objects.filter(company=company, currency=currency, on__range=(on - STALE, on))
    return kept.order_by("-on").values_list("rate", flat=True).first()


def exchange_rate_of(company: Company, currency: str, rate: Decimal | None, on: date | None = None) -> Decimal:
    """What one of the currency is in the company's own: 1 for that, else the rate given, else the one kept for the day.

    Raises Refused for an unknown currency, a foreign one without a rate, or a rate that cannot be.
    """
    try:
        places(currency)
    except UnknownCurrency as error:
        raise Refused(f"{currency!r} is not a currency. Use its ISO code, such as EUR.", code="bad_currency") from error
    if currency == company.currency:
        if rate not in (None, 1):
            raise Refused("The exchange rate of the company's own currency is 1.", code="bad_exchange_rate")
        return Decimal(1)
    rate = kept_rate(company, currency, on) if rate is None and on else rate
    if rate is None:
        raise Refused(f"Give the exchange rate: what one {currency} is in {company.currency}.", code="no_exchange_rate")
    if rate <= 0:
        raise Refused("An exchange rate is above zero.", code="bad_exchange_rate")
    return rate


def in_company_currency(company: Company, amount: Decimal, rate: Decimal) -> Decimal:
    """The amount at that rate, rounded. Raises Refused where it does not fit into the book."""
    exact = amount * rate
    if abs(exact) >= LARGEST:
        raise Refused(f"{exact:.0f} {company.currency} is too large. Check the rate.", code="amount_too_large")
    return round_money(exact, company.currency)
