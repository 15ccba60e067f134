"""What a document comes to: values in, values out, no database.

The rules are those of EN 16931. A line's net is quantity times price less its discount, rounded once. A document
discount is spread over the lines before tax. Tax is rounded once per rate, or on each line where the company chose so.
Where prices include tax, the price typed is kept and the tax taken out of it. Every line carries its own part of the
discount and of the tax, so what is added up from lines closes to the cent, and so does what is credited by line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal

from ledger.money import round_money, round_to_total, spread

ZERO = Decimal(0)
_DIGITS = 100  # so many that no product or quotient of our columns is cut short before it is rounded

TaxRounding = Literal["document", "line"]


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax; lines with an equal one share a row of the tax summary."""

    key: str
    percent: Decimal
    category: str = "S"


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as typed. The price is for `price_per` units; the adjustment is an amount added to the line."""

    quantity: Decimal
    unit_price: Decimal
    tax: TaxRate | None = None
    discount_percent: Decimal = ZERO
    price_per: Decimal = Decimal(1)
    adjustment: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ChargeInput:
    """An amount added to the document as a whole, such as freight, with its own tax; an allowance is below zero."""

    amount: Decimal
    tax: TaxRate | None = None


@dataclass(frozen=True, slots=True)
class DocumentInput:
    """A document as typed. The discount is an amount, a percentage of the lines, or both; charges bear none of it."""

    currency: str
    lines: Sequence[LineInput]
    charges: Sequence[ChargeInput] = ()
    discount_amount: Decimal = ZERO
    discount_percent: Decimal = ZERO
    prices_include_tax: bool = False
    tax_rounding: TaxRounding = "document"


@dataclass(frozen=True, slots=True)
class LineTotals:
    """What a line comes to: its net as printed, its part of the document discount, what is taxed, and its tax.

    Where prices include tax, `net` and `discount_share` include it too; `taxable` never does.
    """

    tax: TaxRate | None
    net: Decimal
    discount_share: Decimal
    taxable: Decimal
    tax_amount: Decimal

    @property
    def total(self) -> Decimal:
        """What the customer owes for the line."""
        return self.taxable + self.tax_amount

    def less(self, other: "LineTotals") -> "LineTotals":
        """What is left of this line after the other was taken from it."""
        return LineTotals(
            self.tax,
            net=self.net - other.net,
            discount_share=self.discount_share - other.discount_share,
            taxable=self.taxable - other.taxable,
            tax_amount=self.tax_amount - other.tax_amount,
        )


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """A row of the tax summary."""

    tax: TaxRate
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DocumentTotals:
    """What a document comes to. Lines and charges add up to net and tax, and the rows of the summary to the tax."""

    lines: tuple[LineTotals, ...]
    charges: tuple[LineTotals, ...]
    discount: Decimal
    taxes: tuple[TaxTotal, ...]
    net: Decimal
    tax: Decimal
    total: Decimal


def total_document(document: DocumentInput) -> DocumentTotals:
    """The totals of a document's lines and charges."""
    with localcontext(prec=_DIGITS):
        nets = [_line_net(line, document.currency) for line in document.lines]
        nets += [round_money(charge.amount, document.currency) for charge in document.charges]
        shares = _discount_shares(document, nets[: len(document.lines)])
        shares += [_zero(document.currency)] * len(document.charges)
        rates = [line.tax for line in document.lines] + [charge.tax for charge in document.charges]
        amounts = [net - share for net, share in zip(nets, shares, strict=True)]
        taxes = _taxes(document, amounts, rates)
        rows = [
            LineTotals(
                rate,
                net,
                share,
                amount - tax if document.prices_include_tax else amount,
                tax,
            )
            for rate, net, share, amount, tax in zip(rates, nets, shares, amounts, taxes, strict=True)
        ]
        return _add_up(rows[: len(document.lines)], rows[len(document.lines) :], document.currency)


def _line_net(line: LineInput, currency: str) -> Decimal:
    undivided = line.quantity * line.unit_price * (100 - line.discount_percent)
    return round_money(undivided / (100 * line.price_per) + line.adjustment, currency)


def _discount_shares(document: DocumentInput, nets: Sequence[Decimal]) -> list[Decimal]:
    """Each line's part of the document discount, in proportion to its net."""
    by_percent = sum(nets, ZERO) * document.discount_percent / 100
    return spread(
        round_money(document.discount_amount + by_percent, document.currency),
        nets,
        document.currency,
    )


def _taxes(document: DocumentInput, amounts: Sequence[Decimal], rates: Sequence[TaxRate | None]) -> list[Decimal]:
    """The tax on or in each amount; those of one rate add up to that rate's tax."""
    taxes = [_zero(document.currency)] * len(amounts)
    for rate in _in_order(rates):
        rows = [row for row, other in enumerate(rates) if other == rate]
        of_rate = _taxes_of_rate(document, [amounts[row] for row in rows], rate.percent)
        for row, tax in zip(rows, of_rate, strict=True):
            taxes[row] = tax
    return taxes


def _taxes_of_rate(document: DocumentInput, amounts: Sequence[Decimal], percent: Decimal) -> list[Decimal]:
    parts_of = 100 + percent if document.prices_include_tax else Decimal(100)
    if document.tax_rounding == "line":
        return [round_money(amount * percent / parts_of, document.currency) for amount in amounts]

    whole = sum(amounts, ZERO)
    tax = round_money(whole * percent / parts_of, document.currency)
    if not document.prices_include_tax:
        return round_to_total(amounts, percent, parts_of, tax, document.currency)
    nets = round_to_total(amounts, Decimal(100), parts_of, whole - tax, document.currency)
    return [amount - net for amount, net in zip(amounts, nets, strict=True)]


def _add_up(lines: Sequence[LineTotals], charges: Sequence[LineTotals], currency: str) -> DocumentTotals:
    rows = (*lines, *charges)
    zero = _zero(currency)
    net = sum((row.taxable for row in rows), zero)
    tax = sum((row.tax_amount for row in rows), zero)
    discount = sum((row.discount_share for row in rows), zero)
    return DocumentTotals(tuple(lines), tuple(charges), discount, _tax_summary(rows), net, tax, net + tax)


def _tax_summary(rows: Sequence[LineTotals]) -> tuple[TaxTotal, ...]:
    """Base and tax of each rate, in the order in which the document first names it."""
    summary = []
    for rate in _in_order(row.tax for row in rows):
        of_rate = [row for row in rows if row.tax == rate]
        base = sum((row.taxable for row in of_rate), ZERO)
        summary.append(TaxTotal(rate, base, sum((row.tax_amount for row in of_rate), ZERO)))
    return tuple(summary)


def _zero(currency: str) -> Decimal:
    return round_money(ZERO, currency)


def _in_order(rates: Iterable[TaxRate | None]) -> list[TaxRate]:
    return [rate for rate in dict.fromkeys(rates) if rate is not None]


class NotCreditable(ValueError):
    """More would be credited than is left of a line, or nothing at all."""


@dataclass(frozen=True, slots=True)
class CreditInput:
    """So much of an invoice line to credit, beside what was billed and what earlier credit memos took of it."""

    quantity: Decimal
    billed_quantity: Decimal
    billed: LineTotals
    credited_quantity: Decimal = ZERO
    credited: LineTotals = LineTotals(None, ZERO, ZERO, ZERO, ZERO)


def total_credit(lines: Sequence[CreditInput], currency: str, *, prices_include_tax: bool = False) -> DocumentTotals:
    """The totals of a credit memo, signed as the invoice is.

    A line gives its part of what is left of it, so the credit that takes the last of its quantity takes the last cent
    of net and tax, in whatever pieces and order the others were made.
    """
    with localcontext(prec=_DIGITS):
        return _add_up(
            [_credit(line, currency, prices_include_tax) for line in lines],
            [],
            currency,
        )


def _credit(line: CreditInput, currency: str, prices_include_tax: bool) -> LineTotals:
    left_quantity = line.billed_quantity - line.credited_quantity
    _require_creditable(line.quantity, left_quantity)
    left = line.billed.less(line.credited)

    left_amount = left.total if prices_include_tax else left.taxable
    net = round_money(left.net * line.quantity / left_quantity, currency)
    amount = round_money(left_amount * line.quantity / left_quantity, currency)
    tax = round_money(left.tax_amount * amount / left_amount, currency) if left_amount else _zero(currency)
    return LineTotals(left.tax, net, net - amount, amount - tax if prices_include_tax else amount, tax)


def _require_creditable(quantity: Decimal, left_quantity: Decimal) -> None:
    if not left_quantity:
        raise NotCreditable("Nothing is left to credit on this line.")
    if not 0 < quantity / left_quantity <= 1:
        raise NotCreditable(f"{left_quantity:f} is left to credit on this line, so {quantity:f} cannot be credited.")
