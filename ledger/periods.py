"""Closing and reopening a company's months."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from ledger.models import Period


def hold_month(company_id: int, month: date) -> Period:
    """A month with its row held until the transaction ends: postings into it under way are done, new ones wait."""
    month = month.replace(day=1)
    Period.objects.get_or_create(company_id=company_id, month=month)
    return Period.objects.select_for_update().get(company_id=company_id, month=month)


@transaction.atomic
def close_month(company_id: int, month: date) -> Period:
    """Let nothing more be dated into a month; waits for postings under way."""
    period = hold_month(company_id, month)
    period.closed_at = period.closed_at or timezone.now()
    period.save()
    return period


@transaction.atomic
def reopen_month(company_id: int, month: date) -> Period:
    """Allow postings into a closed month again."""
    period = hold_month(company_id, month)
    period.closed_at = None
    period.save()
    return period


def closed_months(company_id: int) -> set[date]:
    """The first days of a company's closed months."""
    closed = Period.objects.filter(company_id=company_id, closed_at__isnull=False)
    return set(closed.values_list("month", flat=True))
