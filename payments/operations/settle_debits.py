"""What became of debits: collected, returned, or rejected before they were collected."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from customers.models import CustomerAccount
from customers.operations.manage_accounts import block_account
from ledger.fields import EXCHANGE_RATE
from ledger.money import round_money, round_places
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.written import plain_day
from payments.booked_banks import book_account_of
from payments.models import (
    BankLine,
    CollectionState,
    DebitCollection,
    DebitRun,
    FileState,
    PaymentMethod,
    ReceiptStatus,
)
from payments.operations.approve_debit_run import locked_run, release_parts
from payments.operations.receive_payment import Plan, Share, receive_payment
from payments.operations.reconcile_bank import tie_return
from payments.operations.record_receipt import ReceiptDetails
from payments.operations.reverse_receipt import reverse_receipt
from payments.return_reasons import is_dead, is_ours, reason_words
from payments.returned import tell_rejected


@transaction.atomic
def collect_debit(debit_id: int, *, on: date, by: User | None, line: BankLine | None = None) -> DebitCollection:
    """Record that a debit came in, and apply it; what is no longer open of its items stays as unapplied credit.

    `line` is the line of our account that it is, or is a part of. Raises Refused unless it is on its way.
    """
    debit = _locked(debit_id)
    if debit.state != CollectionState.PENDING or debit.run.state != FileState.READY:
        raise Refused(f"{debit} is not on its way to us.", code="invalid_move")
    parts = list(debit.parts.select_related("item").order_by("pk"))
    details = ReceiptDetails(
        debit.customer_id,
        on,
        debit.amount,
        debit.currency,
        _rate(debit),
        PaymentMethod.DIRECT_DEBIT,
        reference=debit.end_to_end_id,
        bank_account_id=book_account_of(line.bank_account if line else debit.run.bank_account).pk,
        external_id=f"debit:{debit.end_to_end_id}",
        bank_line_id=line.pk if line else None,
    )
    plan = Plan(shares=[Share(part.item_id, part.amount) for part in parts], keep_excess=True)
    debit.receipt = receive_payment(debit.customer, details, plan, by=by)
    _settle(debit, CollectionState.COLLECTED, on)
    record(by, "collect_debit", debit, after={"receipt": debit.receipt, "amount": debit.amount})
    return debit


@transaction.atomic
def collect_debit_run(run_id: int, *, on: date, by: User | None) -> DebitRun:
    """Record that all of a run that is on its way came in. Raises Refused where nothing is, and before its day."""
    run = locked_run(run_id)
    if on < run.collect_on:
        raise Refused(f"It is collected on {plain_day(run.collect_on)}.", code="before_its_day")
    pending = run.collections.filter(state=CollectionState.PENDING).values_list("pk", flat=True)
    if run.state != FileState.READY or not pending:
        raise Refused("Nothing of it is on its way.", code="invalid_move")
    for debit_id in list(pending):
        collect_debit(debit_id, on=on, by=by)
    return run


@transaction.atomic
def reject_debit(debit_id: int, code: str, *, on: date, by: User | None, said: str = "") -> DebitCollection:
    """Note that the bank will not collect a debit; its items can be debited again. A dead account is blocked."""
    debit = _locked(debit_id)
    if debit.state != CollectionState.PENDING:
        raise Refused(f"{debit} is not on its way any more.", code="invalid_move")
    debit.reason_code, debit.reason = code[:60], reason_words(code, said)[:300]
    _settle(debit, CollectionState.REJECTED, on)
    if not is_ours(code):
        tell_rejected(debit, on)
    record(by, "reject_debit", debit, reason=debit.reason)
    _block_dead(debit.account, code, by)
    return debit


@transaction.atomic
def return_debit(
    debit_id: int, code: str, *, on: date, by: User | None, said: str = "", line: BankLine | None = None
) -> DebitCollection:
    """Take back what was collected: its items are open again, with their old due dates, and the company's charge too.

    A dead account is blocked. Raises Refused unless it was collected, and for what reverse_receipt refuses.
    """
    debit = _locked(debit_id)
    if debit.state != CollectionState.COLLECTED:
        raise Refused(f"{debit} was not collected, so nothing comes back.", code="invalid_move")
    debit.reason_code, debit.reason = code[:60], reason_words(code, said)[:300]
    receipt = present(debit.receipt)
    if receipt.status == ReceiptStatus.RECORDED:  # somebody may have been quicker than the bank
        came_back = Decimal(0) if is_ours(code) else debit.amount
        how: dict[str, Any] = {"fee": _charge(debit), "came_back": came_back}
        reverse_receipt(receipt.pk, dated_on=on, by=by, reason=debit.reason, **how)
        if line:
            receipt.refresh_from_db()
            tie_return(line, receipt, by=by)
    debit.return_line = line
    _settle(debit, CollectionState.RETURNED, on)
    record(by, "return_debit", debit, after={"charge": _charge(debit)}, reason=debit.reason)
    _block_dead(debit.account, code, by)
    return debit


def _locked(debit_id: int) -> DebitCollection:
    """The debit, its row held."""
    debits = DebitCollection.objects.select_for_update(no_key=True, of=("self",))
    return debits.select_related("company", "run", "customer__company", "account", "receipt").get(pk=debit_id)


def _settle(debit: DebitCollection, state: CollectionState, on: date) -> None:
    debit.state, debit.settled_on = state, on
    debit.save(update_fields=["state", "settled_on", "receipt", "return_line", "reason_code", "reason"])
    release_parts(debit)


def _rate(debit: DebitCollection) -> Decimal | None:
    """In a foreign currency the rate of what is debited, so that nothing is gained or lost before a rate is known."""
    if debit.currency == debit.company.currency:
        return None
    item = debit.parts.select_related("item").order_by("pk")[0].item
    return round_places(item.company_amount / item.amount, EXCHANGE_RATE["decimal_places"])


def _charge(debit: DebitCollection) -> Decimal:
    """What the customer is charged for a return, where that is in the currency of the debit."""
    company = debit.company
    same = debit.currency == company.currency
    return round_money(company.debit_return_fee, company.currency) if same else Decimal(0)


def _block_dead(account: CustomerAccount, code: str, by: User | None) -> None:
    account.refresh_from_db()
    if is_dead(code) and not account.blocked_at and not account.closed_at:
        block_account(account.pk, reason=f"A debit came back: {reason_words(code)}.", by=by)
