"""Documents to be worked out in tests, and one that is credited piece by piece."""

from decimal import Decimal

from billing.calculations import (
    DocumentInput,
    DocumentTotals,
    LineInput,
    LineTotals,
    TaxRate,
    total_document,
)
from billing.crediting import CreditInput, total_credit

ZERO = Decimal(0)


def decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def vat(percent: str, category: str = "S") -> TaxRate:
    return TaxRate(f"{category}{percent}", Decimal(percent), category)


def line(quantity: str, unit_price: str, tax: TaxRate | None = None, discount: str = "0") -> LineInput:
    return LineInput(Decimal(quantity), Decimal(unit_price), (tax,) if tax else (), Decimal(discount))


def bill(*lines: LineInput, currency: str = "EUR", **rest) -> DocumentTotals:
    return total_document(DocumentInput(currency, lines, **rest))


def sums(totals: DocumentTotals) -> tuple[str, str, str]:
    return str(totals.net), str(totals.tax), str(totals.total)


class Credits:
    """Credits one invoice piece by piece, and remembers what was taken of each line as the book does."""

    def __init__(self, document: DocumentInput) -> None:
        self.document = document
        self.invoice = total_document(document)
        self.taken = [(ZERO, LineTotals(ZERO, ZERO, ZERO)) for row in self.invoice.lines]
        self.made: list[DocumentTotals] = []

    def credit(self, *pieces: tuple[int, Decimal]) -> DocumentTotals:
        inputs = [
            CreditInput(
                quantity,
                self.document.lines[row].quantity,
                self.invoice.lines[row],
                *self.taken[row],
            )
            for row, quantity in pieces
        ]
        totals = total_credit(
            inputs,
            self.document.currency,
            prices_include_tax=self.document.prices_include_tax,
        )
        for (row, quantity), part in zip(pieces, totals.lines, strict=True):
            before, taken = self.taken[row]
            self.taken[row] = (before + quantity, plus(taken, part))
        self.made.append(totals)
        return totals

    def left(self, row: int) -> Decimal:
        return self.document.lines[row].quantity - self.taken[row][0]


def plus(one: LineTotals, other: LineTotals) -> LineTotals:
    return one.less(LineTotals(ZERO, ZERO, ZERO).less(other))
