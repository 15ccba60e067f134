"""Signing off a step of a month's end as it stands, and taking that back."""

from datetime import date

from django.db import transaction

from ledger.periods import hold_month
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.reasons import optional_reason
from reports.closing.state import last_signoffs
from reports.closing.step import CloseStep, MonthEnd
from reports.closing.steps import STEPS
from reports.models import CloseSignoff


@transaction.atomic
def sign_close_step(company: Company, month: date, step: str, *, by: User | None, note: str = "") -> CloseSignoff:
    """Say that what is open of a step was looked at, and may stay so.

    Raises Refused for a closed month, one to come, a step of which nothing is open or that must be mended, and one that
    is signed off already.
    """
    end, known = _held(company, month), _step(step)
    if known.required:
        raise Refused("This step is mended, not signed off: the month is not closed before.", code="must_be_mended")
    open_count = known.open_count(end)
    if not open_count:
        raise Refused("Nothing of this step is open: it is done by itself.", code="nothing_open")
    last = last_signoffs(end).get(step)
    if last and last.is_done and last.open_count >= open_count:
        raise Refused(f"{last.by or 'Duebook'} signed this step off already.", code="invalid_move")
    row = _next(end, step, last, open_count=open_count, is_done=True, note=_said(note), by=by)
    record(by, "sign_close_step", row, after={"open": open_count}, reason=row.note)
    return row


@transaction.atomic
def unsign_close_step(company: Company, month: date, step: str, *, by: User | None, note: str = "") -> CloseSignoff:
    """Take a sign-off back. Raises Refused for a closed month, and for a step that is not signed off."""
    end = _held(company, month)
    last = last_signoffs(end).get(_step(step).key)
    if last is None or not last.is_done:
        raise Refused("This step is not signed off.", code="invalid_move")
    row = _next(end, step, last, open_count=0, is_done=False, note=_said(note), by=by)
    record(by, "unsign_close_step", row, reason=row.note)
    return row


def unsign_all(month: MonthEnd, *, by: User | None, note: str) -> None:
    """Take back whatever is signed off of a month that is reopened: it is looked at anew before the next closing."""
    for step, last in last_signoffs(month).items():
        if last.is_done:
            _next(month, step, last, open_count=0, is_done=False, note=_said(note), by=by)


def _said(note: str) -> str:
    return optional_reason(" ".join(note.split()))


def _held(company: Company, month: date) -> MonthEnd:
    """The month, held; Refused where nothing is signed of it."""
    end = MonthEnd(company, month.replace(day=1))
    if end.first_day > company.today():
        raise Refused("This month is still to come.", code="month_to_come")
    if hold_month(company.pk, month).closed_at:
        raise Refused(f"{month:%B %Y} is closed: what was signed off stays so.", code="month_closed")
    return end


def _step(key: str) -> CloseStep:
    known = next((each for each in STEPS if each.key == key), None)
    if known is None:
        raise Refused("There is no such step.", code="no_such_step")
    return known


def _next(
    month: MonthEnd,
    step: str,
    last: CloseSignoff | None,
    *,
    open_count: int,
    is_done: bool,
    note: str,
    by: User | None,
) -> CloseSignoff:
    return CloseSignoff.objects.create(
        company=month.company,
        month=month.first_day,
        step=step,
        position=last.position + 1 if last else 1,
        is_done=is_done,
        open_count=open_count,
        note=note,
        by=by,
    )
