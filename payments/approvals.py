"""What payments puts under a second person's word. What is approved is dated the day it is approved."""

from customers.access import customers_for
from customers.models import Customer
from office.approvals.asking import Act, Unit
from office.models import ApprovalRequest
from payments.access import debit_runs_for, receipts_for, repayments_for
from payments.models import DebitRun, ReceiptExchange, Refund, RepaymentBatch, WriteOff
from payments.operations.approve_debit_run import approve_debit_run
from payments.operations.cancel_debit_run import drop_debit_run
from payments.operations.exchange_receipt import details_from_kept as details_from_kept_exchange
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.prepare_repayment import approve_repayment, drop_repayment
from payments.operations.refund_credit import details_from_kept as details_from_kept_refund
from payments.operations.refund_credit import refund_credit
from payments.operations.write_off import details_from_kept, write_off
from payments.written_off import WRITE_OFF_SHARE


def do_write_off(request: ApprovalRequest) -> WriteOff:
    """Write off what was to be written off."""
    customer = Customer.objects.select_related("company").get(pk=request.subject_id)
    details = details_from_kept(request.arguments)
    on = request.company.today()
    return write_off(customer, details, on=on, by=request.requested_by, approved=request)[0]


def do_debit_run(request: ApprovalRequest) -> DebitRun:
    """Make the file of a debit run."""
    return approve_debit_run(request.subject_id, by=request.requested_by, approved=request)


def drop_run(request: ApprovalRequest) -> None:
    """Cancel a run that was declined or taken back."""
    drop_debit_run(request.subject_id, by=request.decided_by, reason=request.decision_reason)


def do_refund(request: ApprovalRequest) -> Refund:
    """Refund what was to be refunded."""
    customer = Customer.objects.select_related("company").get(pk=request.subject_id)
    details = details_from_kept_refund(request.arguments, request.company.today())
    return refund_credit(customer, details, by=request.requested_by, approved=request)


def do_exchange(request: ApprovalRequest) -> ReceiptExchange:
    """Take money of a receipt as another currency."""
    details = details_from_kept_exchange(request.arguments, request.company.today())
    return exchange_receipt(request.subject_id, details, by=request.requested_by, approved=request)


def do_repayment(request: ApprovalRequest) -> RepaymentBatch:
    """Make the file of a repayment."""
    return approve_repayment(request.subject_id, by=request.requested_by, approved=request)


def drop_batch(request: ApprovalRequest) -> None:
    """Cancel a repayment that was declined or taken back."""
    drop_repayment(request.subject_id, by=request.decided_by, reason=request.decision_reason)


ACTS = [
    Act(
        "refund_credit",
        "Refund",
        "payments.refund_credit",
        do_refund,
        customers_for,
        "customers:customer",
        seen_with="payments.view_receipt",
    ),
    Act(
        "approve_repayment",
        "Pay",
        "payments.manage_repayments",
        do_repayment,
        repayments_for,
        "payments:repayment",
        is_always=True,
        drop=drop_batch,
        seen_with="payments.view_receipt",
    ),
    Act(
        "approve_debit_run",
        "Debit by",
        "payments.manage_debit_runs",
        do_debit_run,
        debit_runs_for,
        "payments:debit_run",
        is_always=True,
        drop=drop_run,
        seen_with="payments.view_receipt",
    ),
    Act(
        "exchange_receipt",
        "Exchange",
        "payments.exchange_receipt",
        do_exchange,
        receipts_for,
        "payments:receipt",
        seen_with="payments.view_receipt",
    ),
    Act(
        "write_off",
        "Write off",
        "payments.write_off",
        do_write_off,
        customers_for,
        "customers:customer",
        seen_with="payments.view_receipt",
    ),
    Act(
        WRITE_OFF_SHARE,
        "Write off of one document for",
        "payments.write_off",
        do_write_off,
        customers_for,
        "customers:customer",
        unit=Unit.PERCENT,
        noun="Write-off of one document",
        seen_with="payments.view_receipt",
    ),
]
