"""Deposits: billed and taxed before anything is delivered, and deducted on the invoices that follow.

A deposit is no sale: it stands on an account of its own until an invoice of the whole takes it off again, with the
taxes that it was billed with, so tax is charged once and at the rate that held when the deposit was asked for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.models import DocumentKind, DocumentStatus, Invoice, InvoiceLine, LineKind
from customers.models import Customer
from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.languages import as_written_in

ZERO = Decimal(0)


def deposit_lines_of(customer: Customer) -> QuerySet[InvoiceLine]:
    """The lines of a customer's deposits that were issued and stand."""
    return _deposit_lines().filter(invoice__customer=customer)


def _deposit_lines() -> QuerySet[InvoiceLine]:
    return InvoiceLine.objects.filter(
        invoice__is_deposit=True, invoice__kind=DocumentKind.INVOICE, invoice__status=DocumentStatus.ISSUED
    ).select_related("invoice", "tax")


def left_of_deposits(lines: Iterable[InvoiceLine]) -> dict[int, Decimal]:
    """By line of a deposit, what of it is neither credited nor deducted, as its prices are: with or without tax."""
    billed = {line.pk: line.net - line.discount_share for line in lines}
    issued = InvoiceLine.objects.filter(invoice__status=DocumentStatus.ISSUED)
    if not billed:
        return {}
    taken = [
        _sums(issued.filter(credited_line__in=billed), "credited_line", F("net") - F("discount_share")),
        _sums(issued.filter(deducts__in=billed), "deducts", -F("net")),
        _sums(issued.filter(credited_line__deducts__in=billed), "credited_line__deducts", F("net")),
    ]
    return {pk: amount - sum((sums.get(pk, ZERO) for sums in taken), ZERO) for pk, amount in billed.items()}


def _sums(lines: QuerySet[InvoiceLine], by: str, amount: object) -> dict[int, Decimal]:
    return dict(lines.order_by().values_list(by).annotate(sum=Sum(amount, default=ZERO)))


def open_deposits(invoice: Invoice) -> list[tuple[InvoiceLine, Decimal]]:
    """The lines of its customer's deposits that an invoice may still deduct, each with what is left of it."""
    return open_deposits_of([invoice])[invoice.pk]


def open_deposits_of(invoices: Iterable[Invoice]) -> dict[int, list[tuple[InvoiceLine, Decimal]]]:
    """The same for many invoices, by invoice."""
    invoices = list(invoices)
    deducted = set(InvoiceLine.objects.filter(invoice__in=invoices).values_list("invoice", "deducts"))
    by_terms: dict[tuple[object, ...], list[tuple[InvoiceLine, Decimal]]] = defaultdict(list)
    for line, left in _open_lines({invoice.customer_id for invoice in invoices}):
        by_terms[_terms(line.invoice)].append((line, left))
    return {
        invoice.pk: [pair for pair in by_terms[_terms(invoice)] if (invoice.pk, pair[0].pk) not in deducted]
        for invoice in invoices
    }


def _open_lines(customer_ids: Collection[int]) -> list[tuple[InvoiceLine, Decimal]]:
    lines = list(
        _deposit_lines().filter(invoice__customer__in=customer_ids).order_by("invoice__dated_on", "invoice", "position")
    )
    left = left_of_deposits(lines)
    return [(line, left[line.pk]) for line in lines if left[line.pk] > 0]


def _terms(invoice: Invoice) -> tuple[object, ...]:
    """What a deposit and the invoice that deducts it have in common."""
    return invoice.customer_id, invoice.currency, invoice.prices_include_tax


def deduct_deposits(invoice: Invoice, lines: Sequence[InvoiceLine], wanted: Sequence[int | None]) -> None:
    """Let lines of a draft take off the deposits that were named for them, with their taxes and words.

    Raises Refused for what is no deposit of that customer, or is in other money or prices.
    """
    known: Mapping[int, InvoiceLine] = {}
    if ids := {deposit_id for deposit_id in wanted if deposit_id}:
        known = deposit_lines_of(invoice.customer).filter(invoice__company=invoice.company).in_bulk(ids)
    for line, deposit_id in zip(lines, wanted, strict=True):
        if deposit_id:
            _deduct(invoice, line, known.get(deposit_id))
        elif line.kind == LineKind.DEDUCTION:
            raise Refused(f"Line {line.position}: say which deposit it deducts.", code="unknown_deposit")


def _deduct(invoice: Invoice, line: InvoiceLine, deposit: InvoiceLine | None) -> None:
    if deposit is None:
        raise Refused(f"Line {line.position}: that is no deposit of this customer.", code="unknown_deposit")
    if invoice.is_deposit or invoice.kind != DocumentKind.INVOICE:
        raise Refused("Only an invoice of the whole deducts a deposit.", code="deducts_nothing")
    billed = deposit.invoice
    if (billed.currency, billed.prices_include_tax) != (invoice.currency, invoice.prices_include_tax):
        raise Refused(
            f"{billed} is in {billed.currency} with prices {'with' if billed.prices_include_tax else 'without'} tax. "
            f"Bill this the same way to deduct it.",
            code="deposit_differs",
        )
    amount = round_money(abs(line.quantity * line.unit_price), invoice.currency)
    if not amount:
        raise Refused(f"Line {line.position}: say how much of the deposit is deducted.", code="bad_amounts")
    line.kind, line.deducts, line.tax = LineKind.DEDUCTION, deposit, deposit.tax
    line.quantity, line.unit_price, line.discount_percent = Decimal(-1), amount, ZERO
    line.description = line.description or deduction_words(invoice.customer, billed)


def deduction_words(customer: Customer, deposit: Invoice) -> str:
    """What a deduction is called in the customer's language."""
    language = as_written_in(customer.language, customer.company.country)
    day = format_date(deposit.dated_on, "medium", Locale.parse(language, sep="-"))
    with override(language):
        return _("Less deposit %(number)s of %(day)s") % {"number": deposit.number, "day": day}


def deducting(deposit: Invoice) -> QuerySet[Invoice]:
    """The issued invoices that deduct a deposit."""
    return Invoice.objects.filter(lines__deducts__invoice=deposit, status=DocumentStatus.ISSUED).distinct()


def deposits_deducted_in(invoice_ids: Sequence[int]) -> list[int]:
    """The deposits that documents deduct, or whose deduction they credit: locked before they are issued."""
    lines = InvoiceLine.objects.filter(invoice__in=invoice_ids)
    named = lines.filter(Q(deducts__isnull=False) | Q(credited_line__deducts__isnull=False))
    pairs = named.values_list("deducts__invoice", "credited_line__deducts__invoice")
    return sorted({deposit_id for pair in pairs for deposit_id in pair if deposit_id})


def require_left_without(memo: Invoice) -> None:
    """Refuse to void a credit memo that gave back deductions of deposits, locked here, that were used again."""
    given_back = memo.lines.filter(credited_line__deducts__isnull=False)
    sums = _sums(given_back, "credited_line__deducts", -F("net"))
    deposits = InvoiceLine.objects.filter(pk__in=sums).select_related("invoice")
    left = left_of_deposits(deposits)
    for line in deposits:
        if left[line.pk] < sums[line.pk]:
            words = f"It gave back what was deducted of {line.invoice}, and that was used again. Undo that first."
            raise Refused(words, code="deposit_used_up")


def require_deposits_left(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """Refuse to deduct, or to give back of a deposit, more than is left of it; the deposits are locked."""
    wanted: dict[int, Decimal] = {}
    for line in lines:
        if deposit_id := line.deducts_id or (invoice.is_deposit and line.credited_line_id):
            wanted[deposit_id] = wanted.get(deposit_id, ZERO) + abs(line.net - line.discount_share)
    if not wanted:
        return
    deposits = deposit_lines_of(invoice.customer).in_bulk(wanted)
    left = left_of_deposits(deposits.values())
    for line_id, amount in wanted.items():
        if line_id not in deposits:
            raise Refused("A deposit that it deducts is void. Take the deduction off.", code="deposit_gone")
        if amount > left[line_id]:
            words = format_money(left[line_id], invoice.currency)
            raise Refused(f"{words} of the deposit {deposits[line_id].invoice} is left.", code="deposit_used_up")
