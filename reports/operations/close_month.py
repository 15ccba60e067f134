"""Closing a month, so that nothing more is dated into it, and reopening one, with a reason."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from ledger.models import Period
from ledger.periods import hold_month
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.reasons import optional_reason, required_reason
from reports.closing.state import StepState, checklist, open_of
from reports.closing.step import MonthEnd
from reports.operations.make_close_pack import begin_pack
from reports.operations.sign_close_step import unsign_all


@transaction.atomic
def close_month(company: Company, month: date, *, by: User | None, reason: str = "") -> Period:
    """Close a month that is over, and have the pack of its reports made.

    The month is held meanwhile: what is dated into it waits, so the steps are looked at as they then stay. Raises
    Refused for a month that is not over or is closed, where a required step is open, and without a reason where another
    one is open that nobody signed off.
    """
    month = month.replace(day=1)
    if month >= company.today().replace(day=1):
        raise Refused("A month is closed when it is over.", code="month_not_over")
    period = hold_month(company.pk, month)
    if period.closed_at:
        raise Refused(f"{month:%B %Y} is closed already.", code="invalid_move")
    left = _left_open(checklist(MonthEnd(company, month)))
    if left:
        reason = required_reason(
            reason, f"Not all is done: {_named(left)}. Sign these off, or say why the month is closed as it is."
        )
    else:
        reason = optional_reason(reason)
    period.closed_at = timezone.now()
    period.save(update_fields=["closed_at"])
    after = {"month": period} | ({"open": _named(left)} if left else {})
    record(by, "close_month", company, after=after, reason=reason)
    begin_pack(company, period, by=by)
    return period


@transaction.atomic
def reopen_month(company: Company, month: date, *, reason: str, by: User | None) -> Period:
    """Let a closed month be posted into again; its packs stay, and its steps are signed off anew.

    Raises Refused without a reason, or for one that is open.
    """
    reason = required_reason(reason, "Say why the month is reopened.")
    month = month.replace(day=1)
    period = Period.objects.filter(company_id=company.pk, month=month).exists() and hold_month(company.pk, month)
    if not period or not period.closed_at:
        raise Refused(f"{month:%B %Y} is open.", code="invalid_move")
    period.closed_at = None
    period.save(update_fields=["closed_at"])
    unsign_all(MonthEnd(company, month), by=by, note=f"Reopened: {reason}")
    record(by, "reopen_month", company, after={"month": period}, reason=reason)
    return period


def _left_open(steps: list[StepState]) -> list[StepState]:
    """The steps that are open and need not be mended first."""
    if missing := open_of(steps, required=True):
        raise Refused(f"First this must be mended: {_named(missing)}.", code="step_open")
    return open_of(steps, required=False)


def _named(steps: Iterable[StepState]) -> str:
    return ", ".join(f"{each.step.title.lower()} ({each.count_words} open)" for each in steps)
