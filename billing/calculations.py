"""What a document comes to: values in, values out, no database.

The rules are those of EN 16931. A line's net is quantity times price less its discount, rounded once. A document
discount is spread over the lines before tax. Tax is rounded once per rate, or on each line where the company chose so.
Where prices include tax, the price typed is kept and the tax taken out of it. Every line carries its own part of the
discount and of the tax, so what is added up from lines closes to the cent, and so does what is credited by line.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import chain
from typing import Literal

from ledger.money import round_fraction, round_money, round_to_total, spread

ZERO = Decimal(0)
DIGITS = 100  # so many that no product or quotient of our columns is cut short before it is rounded

TaxRounding = Literal["document", "line"]
RateKind = Literal["added", "on_top", "withheld"]


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate as it is printed and posted; lines with an equal one share a row of the tax summary.

    An `added` rate is taken of the net, one `on_top` of the net and the added taxes together, and a `withheld` one of
    the net too, but the customer keeps it back for the tax office: it changes what is paid and not what is owed.
    """

    name: str
    percent: Decimal
    category: str = "S"
    kind: RateKind = "added"
    reason: str = ""
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as typed. The price is for `price_per` units; the adjustment is an amount added to the line.

    What is not sold by the line, such as freight, bears nothing of the document's discount.
    """

    quantity: Decimal
    unit_price: Decimal
    rates: tuple[TaxRate, ...] = ()
    discount_percent: Decimal = ZERO
    price_per: Decimal = Decimal(1)
    adjustment: Decimal = ZERO
    bears_discount: bool = True


@dataclass(frozen=True, slots=True)
class DocumentInput:
    """A document as typed. The discount is an amount, a percentage of the lines that bear it, or both.

    Prices that include tax include the added rates, never those on top.
    """

    currency: str
    lines: Sequence[LineInput]
    discount_amount: Decimal = ZERO
    discount_percent: Decimal = ZERO
    prices_include_tax: bool = False
    tax_rounding: TaxRounding = "document"


@dataclass(frozen=True, slots=True)
class TaxPart:
    """What one rate comes to, of one line or of all that carry it: what it is taken of, and the tax."""

    rate: TaxRate
    base: Decimal
    amount: Decimal

    def less(self, other: "TaxPart") -> "TaxPart":
        """What is left of it after the other, of the same rate, was taken from it."""
        return TaxPart(self.rate, self.base - other.base, self.amount - other.amount)


@dataclass(frozen=True, slots=True)
class LineTotals:
    """What a line comes to: its net as printed, its part of the document discount, what is sold, and its taxes.

    Where prices include tax, `net` and `discount_share` include it too; `taxable` never does.
    """

    net: Decimal
    discount_share: Decimal
    taxable: Decimal
    parts: tuple[TaxPart, ...] = ()

    @property
    def tax_amount(self) -> Decimal:
        """The tax that the customer owes with the line."""
        return _amount_of(self.parts, "added", "on_top")

    @property
    def tax_inside(self) -> Decimal:
        """The tax that a price including tax includes."""
        return _amount_of(self.parts, "added")

    @property
    def total(self) -> Decimal:
        """What the customer owes for the line."""
        return self.taxable + self.tax_amount

    def less(self, other: "LineTotals") -> "LineTotals":
        """What is left of this line after the other was taken from it."""
        parts = {part.rate: part for part in self.parts}
        for part in other.parts:
            parts[part.rate] = parts.get(part.rate, TaxPart(part.rate, ZERO, ZERO)).less(part)
        return LineTotals(
            net=self.net - other.net,
            discount_share=self.discount_share - other.discount_share,
            taxable=self.taxable - other.taxable,
            parts=tuple(parts.values()),
        )


@dataclass(frozen=True, slots=True)
class DocumentTotals:
    """What a document comes to. Its lines add up to net and tax, and the rows of the summary to the tax.

    `withheld` is what the customer keeps back of the total for the tax office.
    """

    lines: tuple[LineTotals, ...]
    discount: Decimal
    taxes: tuple[TaxPart, ...]
    net: Decimal
    tax: Decimal
    total: Decimal
    withheld: Decimal


def total_document(document: DocumentInput) -> DocumentTotals:
    """The totals of a document's lines."""
    with localcontext(prec=DIGITS):
        nets = [_line_net(line, document.currency) for line in document.lines]
        shares = _discount_shares(document, nets)
        amounts = [net - share for net, share in zip(nets, shares, strict=True)]
        taxed = _taxed(document, amounts, [line.rates for line in document.lines])
        rows = [
            LineTotals(net, share, taxable, parts)
            for net, share, (taxable, parts) in zip(nets, shares, taxed, strict=True)
        ]
        return add_up(rows, document.currency)


def _line_net(line: LineInput, currency: str) -> Decimal:
    undivided = line.quantity * line.unit_price * (100 - line.discount_percent)
    return round_money(undivided / (100 * line.price_per) + line.adjustment, currency)


def _discount_shares(document: DocumentInput, nets: Sequence[Decimal]) -> list[Decimal]:
    """Each line's part of the document discount, in proportion to its net."""
    weights = [net if line.bears_discount else ZERO for line, net in zip(document.lines, nets, strict=True)]
    by_percent = sum(weights, ZERO) * document.discount_percent / 100
    return spread(
        round_money(document.discount_amount + by_percent, document.currency),
        weights,
        document.currency,
    )


def _taxed(
    document: DocumentInput, amounts: Sequence[Decimal], rates: Sequence[tuple[TaxRate, ...]]
) -> Iterator[tuple[Decimal, tuple[TaxPart, ...]]]:
    """For each amount what is sold without tax, and its taxes: the added ones, then those taken of what is printed."""
    added = [[rate for rate in carried if rate.kind == "added"] for carried in rates]
    later = [[rate for rate in carried if rate.kind != "added"] for carried in rates]
    parts_of = [100 + sum(rate.percent for rate in carried) * document.prices_include_tax for carried in added]
    taxes = _taxes(document, added, lambda rate, row: Fraction(amounts[row] * rate.percent) / Fraction(parts_of[row]))
    taxed = [sum(of_row.values(), nothing_in(document.currency)) for of_row in taxes]
    sold = [amount - tax if document.prices_include_tax else amount for amount, tax in zip(amounts, taxed, strict=True)]
    more = _taxes(
        document, later, lambda rate, row: Fraction(base_of(rate, sold[row], taxed[row]) * rate.percent) / 100
    )
    for row, net in enumerate(sold):
        of_row = taxes[row] | more[row]
        yield net, tuple(TaxPart(rate, base_of(rate, net, taxed[row]), tax) for rate, tax in of_row.items())


def _taxes(
    document: DocumentInput, rates: Sequence[Sequence[TaxRate]], exact: Callable[[TaxRate, int], Fraction]
) -> list[dict[TaxRate, Decimal]]:
    """The tax of each row's rates, `exact` rounded; those of one rate add up to that rate's tax."""
    taxes: list[dict[TaxRate, Decimal]] = [{} for _ in rates]
    for rate in dict.fromkeys(chain(*rates)):
        rows = [row for row, carried in enumerate(rates) if rate in carried]
        for row, tax in zip(rows, _rounded([exact(rate, row) for row in rows], document), strict=True):
            taxes[row][rate] = tax
    return taxes


def _rounded(exact: Sequence[Fraction], document: DocumentInput) -> list[Decimal]:
    """Taxes of one rate, each rounded by itself, or so that they add up to the rounded tax of them all."""
    if document.tax_rounding == "line":
        return [round_fraction(tax, document.currency) for tax in exact]
    whole = round_fraction(sum(exact, Fraction(0)), document.currency)
    if document.prices_include_tax:  # the odd cent is the earlier line's net, not its tax
        return round_to_total(exact[::-1], whole, document.currency)[::-1]
    return round_to_total(exact, whole, document.currency)


def base_of(rate: TaxRate, net: Decimal, added: Decimal) -> Decimal:
    """What a rate is taken of: the net, or the net and the added taxes."""
    return net + added if rate.kind == "on_top" else net


def _amount_of(parts: Iterable[TaxPart], *kinds: RateKind) -> Decimal:
    return sum((part.amount for part in parts if part.rate.kind in kinds), ZERO)


def add_up(rows: Sequence[LineTotals], currency: str) -> DocumentTotals:
    """The totals of rows that are worked out."""
    zero = nothing_in(currency)
    net = sum((row.taxable for row in rows), zero)
    tax = sum((row.tax_amount for row in rows), zero)
    discount = sum((row.discount_share for row in rows), zero)
    taxes = _tax_summary(rows)
    withheld = zero + _amount_of(taxes, "withheld")
    return DocumentTotals(tuple(rows), discount, taxes, net, tax, net + tax, withheld)


def _tax_summary(rows: Sequence[LineTotals]) -> tuple[TaxPart, ...]:
    """Base and tax of each rate, in the order in which the document first names it."""
    summary: dict[TaxRate, TaxPart] = {}
    for part in chain.from_iterable(row.parts for row in rows):
        before = summary.get(part.rate, TaxPart(part.rate, ZERO, ZERO))
        summary[part.rate] = TaxPart(part.rate, before.base + part.base, before.amount + part.amount)
    return tuple(summary.values())


def nothing_in(currency: str) -> Decimal:
    """Zero in the currency's places, where a sum begins."""
    return round_money(ZERO, currency)
