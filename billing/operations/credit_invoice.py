from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Sum

from billing.einvoice.checking import draft_document, require_right
from billing.einvoice.document import Document
from billing.models import DocumentStatus, Invoice, InvoiceLine, ReasonCode
from billing.operations.draft_credit import draft_credit
from billing.operations.issue_invoice import issue_invoice
from billing.operations.wanted_credit import Wanted, plain_wanted
from billing.queries import given_up_of
from billing.reason_codes import chosen_reason, printed_reason
from billing.totals import lines_with_taxes
from ledger.allocating import allocate, lock_items, oldest_first
from ledger.models import OpenItem
from ledger.money import format_money
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import Asked, require_approval, said_yes
from office.audit import record
from office.models import ApprovalRequest, User
from office.rates.exchange import in_company_currency
from office.written import plain_day


def credit_invoice(
    invoice_id: int,
    wanted: Wanted,
    *,
    reason: str,
    by: User | None,
    on: date,
    reason_code_id: int | None = None,
    apply: bool = True,
    then: Mapping[str, Any] | None = None,
    approved: ApprovalRequest | None = None,
) -> Invoice:
    """Issue a credit memo for an invoice: for so much of lines, for an amount with its tax, or for all that is left.

    It settles what is still open of the invoice, unless `apply` is off; the rest is the customer's free credit. Raises
    Refused without a reason, for a document that is no issued invoice, for more than is left of a line or of it all,
    and for what is written off; and ApprovalNeeded above the amount from which somebody else has to say yes first;
    `then` is kept with what is asked for, and says what goes on once it is approved, as `correct_invoice` and
    `credit_dispute` do.
    """
    company = Invoice.objects.select_related("company").get(pk=invoice_id).company
    code = chosen_reason(company, reason_code_id)
    why = Why(printed_reason(code, reason, "Say why the invoice is credited."), code)
    judged = _judged(invoice_id, wanted, why, on)
    with transaction.atomic():
        memo = _draft_memo(invoice_id, wanted, why, on, by)
        invoice = present(memo.credits)
        amount = in_company_currency(company, memo.total, memo.exchange_rate)
        kept = {"wanted": plain_wanted(wanted), "reason": reason, "reason_code_id": reason_code_id, "apply": apply}
        kept |= then or {}
        require_approval(Asked("credit_invoice", company, invoice, amount, kept, why.words), by, approved)
        memo = issue_invoice(memo.pk, by=by, on=on, judged=judged)
        record(
            by,
            "credit_invoice",
            invoice,
            after={"credit_memo": memo.number, "total": memo.total} | said_yes(approved),
            reason=why.words,
        )
        if apply:
            _apply(invoice, memo, on, by)
    return memo


def preview_credit(invoice: Invoice, wanted: Wanted, on: date) -> tuple[Invoice, list[InvoiceLine]]:
    """The credit memo as it would be, with its lines, unsaved. Raises Refused as crediting would."""
    _check(invoice, on)
    memo, lines = draft_credit(invoice, wanted)
    _require_left(invoice, memo)
    return memo, lines


class Why(NamedTuple):
    """A reason as it is printed, and the code it was chosen by."""

    words: str
    code: ReasonCode | None


def _judged(invoice_id: int, wanted: Wanted, why: Why, on: date) -> set[Document]:
    """The credit memo as it will be, where its customer wants an e-invoice; drafted, taken back, and then judged."""
    if not Invoice.objects.filter(pk=invoice_id).exclude(customer__einvoice_format="").exists():
        return set()
    with transaction.atomic():
        memo = _draft_memo(invoice_id, wanted, why, on, None)
        document = draft_document(memo, list(lines_with_taxes().filter(invoice=memo)), on)
        transaction.set_rollback(True)
    require_right(document, memo.einvoice_format)
    return {document}


def _draft_memo(invoice_id: int, wanted: Wanted, why: Why, on: date, by: User | None) -> Invoice:
    """A draft credit memo for an invoice that is locked with its open items."""
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
    lock_items(OpenItem.objects.filter(entry=invoice.entry_id).values_list("pk", flat=True))
    memo, lines = preview_credit(invoice, wanted, on)
    memo.reason, memo.reason_code, memo.created_by = why.words, why.code, by
    memo.save()
    for line in lines:
        line.invoice = memo  # which has its id only now
    InvoiceLine.objects.bulk_create(lines)
    return memo


def _check(invoice: Invoice, on: date) -> None:
    if invoice.is_credit_memo or invoice.status != DocumentStatus.ISSUED:
        raise Refused("Only an issued invoice or debit note can be credited.", code="invalid_move")
    if invoice.dated_on and on < invoice.dated_on:
        raise Refused(
            f"{invoice} is dated {plain_day(invoice.dated_on)}; it cannot be credited before.",
            code="before_it_was_made",
        )


def _require_left(invoice: Invoice, memo: Invoice) -> None:
    """Refuse more than the invoice came to: its positive lines without the negative ones that went with them; and what
    is written off, as the customer could spend a credit for it and its tax would go back twice.
    """
    earlier = invoice.credit_memos.filter(status=DocumentStatus.ISSUED).aggregate(sum=Sum("total"))["sum"] or Decimal(0)
    if earlier + memo.total > invoice.total:
        left = format_money(invoice.total - earlier, invoice.currency)
        raise Refused(f"{left} of {invoice} is left to credit. Credit its deductions with it.", code="more_than_left")
    given_up = given_up_of(invoice)
    if given_up and earlier + memo.total > invoice.total - given_up:
        words = format_money(given_up, invoice.currency)
        raise Refused(f"{words} of {invoice} is written off. Reverse that first.", code="written_off")


def _apply(invoice: Invoice, memo: Invoice, on: date, by: User | None) -> None:
    """Let the credit memo settle what is open of its invoice, the earliest due item first."""
    items = OpenItem.objects.filter(entry__in=[invoice.entry_id, memo.entry_id]).values_list("pk", flat=True)
    locked = lock_items(items).values()
    debits = [item for item in locked if item.balance > 0]
    credits = [item for item in locked if item.balance < 0]
    if pairs := oldest_first(debits, credits):
        allocate(pairs, dated_on=on, by_id=by.pk if by else None, reason=f"Credit memo {memo.number}")
