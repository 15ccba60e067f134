from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.fields import EXCHANGE_RATE
from ledger.money import UnknownCurrency, places, round_places
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import Company, ExchangeRate, User
from office.rates.files import ReadRate, read_rates
from office.written import plain_day

MOST = 500_000


@transaction.atomic
def set_exchange_rate(company: Company, currency: str, on: date, rate: Decimal, *, by: User | None) -> ExchangeRate:
    """Say what one of a currency was worth on a day; what was said of that day before gives way.

    Papers keep the rate that they were entered at. Raises Refused for the company's own or an unknown currency, a rate
    that is not above zero and a day ahead.
    """
    _check(company, currency, rate)
    require_bookable_day(company, on)
    before = ExchangeRate.objects.filter(company=company, currency=currency, on=on).first()
    values = {"rate": _rounded(rate), "source": "", "set_by": by}
    row, _ = ExchangeRate.objects.update_or_create(company=company, currency=currency, on=on, defaults=values)
    record(by, "set_exchange_rate", company, before={"rate": str(before or "")}, after={"rate": str(row)})
    return row


@transaction.atomic
def take_rates(company: Company, name: str, content: bytes, *, by: User | None) -> int:
    """Keep the rates of a file, and say how many are new or differ; all of it or, where it cannot be read, nothing."""
    read = read_rates(content, company.currency)
    if not read or len(read) > MOST:
        raise Refused(
            "The file holds no rates." if not read else f"The file holds more than {MOST:,} rates.", code="no_rates"
        )
    for each in read:
        if each.currency == company.currency or _rounded(each.rate) == 0:
            raise Refused(f"{each.place}: a rate of {each.currency} cannot be {each.rate}.", code="bad_exchange_rate")
    if ahead := next((each for each in read if each.on > company.today()), None):
        raise Refused(f"{ahead.place}: {plain_day(ahead.on)} is in the future.", code="date_in_future")
    changed = _changed(company, name, read, by)
    ExchangeRate.objects.bulk_create(
        changed,
        batch_size=5_000,
        update_conflicts=True,
        unique_fields=["company", "currency", "on"],
        update_fields=["rate", "source", "set_by", "set_at"],
    )
    record(by, "take_rates", company, after={"file": name[:100], "rates": len(changed)})
    return len(changed)


def _changed(company: Company, name: str, read: Sequence[ReadRate], by: User | None) -> list[ExchangeRate]:
    days = [each.on for each in read]
    known = ExchangeRate.objects.filter(company=company, on__range=(min(days), max(days)))
    rates = {(currency, on): rate for currency, on, rate in known.values_list("currency", "on", "rate")}
    wanted = {(each.currency, each.on): _rounded(each.rate) for each in read}
    return [
        ExchangeRate(company=company, currency=currency, on=on, rate=rate, source=name[:100], set_by=by)
        for (currency, on), rate in wanted.items()
        if rates.get((currency, on)) != rate
    ]


def _check(company: Company, currency: str, rate: Decimal) -> None:
    try:
        places(currency)
    except UnknownCurrency as error:
        raise Refused(f"{currency!r} is not a currency. Use its ISO code, such as EUR.", code="bad_currency") from error
    if currency == company.currency:
        raise Refused("The exchange rate of the company's own currency is 1.", code="bad_exchange_rate")
    if _rounded(rate) <= 0:
        raise Refused("An exchange rate is above zero.", code="bad_exchange_rate")


def _rounded(rate: Decimal) -> Decimal:
    return round_places(rate, EXCHANGE_RATE["decimal_places"])
