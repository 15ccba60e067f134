from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from customers.models import Customer
from ledger.accounts import default_accounts
from ledger.allocating import Pair, lock_items, oldest_first
from ledger.models import AccountRole, OpenItem
from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import Company, User
from office.numbers.series import next_number
from office.rates.exchange import exchange_rate_of
from payments.batch_lines import BatchLine, Told, told_apart
from payments.models import PaymentMethod, Receipt, ReceiptBatch
from payments.operations.apply_credits import apply_in_bulk
from payments.operations.record_receipt import ReceiptDetails, record_receipts

MOST = 500


@dataclass(frozen=True)
class BatchDetails:
    """A paper list with the total that was counted. A line settles its invoice, else the oldest items, or nothing."""

    received_on: date
    control_total: Decimal
    lines: Sequence[BatchLine] = field(default_factory=list)
    currency: str = ""
    exchange_rate: Decimal | None = None
    bank_account_id: int | None = None
    note: str = ""
    oldest_first: bool = False
    form_key: UUID | None = None


def record_receipt_batch(company: Company, details: BatchDetails, *, by: User | None) -> ReceiptBatch:
    """Enter a paper list of payments: a receipt for each line, applied at once; all of it or nothing.

    A form that came before is answered with its batch. Raises Refused where the lines do not add up to the control
    total, and BatchRefused for lines whose customer or invoice cannot be told.
    """
    known = ReceiptBatch.objects.filter(company=company, form_key=details.form_key).first()
    if details.form_key and known:
        return known
    try:
        return _record(company, details, by)
    except IntegrityError:
        known = ReceiptBatch.objects.filter(company=company, form_key=details.form_key).first()
        if details.form_key and known:
            return known  # the same form, sent twice at once
        raise


@transaction.atomic
def _record(company: Company, details: BatchDetails, by: User | None) -> ReceiptBatch:
    currency = details.currency or company.currency
    rate = exchange_rate_of(company, currency, details.exchange_rate, details.received_on)
    _require_total(details, currency)
    told = told_apart(company, details.lines, currency, by)
    lock_items(_settled_ids(details, told, currency))
    batch = ReceiptBatch.objects.create(
        company=company,
        number=next_number(company, "receipt_batch", details.received_on.year),
        received_on=details.received_on,
        currency=currency,
        control_total=details.control_total,
        line_count=len(details.lines),
        bank_account_id=details.bank_account_id or default_accounts(company.pk)[AccountRole.BANK].pk,
        note=without_card_numbers(details.note),
        form_key=details.form_key,
        created_by=by,
    )
    wanted = [_receipt(line, customer, batch, rate) for line, (customer, _) in zip(details.lines, told, strict=True)]
    receipts = record_receipts(company, wanted, by=by, of_batch=batch)
    _apply(batch, receipts, told, details.oldest_first, by)
    record(by, "record_receipt_batch", batch, after={"total": details.control_total, "lines": len(details.lines)})
    return batch


def _require_total(details: BatchDetails, currency: str) -> None:
    if not details.lines:
        raise Refused("Type at least one line.", code="nothing_typed")
    if len(details.lines) > MOST:
        raise Refused(f"A list has at most {MOST} lines. Enter it in parts.", code="too_many")
    total = sum((line.amount for line in details.lines), Decimal(0))
    if total != details.control_total:
        lines, counted = format_money(total, currency), format_money(details.control_total, currency)
        off = format_money(details.control_total - total, currency)
        words = f"The lines add up to {lines}, the control total is {counted}: {off} apart. Nothing is recorded."
        raise Refused(words, code="control_total_differs")


def _receipt(line: BatchLine, customer: Customer, batch: ReceiptBatch, rate: Decimal) -> ReceiptDetails:
    return ReceiptDetails(
        customer_id=customer.pk,
        received_on=batch.received_on,
        amount=line.amount,
        currency=batch.currency,
        exchange_rate=rate,
        method=line.method,
        reference=line.reference,
        bank_account_id=None if line.method == PaymentMethod.WITHHELD else batch.bank_account_id,
    )


def _settled_ids(details: BatchDetails, told: Sequence[Told], currency: str) -> list[int]:
    """The open items that the lines may settle."""
    entries = [invoice.entry_id for _, invoice in told if invoice]
    items = OpenItem.objects.filter(entry__in=entries, balance__gt=0)
    if details.oldest_first:
        customers = [customer.pk for customer, _ in told]
        items |= OpenItem.objects.filter(customer_id__in=customers, currency=currency, balance__gt=0)
    return list(items.values_list("pk", flat=True))


def _apply(
    batch: ReceiptBatch,
    receipts: Sequence[Receipt],
    told: Sequence[Told],
    oldest: bool,
    by: User | None,
) -> None:
    """Let each line settle its invoice, then the oldest items where that is wanted; what is left stays on account."""
    credits = {item.entry_id: item for item in OpenItem.objects.filter(entry__in=[each.entry_id for each in receipts])}
    pairs: list[Pair] = []
    for receipt, (customer, invoice) in zip(receipts, told, strict=True):
        open_items = OpenItem.objects.filter(currency=batch.currency, dated_on__lte=batch.received_on, balance__gt=0)
        chosen = open_items.filter(entry=invoice.entry_id) if invoice else open_items.none()
        if oldest and not invoice:
            chosen = open_items.filter(customer_id=customer.pk)
        pairs += _pairs(list(chosen), credits[receipt.entry_id], pairs)
    if pairs:
        apply_in_bulk(batch.company, pairs, dated_on=batch.received_on, by=by, reason=f"Batch {batch.number}")


def _pairs(debits: Sequence[OpenItem], credit: OpenItem, taken: Sequence[Pair]) -> list[Pair]:
    """What one line settles of its items, less what lines before it take of them."""
    for item in debits:
        item.balance -= sum((pair.amount for pair in taken if pair.debit_id == item.pk), Decimal(0))
    return oldest_first([item for item in debits if item.balance > 0], [credit])
