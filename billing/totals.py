"""A stored document's totals: its typed fields go to the calculations, what comes back is written on it."""

from collections.abc import Sequence
from itertools import chain

from billing.calculations import (
    ZERO,
    CreditInput,
    DocumentInput,
    DocumentTotals,
    LineInput,
    LineTotals,
    NotCreditable,
    TaxRate,
    total_credit,
    total_document,
)
from billing.models import DocumentStatus, Invoice, InvoiceLine, InvoiceTax
from ledger.refusals import Refused
from office.exchange import LARGEST

WORKED_OUT = [
    "net",
    "discount_share",
    "taxable",
    "tax_amount",
    "tax_name",
    "tax_category",
    "tax_percent",
    "tax_reason",
]


def total_invoice(invoice: Invoice, lines: Sequence[InvoiceLine]) -> DocumentTotals:
    """What the document comes to, written on it and on its lines, unsaved. Lines come with their tax loaded."""
    totals = _totals(invoice, lines)
    _require_writable(totals)
    for line, worked_out in zip(lines, totals.lines, strict=True):
        _write_line(line, worked_out)
    invoice.net, invoice.tax, invoice.total = totals.net, totals.tax, totals.total
    return totals


def tax_rows(invoice: Invoice, lines: Sequence[InvoiceLine], totals: DocumentTotals) -> list[InvoiceTax]:
    """The tax summary as rows to keep."""
    taxes = {_rate(line): line for line in lines if line.tax}
    return [
        InvoiceTax(
            invoice=invoice,
            position=position,
            tax=taxes[row.tax].tax,
            name=taxes[row.tax].tax_name,
            category=row.tax.category,
            percent=row.tax.percent,
            reason=taxes[row.tax].tax_reason,
            base=row.base,
            amount=row.amount,
        )
        for position, row in enumerate(totals.taxes, start=1)
    ]


def _totals(invoice: Invoice, lines: Sequence[InvoiceLine]) -> DocumentTotals:
    if any(line.credited_line_id for line in lines):
        return _credit_totals(invoice, lines)
    inputs = [LineInput(line.quantity, line.unit_price, _rate(line), line.discount_percent) for line in lines]
    try:
        return total_document(
            DocumentInput(
                invoice.currency,
                inputs,
                discount_amount=invoice.discount_amount,
                prices_include_tax=invoice.prices_include_tax,
                tax_rounding=invoice.tax_rounding,
            )
        )
    except ValueError as error:
        raise Refused(str(error), code="bad_amounts") from error


def _require_writable(totals: DocumentTotals) -> None:
    """Refuse what does not fit into the book: thousands of huge lines, or a discount spread over next to nothing."""
    parts = [(line.net, line.discount_share, line.taxable, line.tax_amount) for line in totals.lines]
    if max(abs(amount) for amount in (totals.net, totals.tax, totals.total, *chain(*parts))) >= LARGEST:
        raise Refused("The amounts are too large.", code="bad_amounts")


def _rate(line: InvoiceLine) -> TaxRate | None:
    """The tax as it is now; of a line that credits another, as that one was taxed."""
    if line.tax is None:
        return None
    if line.credited_line:
        return TaxRate(str(line.tax_id), line.credited_line.tax_percent, line.credited_line.tax_category)
    return TaxRate(str(line.tax_id), line.tax.percent, line.tax.category)


def _write_line(line: InvoiceLine, totals: LineTotals) -> None:
    line.net = totals.net
    line.discount_share = totals.discount_share
    line.taxable = totals.taxable
    line.tax_amount = totals.tax_amount
    line.tax_name, line.tax_reason = _tax_words(line)
    line.tax_category = totals.tax.category if totals.tax else ""
    line.tax_percent = totals.tax.percent if totals.tax else ZERO


def _tax_words(line: InvoiceLine) -> tuple[str, str]:
    """What is printed of the line's tax: its name, and why none is charged."""
    if line.tax is None:
        return "", ""
    if line.credited_line:
        return line.credited_line.tax_name, line.credited_line.tax_reason
    return line.tax.name, line.tax.reason


def _credit_totals(memo: Invoice, lines: Sequence[InvoiceLine]) -> DocumentTotals:
    """A credit memo of an invoice's lines takes its part of what earlier credit memos left of each."""
    earlier = _credited_before([line.credited_line_id for line in lines])
    inputs = [_credit_input(line, line.credited_line, earlier[line.credited_line_id]) for line in lines]
    try:
        return total_credit(inputs, memo.currency, prices_include_tax=memo.prices_include_tax)
    except NotCreditable as error:
        raise Refused(str(error), code="more_than_left") from error


def _credited_before(billed_ids: Sequence[int]) -> dict[int, list[InvoiceLine]]:
    rows = InvoiceLine.objects.filter(credited_line__in=billed_ids, invoice__status=DocumentStatus.ISSUED)
    credited: dict[int, list[InvoiceLine]] = {line_id: [] for line_id in billed_ids}
    for row in rows:
        credited[row.credited_line_id].append(row)
    return credited


def _credit_input(line: InvoiceLine, billed: InvoiceLine, earlier: Sequence[InvoiceLine]) -> CreditInput:
    rate = _rate(line)
    return CreditInput(
        quantity=line.quantity,
        billed_quantity=billed.quantity,
        billed=_stored(billed, rate),
        credited_quantity=sum((row.quantity for row in earlier), ZERO),
        credited=_sum([_stored(row, rate) for row in earlier], rate),
    )


def _stored(line: InvoiceLine, rate: TaxRate | None) -> LineTotals:
    return LineTotals(rate, line.net, line.discount_share, line.taxable, line.tax_amount)


def _sum(rows: Sequence[LineTotals], rate: TaxRate | None) -> LineTotals:
    return LineTotals(
        rate,
        net=sum((row.net for row in rows), ZERO),
        discount_share=sum((row.discount_share for row in rows), ZERO),
        taxable=sum((row.taxable for row in rows), ZERO),
        tax_amount=sum((row.tax_amount for row in rows), ZERO),
    )
