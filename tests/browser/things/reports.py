"""Exports of the journal to look at; a check of the book that found something, and what only wants a look."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from ledger.calendar import add_months
from office.models import Run, RunStatus
from reports.nightly import KIND
from reports.operations.sign_close_step import sign_close_step
from reports.operations.withdraw_journal import withdraw_journal
from reports.whole_check import whole_check
from tests.reports.closings import kept
from tests.reports.journals import export, map_all


def journals(company: Any, day: date) -> dict[str, Any]:
    """An export that was taken back, one that stands, and what a preview of the rest asks; one account has no name."""
    map_all(company)
    company.journal_accounts.filter(account__role="tax").delete()
    wrong = export(company, "csv", day)
    withdraw_journal(wrong.pk, reason="The bookkeeper changed the accounts", by=None)
    made = export(company, "csv", day)
    asked = f"format=xero&last_day={company.today()}"
    return {"journal": made.pk, "journal_taken_back": wrong.pk, "journal_days": asked}


def months(company: Any) -> dict[str, Any]:
    """A month long ago that is closed and kept, and the last one, of which something is open and something signed."""
    long_ago = add_months(company.today().replace(day=1), -18)
    last = (company.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    pack = kept(company, long_ago)
    sign_close_step(company, last, "whole_check", by=None, note="Known, and being looked into")
    return {"close_pack": pack.pk, "closed_month": f"{long_ago:%Y-%m}", "month_to_close": f"{last:%Y-%m}"}


def book_checks(company: Any, invoice: Any) -> dict[str, str]:
    """A whole check with two findings, and the kinds of findings that have pages of their own."""
    found = [
        ["a document says what it said when issued", f"document {invoice.number}", "its content has changed"],
        ["an item's balance is its amount less its allocations", "item 7", "balance 3.0000, by its allocations 2.0000"],
    ]
    start = {"on": str(company.today()), "after": 0, "count": 60, "found": found}
    Run.objects.create(
        company=company,
        kind=KIND,
        title=f"Check of the book on {company.today()}",
        parameters=start,
        status=RunStatus.DONE,
        total=90,
        done=90,
        result={"Findings": 60},
        explanation="60 to look at.",
        finished_at=timezone.now(),
    )
    return {
        "coverable": "coverable",
        "number_gaps": "number-gaps",
        "broken_promise": whole_check(company).by_check[0].key,
    }
