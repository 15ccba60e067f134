"""What of customers is put under a second person's word."""

from customers.access import accounts_for, holds_for
from customers.models import CreditHold, CustomerAccount
from customers.operations.add_account import confirm_account, drop_account
from customers.operations.release_hold import release_hold
from office.approvals import Act
from office.models import ApprovalRequest


def do_confirm(request: ApprovalRequest) -> CustomerAccount:
    """Let money be moved with the account."""
    return confirm_account(request.subject_id, by=request.requested_by, approved=request)


def do_drop(request: ApprovalRequest) -> None:
    """Close the account that was not confirmed."""
    drop_account(request.subject_id, by=request.decided_by, reason=request.decision_reason)


def do_release(request: ApprovalRequest) -> CreditHold:
    """Release the hold, on the day it is approved."""
    return release_hold(
        request.subject_id,
        **request.arguments,
        on=request.company.today(),
        by=request.requested_by,
        approved=request,
    )


ACTS = [
    Act(
        "confirm_account",
        "Use the bank account",
        "customers.manage_accounts",
        do_confirm,
        accounts_for,
        "customers:account",
        is_always=True,
        drop=do_drop,
    ),
    Act("release_hold", "Release", "customers.release_hold", do_release, holds_for, "customers:hold"),
]
