from datetime import date

from django.db import transaction

from billing.deposits import deducting, deposits_deducted_in, require_left_without
from billing.locking import lock_documents
from billing.models import DocumentStatus, Invoice
from billing.reason_codes import chosen_reason, printed_reason
from billing.states import require_move
from ledger.allocating import Pair, allocate, lock_items
from ledger.models import Entry
from ledger.posting import post_mirror
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import Asked, require_approval, said_yes
from office.audit import record
from office.days import require_bookable_day
from office.models import ApprovalRequest, User
from office.rates.exchange import in_company_currency
from office.written import plain_day


@transaction.atomic
def void_invoice(
    invoice_id: int,
    *,
    reason: str,
    by: User | None,
    on: date,
    reason_code_id: int | None = None,
    approved: ApprovalRequest | None = None,
) -> Invoice:
    """Take an issued document back by its mirror; it keeps its number and says it is void.

    Raises Refused without a reason, before its own day, while anything is applied to it, while a credit memo of it
    stands, or where it gave deductions back whose deposit was used again; and ApprovalNeeded above the amount from
    which somebody else has to say yes first.
    """
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
    require_move(invoice.status, DocumentStatus.VOID)
    code = chosen_reason(invoice.company, reason_code_id)
    words = printed_reason(code, reason, "Say why the document is void.")
    _check(invoice, on)
    amount = in_company_currency(invoice.company, invoice.total, invoice.exchange_rate)
    kept = {"reason": reason} | ({"reason_code_id": code.pk} if code else {})
    require_approval(Asked("void_invoice", invoice.company, invoice, amount, kept, words), by, approved)
    if invoice.entry:
        invoice.void_entry = _take_back(invoice, words, on, by)
    invoice.status = DocumentStatus.VOID
    invoice.voided_on = on
    invoice.void_reason, invoice.void_reason_code = words, code
    invoice.save()
    record(by, "void_invoice", invoice, after=said_yes(approved), reason=words)
    return invoice


def _check(invoice: Invoice, on: date) -> None:
    if on < present(invoice.dated_on):
        raise Refused(
            f"It is dated {plain_day(invoice.dated_on)}; it cannot be void before.",
            code="before_it_was_made",
        )
    require_bookable_day(invoice.company, on)
    if invoice.credit_memos.filter(status=DocumentStatus.ISSUED).exists():
        raise Refused("A credit memo of this invoice stands. Void that first.", code="credited")
    if taken := deducting(invoice).first():
        raise Refused(f"{taken} deducts this deposit. Void that first.", code="deducted")
    if invoice.credits_id:
        lock_documents(deposits_deducted_in([invoice.pk]))
        require_left_without(invoice)


def _take_back(invoice: Invoice, reason: str, on: date, by: User | None) -> Entry:
    """Enter the mirror and let it settle the document's own items."""
    entry = present(invoice.entry)
    items = lock_items(entry.items.values_list("pk", flat=True))
    if any(item.balance != item.amount for item in items.values()):
        raise Refused(
            "Something is applied to it. Undo that first, or make a credit memo.",
            code="applied",
        )
    by_id = by.pk if by else None
    key = f"void_invoice:{invoice.pk}"
    mirror = post_mirror(
        entry,
        key=key,
        kind="void_invoice",
        dated_on=on,
        by_id=by_id,
        memo=reason,
    )
    pairs = []
    for item, opposite in zip(entry.items.order_by("id"), mirror.items.order_by("id"), strict=True):
        debit, credit = (item, opposite) if item.amount > 0 else (opposite, item)
        pairs.append(Pair(debit.pk, credit.pk, abs(item.amount)))
    allocate(pairs, dated_on=on, by_id=by_id, reason=reason)
    return mirror
