"""What customers' accounts put under a second person's word."""

from customers.access import accounts_for
from customers.models import CustomerAccount
from customers.operations.add_account import confirm_account, drop_account
from office.approvals import Act
from office.models import ApprovalRequest


def do_confirm(request: ApprovalRequest) -> CustomerAccount:
    """Let money be moved with the account."""
    return confirm_account(request.subject_id, by=request.requested_by, approved=request)


def do_drop(request: ApprovalRequest) -> None:
    """Close the account that was not confirmed."""
    drop_account(request.subject_id, by=request.decided_by, reason=request.decision_reason)


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
    )
]
