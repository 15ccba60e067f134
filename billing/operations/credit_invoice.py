from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from billing.einvoice.checking import draft_document, require_right
from billing.einvoice.document import Document
from billing.models import DocumentKind, DocumentStatus, Invoice, InvoiceLine
from billing.operations.issue_invoice import issue_invoice
from billing.totals import lines_with_taxes, total_invoice
from ledger.allocating import allocate, lock_items, oldest_first
from ledger.models import OpenItem
from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason


def credit_invoice(
    invoice_id: int,
    quantities: Mapping[int, Decimal] | None,
    *,
    reason: str,
    by: User | None,
    on: date,
    apply: bool = True,
) -> Invoice:
    """Issue a credit memo for an invoice's lines: so much of each line by its id, or None for all that is left.

    It settles what is still open of the invoice, unless `apply` is off; the rest is the customer's free credit. Raises
    Refused without a reason, for a document that is no issued invoice, or for more than is left of a line or of it all.
    """
    reason = required_reason(reason, "Say why the invoice is credited.")
    judged = _judged(invoice_id, quantities, reason, on)
    with transaction.atomic():
        memo = _draft_memo(invoice_id, quantities, reason, on, by)
        memo = issue_invoice(memo.pk, by=by, on=on, judged=judged)
        record(
            by,
            "credit_invoice",
            memo.credits,
            after={"credit_memo": memo.number, "total": memo.total},
            reason=reason,
        )
        if apply:
            _apply(memo.credits, memo, on, by)
    return memo


def _judged(invoice_id: int, quantities: Mapping[int, Decimal] | None, reason: str, on: date) -> set[Document]:
    """The credit memo as it will be, where its customer wants an e-invoice; drafted, taken back, and then judged."""
    if not Invoice.objects.filter(pk=invoice_id).exclude(customer__einvoice_format="").exists():
        return set()
    with transaction.atomic():
        memo = _draft_memo(invoice_id, quantities, reason, on, None)
        document = draft_document(memo, list(lines_with_taxes().filter(invoice=memo)), on)
        transaction.set_rollback(True)
    require_right(document, memo.einvoice_format)
    return {document}


def _draft_memo(
    invoice_id: int, quantities: Mapping[int, Decimal] | None, reason: str, on: date, by: User | None
) -> Invoice:
    """A draft credit memo for an invoice that is locked with its open items."""
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
    _check(invoice, on)
    lock_items(OpenItem.objects.filter(entry=invoice.entry_id).values_list("pk", flat=True))
    left = creditable(invoice)
    wanted = {line_id: quantity for line_id, quantity in left.items() if quantity} if quantities is None else quantities
    if not wanted:
        raise Refused("Nothing is left to credit on this invoice.", code="nothing_left")
    memo = _draft(invoice, wanted, reason, by)
    _require_left(invoice, memo)
    return memo


def creditable(invoice: Invoice) -> dict[int, Decimal]:
    """By line id, the quantity that no issued credit memo has taken back."""
    left = {line.pk: line.quantity for line in invoice.lines.all()}
    taken = InvoiceLine.objects.filter(credited_line__in=left, invoice__status=DocumentStatus.ISSUED)
    for line_id, quantity in taken.values_list("credited_line", "quantity"):
        left[line_id] -= quantity
    return left


def _check(invoice: Invoice, on: date) -> None:
    if invoice.is_credit_memo or invoice.status != DocumentStatus.ISSUED:
        raise Refused("Only an issued invoice can be credited.", code="invalid_move")
    if invoice.dated_on and on < invoice.dated_on:
        raise Refused(
            f"The invoice is dated {invoice.dated_on}; it cannot be credited before.",
            code="before_it_was_made",
        )


def _require_left(invoice: Invoice, memo: Invoice) -> None:
    """Refuse more than the invoice came to: its positive lines without the negative ones that went with them."""
    earlier = invoice.credit_memos.filter(status=DocumentStatus.ISSUED).aggregate(sum=Sum("total"))["sum"] or Decimal(0)
    if earlier + memo.total > invoice.total:
        left = format_money(invoice.total - earlier, invoice.currency)
        raise Refused(f"{left} of {invoice} is left to credit. Credit its deductions with it.", code="more_than_left")


def _draft(invoice: Invoice, wanted: Mapping[int, Decimal], reason: str, by: User | None) -> Invoice:
    """A draft credit memo with the invoice's terms, and its lines in the wanted quantities."""
    memo = Invoice(
        company=invoice.company,
        kind=DocumentKind.CREDIT_MEMO,
        customer=invoice.customer,
        credits=invoice,
        reason=reason,
        created_by=by,
    )
    for name in (
        "currency",
        "exchange_rate",
        "po_number",
        "prices_include_tax",
        "tax_rounding",
    ):
        setattr(memo, name, getattr(invoice, name))
    billed = {line.pk: line for line in invoice.lines.all()}
    if unknown := set(wanted) - set(billed):
        raise Refused(f"Line {min(unknown)} is not on this invoice.", code="unknown_line")
    lines = [
        _credit_line(memo, position, billed[line_id], wanted[line_id])
        for position, line_id in enumerate(sorted(wanted, key=lambda pk: billed[pk].position), start=1)
    ]
    total_invoice(memo, lines)
    memo.discount_amount = sum((line.discount_share for line in lines), Decimal(0))
    memo.save()
    InvoiceLine.objects.bulk_create(lines)
    return memo


def _credit_line(memo: Invoice, position: int, billed: InvoiceLine, quantity: Decimal) -> InvoiceLine:
    return InvoiceLine(
        invoice=memo,
        position=position,
        kind=billed.kind,
        product=billed.product,
        item_code=billed.item_code,
        description=billed.description,
        quantity=quantity,
        unit=billed.unit,
        unit_price=billed.unit_price,
        discount_percent=billed.discount_percent,
        tax=billed.tax,
        credited_line=billed,
    )


def _apply(invoice: Invoice, memo: Invoice, on: date, by: User | None) -> None:
    """Let the credit memo settle what is open of its invoice, the earliest due item first."""
    items = OpenItem.objects.filter(entry__in=[invoice.entry_id, memo.entry_id]).values_list("pk", flat=True)
    locked = lock_items(items).values()
    debits = [item for item in locked if item.balance > 0]
    credits = [item for item in locked if item.balance < 0]
    if pairs := oldest_first(debits, credits):
        allocate(pairs, dated_on=on, by_id=by and by.pk, reason=f"Credit memo {memo.number}")
