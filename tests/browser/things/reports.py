"""Exports of the journal to look at."""

from datetime import date
from typing import Any

from reports.operations.withdraw_journal import withdraw_journal
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
