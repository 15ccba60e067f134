"""All checks of the book, the documents and the money, as one answer."""

import billing.checks
import credit_control.checks
import customers.checks
import ledger.checks
import payments.checks
import reports.checks
from ledger.checks import Check, Finding, run_checks
from ledger.snapshot import snapshot


def all_checks() -> list[Check]:
    """Every check there is, of each room."""
    rooms = (ledger.checks, customers.checks, billing.checks, payments.checks, credit_control.checks, reports.checks)
    return [check for room in rooms for check in room.CHECKS]


def check_book() -> list[Finding]:
    """Everything that is wrong with the book; empty for a sound one. Reads one state of it."""
    with snapshot():
        return run_checks(all_checks())
