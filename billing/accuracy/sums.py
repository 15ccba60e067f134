"""Whether what stands on a document is what the calculations make of it."""

from collections.abc import Iterator, Sequence

from billing.accuracy.found import Findings, Found
from billing.calculations import ZERO, DocumentInput, DocumentTotals, LineInput, total_document
from billing.line_taxes import kept_parts
from billing.models import Invoice, InvoiceLine, LineKind
from ledger.money import format_money
from office.models.company import TaxRounding


def roundings(documents: Sequence[Invoice]) -> Findings:
    """Documents whose lines, taxes or totals do not come out, worked out anew with the rates that stand on them."""
    for document in documents:
        said = list(_wrong_sums(document)) or list(_wrong_lines(document))
        if said:
            yield document, Found(" ".join(said))


def _wrong_sums(document: Invoice) -> Iterator[str]:
    lines = document.lines.all()
    sums = (
        ("net", document.net, sum((line.taxable for line in lines), ZERO)),
        ("tax", document.tax, sum((line.tax_amount for line in lines), ZERO)),
        ("total", document.total, document.net + document.tax),
    )
    for name, stands, is_ in sums:
        if stands != is_:
            yield f"The {name} is {_money(document, stands)}; its parts come to {_money(document, is_)}."


def _wrong_lines(document: Invoice) -> Iterator[str]:
    """What is worked out anew; what credits lines takes what is left of them, and has its sums alone."""
    lines = list(document.lines.all())
    if not lines or any(line.credited_line_id for line in lines):
        return
    try:
        anew = _anew(document, lines)
    except ValueError as error:
        yield f"It cannot be worked out: {error}"
        return
    for line, totals in zip(lines, anew.lines, strict=True):
        pairs = (("", line.net, totals.net), (" tax", line.tax_amount, totals.tax_amount))
        for name, stands, is_ in pairs:
            if stands != is_:
                yield f"Line {line.position}{name} is {_money(document, stands)}, and comes to {_money(document, is_)}."


def _anew(document: Invoice, lines: Sequence[InvoiceLine]) -> DocumentTotals:
    return total_document(
        DocumentInput(
            document.currency,
            [
                LineInput(
                    line.quantity,
                    line.unit_price,
                    tuple(part.rate for part in kept_parts(line)),
                    line.discount_percent,
                    bears_discount=line.kind == LineKind.ITEM,
                )
                for line in lines
            ],
            discount_amount=ZERO if document.discount_percent else document.discount_amount,
            discount_percent=document.discount_percent,
            prices_include_tax=document.prices_include_tax,
            tax_rounding="line" if document.tax_rounding == TaxRounding.LINE else "document",
        )
    )


def _money(document: Invoice, amount: object) -> str:
    return format_money(amount, document.currency)  # type: ignore[arg-type]
