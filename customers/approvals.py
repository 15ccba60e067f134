"""What of customers is put under a second person's word."""

from customers.access import accounts_for, applications_for, customers_for, holds_for
from customers.models import AccountApplication, CreditHold, Customer, CustomerAccount
from customers.operations.add_account import confirm_account, drop_account
from customers.operations.change_credit_limit import change_credit_limit, details_from_plain
from customers.operations.manage_applications import APPROVE, approve_application, drop_application
from customers.operations.release_hold import release_hold
from office.approvals.asking import Act
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


def do_change_limit(request: ApprovalRequest) -> Customer:
    """Change the limit, on the day it is approved."""
    return change_credit_limit(
        request.subject_id,
        details_from_plain(request.arguments),
        reason=request.arguments["reason"],
        on=request.company.today(),
        by=request.requested_by,
        approved=request,
    )


def do_approve_application(request: ApprovalRequest) -> AccountApplication:
    """Open the account, on the day it is approved."""
    return approve_application(
        request.subject_id,
        **request.arguments,
        on=request.company.today(),
        by=request.requested_by,
        approved=request,
    )


ACTS = [
    Act(
        APPROVE,
        "Open the account of",
        "customers.manage_applications",
        do_approve_application,
        applications_for,
        "customers:application",
        is_always=True,
        drop=drop_application,
    ),
    Act(
        "confirm_account",
        "Use the bank account",
        "customers.manage_accounts",
        do_confirm,
        accounts_for,
        "customers:account",
        is_always=True,
        drop=do_drop,
        seen_with="customers.view_accounts",
    ),
    Act(
        "release_hold",
        "Release from hold",
        "customers.ask_release",
        do_release,
        holds_for,
        "customers:hold",
        alone="customers.release_hold",
    ),
    Act(
        "change_credit_limit",
        "Raise the credit limit of",
        "customers.change_credit_limit",
        do_change_limit,
        customers_for,
        "customers:customer_holds",
    ),
]
