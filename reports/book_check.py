"""All checks of the book, the documents and the money, as one answer."""

import billing.checks
import ledger.checks
import payments.checks
from ledger.checks import Finding, run_checks
from reports.snapshot import snapshot


def check_book() -> list[Finding]:
    """Everything that is wrong with the book; empty for a sound one. Reads one state of it."""
    with snapshot():
        findings = run_checks([*ledger.checks.CHECKS, *billing.checks.CHECKS, *payments.checks.CHECKS])
        return [*findings, *billing.checks.broken_chain(), *billing.checks.changed_files()]
