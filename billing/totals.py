"""A stored document's totals: its typed fields go to the calculations, what comes back is written on it."""

from collections.abc import Sequence
from datetime import date
from itertools import chain

from django.db.models import QuerySet

from billing.calculations import (
    ZERO,
    DocumentInput,
    DocumentTotals,
    LineInput,
    LineTotals,
    total_document,
)
from billing.crediting import NOTHING, CreditInput, NotCreditable, total_credit
from billing.line_taxes import kept_parts, rates_of, write_parts
from billing.models import DocumentStatus, Invoice, InvoiceLine, InvoiceTax, LineKind
from ledger.present import present
from ledger.refusals import Refused
from office.models.company import TaxRounding
from office.rates.exchange import LARGEST

WORKED_OUT = [
    "net",
    "discount_share",
    "taxable",
    "tax_amount",
    "tax_name",
    "tax_category",
    "tax_percent",
    "tax_reason",
    "tax_parts",
]


def total_invoice(invoice: Invoice, lines: Sequence[InvoiceLine]) -> DocumentTotals:
    """What the document comes to, written on it and on its lines, unsaved. Lines come with their taxes' rates loaded.

    Raises Refused where that is no amount, or where a tax has no rate on the document's day.
    """
    totals = _totals(invoice, lines)
    _require_writable(totals)
    for line, worked_out in zip(lines, totals.lines, strict=True):
        write_totals(line, worked_out)
    invoice.net, invoice.tax, invoice.total, invoice.withheld = totals.net, totals.tax, totals.total, totals.withheld
    invoice.deducted = sum((-line.net for line in lines if line.deducts_id), ZERO)
    if invoice.discount_percent:
        invoice.discount_amount = totals.discount
    return totals


def tax_rows(invoice: Invoice, lines: Sequence[InvoiceLine], totals: DocumentTotals) -> list[InvoiceTax]:
    """The tax summary as rows to keep."""
    taxes = {part.rate: line.tax for line in reversed(lines) for part in kept_parts(line)}
    return [
        InvoiceTax(
            invoice=invoice,
            position=position,
            tax=taxes[row.rate],
            name=row.rate.name,
            category=row.rate.category,
            percent=row.rate.percent,
            kind=row.rate.kind,
            account_id=row.rate.account_id,
            reason=row.rate.reason,
            base=row.base,
            amount=row.amount,
        )
        for position, row in enumerate(totals.taxes, start=1)
    ]


def tax_summary(invoice: Invoice) -> list[InvoiceTax]:
    """The tax summary of a stored document: as issued or, of a draft, as it would be now."""
    if not invoice.is_draft:
        return list(invoice.taxes.all())
    lines = list(lines_with_taxes().filter(invoice=invoice))
    return tax_rows(invoice, lines, total_invoice(invoice, lines))


def lines_with_taxes() -> QuerySet[InvoiceLine]:
    """Lines with all that working out their totals and entering them takes; lines of one tax share its row."""
    return InvoiceLine.objects.select_related("credited_line", "deducts__invoice").prefetch_related(
        "tax__rates", "product__group"
    )


def _totals(invoice: Invoice, lines: Sequence[InvoiceLine]) -> DocumentTotals:
    if any(line.credited_line_id for line in lines):
        return _credit_totals(invoice, lines)
    day = invoice.dated_on or invoice.company.today()
    try:
        return total_document(
            DocumentInput(
                invoice.currency,
                [_line_input(line, day) for line in lines],
                discount_amount=ZERO if invoice.discount_percent else invoice.discount_amount,
                discount_percent=invoice.discount_percent,
                prices_include_tax=invoice.prices_include_tax,
                tax_rounding="line" if invoice.tax_rounding == TaxRounding.LINE else "document",
            )
        )
    except ValueError as error:
        raise Refused(str(error), code="bad_amounts") from error


def _line_input(line: InvoiceLine, day: date) -> LineInput:
    return LineInput(
        line.quantity,
        line.unit_price,
        rates_of(line, day),
        line.discount_percent,
        bears_discount=line.kind == LineKind.ITEM,
    )


def _require_writable(totals: DocumentTotals) -> None:
    """Refuse what does not fit into the book: thousands of huge lines, or a discount spread over next to nothing."""
    parts = [(line.net, line.discount_share, line.taxable, line.tax_amount) for line in totals.lines]
    if max(abs(amount) for amount in (totals.net, totals.tax, totals.total, *chain(*parts))) >= LARGEST:
        raise Refused("The amounts are too large.", code="bad_amounts")


def write_totals(line: InvoiceLine, totals: LineTotals) -> None:
    """Keep what a line comes to on it, unsaved."""
    line.net = totals.net
    line.discount_share = totals.discount_share
    line.taxable = totals.taxable
    line.tax_amount = totals.tax_amount
    write_parts(line, totals.parts)


def _credit_totals(memo: Invoice, lines: Sequence[InvoiceLine]) -> DocumentTotals:
    """A credit memo of an invoice's lines takes its part of what earlier credit memos left of each."""
    inputs = credit_inputs(lines)
    try:
        return total_credit(inputs, memo.currency, prices_include_tax=memo.prices_include_tax)
    except NotCreditable as error:
        raise Refused(str(error), code="more_than_left") from error


def credit_inputs(lines: Sequence[InvoiceLine]) -> list[CreditInput]:
    """Each line of a credit memo beside the line that it credits, and what earlier credit memos took of that one."""
    pairs = [(line, present(line.credited_line)) for line in lines]
    earlier = _credited_before([billed.pk for _, billed in pairs])
    return [_credit_input(line, billed, earlier[billed.pk]) for line, billed in pairs]


def _credited_before(billed_ids: Sequence[int]) -> dict[int, list[InvoiceLine]]:
    rows = InvoiceLine.objects.filter(credited_line__in=billed_ids, invoice__status=DocumentStatus.ISSUED)
    credited: dict[int, list[InvoiceLine]] = {line_id: [] for line_id in billed_ids}
    for row in rows:
        credited[present(row.credited_line_id)].append(row)
    return credited


def _credit_input(line: InvoiceLine, billed: InvoiceLine, earlier: Sequence[InvoiceLine]) -> CreditInput:
    credited = NOTHING
    for row in earlier:
        credited = credited.less(NOTHING.less(stored_totals(row)))
    return CreditInput(
        quantity=line.quantity,
        billed_quantity=billed.quantity,
        billed=stored_totals(billed),
        credited_quantity=sum((row.quantity for row in earlier if not row.is_amount_only), ZERO),
        credited=credited,
        taken=stored_totals(line) if line.is_amount_only else None,
    )


def stored_totals(line: InvoiceLine) -> LineTotals:
    """What is kept of what a line comes to."""
    return LineTotals(line.net, line.discount_share, line.taxable, kept_parts(line))
