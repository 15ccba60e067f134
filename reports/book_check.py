"""All checks of the book, the documents and the money, as one answer."""

import billing.checks
import credit_control.checks
import customers.checks
import ledger.checks
import payments.checks
from ledger.checks import Finding, run_checks
from ledger.snapshot import snapshot


def check_book() -> list[Finding]:
    """Everything that is wrong with the book; empty for a sound one. Reads one state of it."""
    with snapshot():
        rooms = (ledger.checks, customers.checks, billing.checks, payments.checks, credit_control.checks)
        findings = run_checks([check for room in rooms for check in room.CHECKS])
        return [*findings, *billing.checks.broken_chain(), *billing.checks.changed_files()]
