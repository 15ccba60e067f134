"""A repayment: refunds that wait are claimed, a second person says yes, and only then there is a file."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.bulk import insert_all, update_all
from ledger.money import round_money
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded, Asked, require_none_waiting, require_second_person
from office.audit import record
from office.models import ApprovalRequest, BankAccount, Company, User
from office.operations.ask_approval import ask_approval
from office.reasons import required_reason
from office.written import plain_day
from payments.booked_banks import lock_bank_account
from payments.kept_files import keep_file
from payments.models import FileState, Refund, RepaymentBatch, RepaymentLine
from payments.our_accounts import DOLLARS, ach_routing_number, sepa_ours
from payments.payment_files.pain001 import VERSIONS
from payments.refunds_clearing import (
    lock_payments,
    lock_refunded,
    pay_from_bank,
    require_not_reconciled,
    take_back_payment,
)
from payments.repayment_choice import choose_refunds, credits_gone
from payments.repayment_files import write_repayments

NACHA = "nacha"


@dataclass(frozen=True)
class RepaymentDetails:
    """From which of our accounts, and when."""

    bank_account_id: int
    pay_on: date
    version: str = VERSIONS[0]


def paying_account(company: Company, details: RepaymentDetails) -> BankAccount:
    """The account that pays. Raises Refused where no file can be made for it, or the day is past."""
    account = company.bank_accounts.select_related("company").filter(pk=details.bank_account_id).first()
    if account is None:
        raise Refused("That is not a bank account of this company.", code="unknown_bank_account")
    if account.currency == DOLLARS:
        ach_routing_number(account)
    else:
        sepa_ours(account, debits=False)
    if details.version not in VERSIONS:
        raise Refused("That is no form of file that we know.", code="unknown_version")
    if details.pay_on < company.today():
        raise Refused("That day is past.", code="too_late")
    return account


@transaction.atomic
def prepare_repayment(company: Company, details: RepaymentDetails, *, by: User | None) -> RepaymentBatch:
    """Claim the refunds that wait, in the account's currency, and ask a second person.

    Raises Refused where no file can be made for the account, and where nothing waits.
    """
    account = paying_account(company, details)
    lock_payments(company.pk)
    refunds = choose_refunds(company, account.currency).refunds
    if not refunds:
        raise Refused(f"No refund in {account.currency} waits to be paid.", code="nothing_to_pay")
    batch = RepaymentBatch.objects.create(
        company=company,
        bank_account=account,
        pay_on=details.pay_on,
        currency=account.currency,
        version=NACHA if account.currency == DOLLARS else details.version,
        created_by=by,
    )
    insert_all(_line(batch, refund, place) for place, refund in enumerate(refunds, start=1))
    record(by, "prepare_repayment", batch, after={"refunds": ", ".join(refund.number for refund in refunds)[:500]})
    try:
        return approve_repayment(batch.pk, by=by)
    except ApprovalNeeded as needed:
        ask_approval(needed, by=present(by))
        return batch


@transaction.atomic
def approve_repayment(batch_id: int, *, by: User | None, approved: ApprovalRequest | None = None) -> RepaymentBatch:
    """Make the batch's file, by the word of somebody else than who prepared it; what cannot be paid is left out.

    In the book what the file pays leaves the account that pays.

    Raises ApprovalNeeded without that word, and Refused where nothing is left, or the batch is past that.
    """
    batch = _locked(batch_id)
    if batch.state != FileState.WAITING:
        raise Refused(f"{batch} is not waiting: {batch.get_state_display().lower()}.", code="invalid_move")
    require_second_person(_asked(batch), by, approved)
    if batch.pay_on < batch.company.today():
        raise Refused("Its day is past: decline it, and prepare another.", code="too_late")
    lines = _still_right(batch)
    if not lines:
        raise Refused("Nothing of it can be paid any more. Decline it.", code="nothing_to_pay")
    made = write_repayments(batch, lines)
    pay_from_bank(batch, lines, by_id=by.pk if by else None)
    for line in lines:
        line.was_sent = True
    update_all(lines, ["trace", "was_sent", "entry"])
    batch.approved_by = approved.decided_by if approved else None
    batch.file = keep_file(batch.company, made, by=batch.approved_by)
    batch.state = FileState.READY
    batch.save(update_fields=["state", "file", "approved_by"])
    record(batch.approved_by, "approve_repayment", batch, after={"file": batch.file.sha256, "total": made.total})
    return batch


@transaction.atomic
def cancel_repayment(batch_id: int, *, reason: str, by: User | None) -> RepaymentBatch:
    """Give up a batch that the bank did not get; its refunds wait again.

    Raises Refused without a reason, twice, and where the bank's statement says that it was paid.
    """
    reason = required_reason(reason, "Say why the repayment is cancelled.")
    batch = _locked(batch_id)
    if batch.state == FileState.CANCELLED:
        raise Refused(f"{batch} is cancelled already.", code="invalid_move")
    require_none_waiting("approve_repayment", batch)
    lock_bank_account(batch.bank_account_id)
    lines = list(batch.lines.filter(is_under_way=True).select_related("entry", "batch__company"))
    require_not_reconciled([line.entry for line in lines if line.entry])
    for line in lines:
        take_back_payment(line, kind="cancel_repayment", reason=reason, by_id=by.pk if by else None)
    batch.lines.filter(is_under_way=True).update(is_under_way=False, reason="the repayment was cancelled")
    batch.state, batch.cancelled_reason = FileState.CANCELLED, reason
    batch.save(update_fields=["state", "cancelled_reason"])
    record(by, "cancel_repayment", batch, reason=reason)
    return batch


def drop_repayment(batch_id: int, *, by: User | None, reason: str) -> None:
    """Cancel a batch that was not approved."""
    if _locked(batch_id).state == FileState.WAITING:
        cancel_repayment(batch_id, reason=reason or "Taken back.", by=by)


def _locked(batch_id: int) -> RepaymentBatch:
    batches = RepaymentBatch.objects.select_for_update(no_key=True, of=("self",))
    return batches.select_related("company", "bank_account__company").get(pk=batch_id)


def _line(batch: RepaymentBatch, refund: Refund, place: int) -> RepaymentLine:
    name = f"{batch.message_id}-{place}"
    return RepaymentLine(batch=batch, refund=refund, account=refund.account, amount=refund.amount, end_to_end_id=name)


def _asked(batch: RepaymentBatch) -> Asked:
    lines = batch.lines.select_related("refund__entry")
    items = [(line.amount, line.refund.entry.items.get()) for line in lines]
    amount = sum((item.company_amount * part / item.amount for part, item in items), Decimal(0))
    amount = round_money(amount, batch.company.currency)
    return Asked("approve_repayment", batch.company, batch, amount, {}, f"Paid on {plain_day(batch.pay_on)}")


def _still_right(batch: RepaymentBatch) -> list[RepaymentLine]:
    """The lines whose accounts may be used still, and whose credit is there; the others are left out, with why."""
    lines = list(batch.lines.filter(is_under_way=True).select_related("account", "refund__company"))
    lock_refunded(line.refund for line in lines)
    gone = credits_gone(line.refund for line in lines)
    for line in lines:
        if why := line.account.reason_not_to_use or gone.get(line.refund_id, ""):
            line.is_under_way, line.reason = False, why[:300]
            line.save(update_fields=["is_under_way", "reason"])
    return [line for line in lines if line.is_under_way]
