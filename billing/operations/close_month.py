"""Closing a month, so that nothing more is dated into it, and reopening one, with a reason."""

from datetime import date

from django.db import transaction

from ledger import periods
from ledger.models import Period
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.reasons import required_reason


@transaction.atomic
def close_month(company: Company, month: date, *, by: User | None) -> Period:
    """Close a month that is over. Raises Refused for one that is not, or that is closed."""
    month = month.replace(day=1)
    if month >= company.today().replace(day=1):
        raise Refused("A month is closed when it is over.", code="month_not_over")
    if Period.objects.filter(company_id=company.pk, month=month, closed_at__isnull=False).exists():
        raise Refused(f"{month:%B %Y} is closed already.", code="invalid_move")
    period = periods.close_month(company.pk, month)
    record(by, "close_month", company, after={"month": period})
    return period


@transaction.atomic
def reopen_month(company: Company, month: date, *, reason: str, by: User | None) -> Period:
    """Let a closed month be posted into again. Raises Refused without a reason, or for one that is open."""
    reason = required_reason(reason, "Say why the month is reopened.")
    month = month.replace(day=1)
    if not Period.objects.filter(company_id=company.pk, month=month, closed_at__isnull=False).exists():
        raise Refused(f"{month:%B %Y} is open.", code="invalid_move")
    period = periods.reopen_month(company.pk, month)
    record(by, "reopen_month", company, after={"month": period}, reason=reason)
    return period
