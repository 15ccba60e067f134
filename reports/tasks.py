"""Background work of reading. Each task takes ids, does one thing and may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from ledger.day_sums import keep_day_sums
from office.rounds import each_of
from reports.operations.begin_book_check import begin_book_check, companies_due


@shared_task
def keep_sums() -> int:
    """Sum up the book's lines that came since the last time, so that every balance is read at once."""
    return keep_day_sums()


@shared_task
def check_books() -> int:
    """Begin the nightly check of each company's book that is due, and say of how many; a failure stops no other."""
    now = timezone.now()
    return each_of(companies_due(now), lambda company: begin_book_check(company, now=now))
