"""Background work of reading. Each task takes ids, does one thing and may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from ledger.day_sums import keep_day_sums
from office.models import Company
from office.work.rounds import each_of
from reports.operations.begin_book_check import begin_book_check, companies_due
from reports.operations.keep_forecast import forecasts_due, keep_forecast


@shared_task
def keep_sums() -> int:
    """Sum up the book's lines that came since the last time, so that every balance is read at once."""
    return keep_day_sums()


@shared_task
def check_books() -> int:
    """Begin the nightly check of each company's book that is due, and say of how many; a failure stops no other."""
    now = timezone.now()
    return each_of(companies_due(now), lambda company: begin_book_check(company, now=now))


@shared_task
def keep_forecasts() -> int:
    """Keep what is expected as of each month that is over since, and say of how many month ends."""
    due = [(company, on) for company in Company.objects.order_by("pk") for on in forecasts_due(company)]
    return each_of(due, lambda each: keep_forecast(*each))
