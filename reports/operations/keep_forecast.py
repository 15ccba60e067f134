from datetime import date

from django.db import transaction

from ledger.balances import control_balance
from ledger.refusals import Refused
from ledger.snapshot import snapshot
from office.models import Company
from reports.forecast.kept import made_anew, past_month_ends
from reports.forecast.reading import ForecastQuestion
from reports.models import KeptForecast


def forecasts_due(company: Company) -> list[date]:
    """The ends of past months whose forecast is not kept yet, the latest first."""
    ends = past_month_ends(company.today())
    kept = KeptForecast.objects.filter(company=company, on__in=ends).values_list("on", flat=True)
    return [end for end in ends if end not in set(kept)]


def keep_forecast(company: Company, on: date) -> list[KeptForecast]:
    """Keep what is expected as of the end of a month, in each currency that was in the book by then.

    Made twice, or by two at once, the first stands. Raises Refused for a day that ends no past month.
    """
    if on not in past_month_ends(company.today()):
        raise Refused("A forecast is kept of the end of a past month.", code="no_past_month_end")
    with snapshot():
        said = {
            currency: made_anew(ForecastQuestion(company.pk, on, currency))
            for currency in control_balance(company.pk, on)
        }
    rows = [
        KeptForecast(company=company, on=on, currency=currency, expected=each.expected, due=each.due)
        for currency, each in said.items()
    ]
    with transaction.atomic():
        KeptForecast.objects.bulk_create(rows, ignore_conflicts=True)
    return list(KeptForecast.objects.filter(company=company, on=on).order_by("currency"))
