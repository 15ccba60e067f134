"""Background work of reading. Each task takes ids, does one thing and may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from office.rounds import each_of
from reports.operations.begin_book_check import begin_book_check, companies_due


@shared_task
def check_books() -> int:
    """Begin the nightly check of each company's book that is due, and say of how many; a failure stops no other."""
    now = timezone.now()
    return each_of(companies_due(now), lambda company: begin_book_check(company, now=now))
