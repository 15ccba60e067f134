"""What a credit memo takes back of an invoice's lines: values in, values out, no database.

A line gives a quantity, the difference to a lower price, or its part of an amount. Each takes its part of what is left
of the line, so the credit that takes the last of it takes the last cent of net and of every tax, in whatever pieces and
order the others were made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from billing.calculations import (
    DIGITS,
    ZERO,
    DocumentTotals,
    LineTotals,
    RateKind,
    TaxPart,
    TaxRate,
    add_up,
    base_of,
    nothing_in,
)
from ledger.money import round_fraction, round_money, spread

NOTHING = LineTotals(ZERO, ZERO, ZERO)
CHARGED: tuple[RateKind, ...] = ("added", "on_top")


class NotCreditable(ValueError):
    """More would be credited than is left of a line, or nothing at all."""


@dataclass(frozen=True, slots=True)
class CreditInput:
    """So much of an invoice line to credit, beside what was billed and what earlier credit memos took of it.

    Where only money is credited, `taken` says how much, and the quantity stays sold.
    """

    quantity: Decimal
    billed_quantity: Decimal
    billed: LineTotals
    credited_quantity: Decimal = ZERO
    credited: LineTotals = NOTHING
    taken: LineTotals | None = None

    @property
    def left(self) -> LineTotals:
        """What earlier credit memos left of the line."""
        return self.billed.less(self.credited)

    @property
    def left_quantity(self) -> Decimal:
        """What of the quantity was not returned."""
        return self.billed_quantity - self.credited_quantity


def total_credit(lines: Sequence[CreditInput], currency: str, *, prices_include_tax: bool = False) -> DocumentTotals:
    """The totals of a credit memo, signed as the invoice is. Raises NotCreditable for more than is left of a line."""
    with localcontext(prec=DIGITS):
        return add_up([_credit(line, currency, prices_include_tax) for line in lines], currency)


def credit_amount(
    lefts: Sequence[LineTotals], amount: Decimal, currency: str, *, prices_include_tax: bool = False
) -> list[LineTotals]:
    """An amount with its tax, spread over what is left of lines. All that is left takes every line to its last cent.

    Lines that carry the same rates share one rounding, so that net and tax of the whole suit each other. Raises
    NotCreditable for nothing, or for more than is left.
    """
    with localcontext(prec=DIGITS):
        whole = sum((left.total for left in lefts), ZERO)
        if not 0 < amount <= whole:
            raise NotCreditable(_no_more_than(whole, amount, currency))
        if amount == whole:
            return list(lefts)
        groups: dict[tuple[TaxRate, ...], list[int]] = {}
        for place, left in enumerate(lefts):
            groups.setdefault(tuple(part.rate for part in left.parts), []).append(place)
        sums = [sum((lefts[place].total for place in places), ZERO) for places in groups.values()]
        taken = [NOTHING] * len(lefts)
        for places, share in zip(groups.values(), spread(amount, sums, currency), strict=True):
            shares = _spread_group([lefts[place] for place in places], share, currency, prices_include_tax)
            for place, totals in zip(places, shares, strict=True):
                taken[place] = totals
        return taken


def credit_price(left: LineTotals, net: Decimal, currency: str, *, prices_include_tax: bool = False) -> LineTotals:
    """So much of a line's net, as it is printed, with its part of discount and tax. Raises NotCreditable for more."""
    with localcontext(prec=DIGITS):
        if not left.net or not 0 < net / left.net <= 1:
            raise NotCreditable(_no_more_than(left.net, net, currency))
        return _part_of(left, Fraction(net) / Fraction(left.net), currency, prices_include_tax)


def _credit(line: CreditInput, currency: str, prices_include_tax: bool) -> LineTotals:
    if line.taken:
        return _require_within(line.taken, line.left, currency)
    _require_creditable(line.quantity, line.left_quantity)
    return _part_of(line.left, Fraction(line.quantity) / Fraction(line.left_quantity), currency, prices_include_tax)


def _part_of(left: LineTotals, part: Fraction, currency: str, prices_include_tax: bool) -> LineTotals:
    """A part of what is left of a line: its price is rounded, and its taxes follow that."""
    left_amount = left.taxable + left.tax_inside if prices_include_tax else left.taxable
    net = round_fraction(Fraction(left.net) * part, currency)
    amount = round_fraction(Fraction(left_amount) * part, currency)
    share = Fraction(amount) / Fraction(left_amount) if left_amount else Fraction(0)
    taxes = {each.rate: round_fraction(Fraction(each.amount) * share, currency) for each in left.parts}
    taxable = amount - _added(taxes, currency) if prices_include_tax else amount
    return _line(net, net - amount, taxable, taxes, currency)


def _spread_group(
    lefts: Sequence[LineTotals], share: Decimal, currency: str, prices_include_tax: bool
) -> list[LineTotals]:
    """A share of what is left of lines that carry the same rates: first into net and taxes, then over the lines."""
    rates = [part.rate for part in lefts[0].parts]
    columns = [[left.taxable for left in lefts]]
    columns += [
        [left.parts[place].amount for left in lefts] for place, rate in enumerate(rates) if rate.kind in CHARGED
    ]
    parts = spread(share, [sum(column, ZERO) for column in columns], currency)
    taxables, *taxes = [spread(part, column, currency) for part, column in zip(parts, columns, strict=True)]
    charged = dict(zip([rate for rate in rates if rate.kind in CHARGED], taxes, strict=True))
    return [
        _of_amounts(
            left, taxables[row], {rate: amounts[row] for rate, amounts in charged.items()}, currency, prices_include_tax
        )
        for row, left in enumerate(lefts)
    ]


def _of_amounts(
    left: LineTotals, taxable: Decimal, charged: dict[TaxRate, Decimal], currency: str, prices_include_tax: bool
) -> LineTotals:
    """A line's totals from what is taken of its taxable amount and of its taxes; the rest follows in proportion."""
    share = Fraction(taxable) / Fraction(left.taxable) if left.taxable else Fraction(0)
    taxes = {
        part.rate: charged.get(part.rate, round_fraction(Fraction(part.amount) * share, currency))
        for part in left.parts
    }
    amount = taxable + _added(taxes, currency) if prices_include_tax else taxable
    discount = round_fraction(Fraction(left.discount_share) * share, currency)
    return _line(amount + discount, discount, taxable, taxes, currency)


def _line(
    net: Decimal, discount_share: Decimal, taxable: Decimal, taxes: dict[TaxRate, Decimal], currency: str
) -> LineTotals:
    added = _added(taxes, currency)
    parts = tuple(TaxPart(rate, base_of(rate, taxable, added), tax) for rate, tax in taxes.items())
    return LineTotals(net, discount_share, taxable, parts)


def _added(taxes: dict[TaxRate, Decimal], currency: str) -> Decimal:
    return sum((tax for rate, tax in taxes.items() if rate.kind == "added"), nothing_in(currency))


def _require_creditable(quantity: Decimal, left_quantity: Decimal) -> None:
    if not left_quantity:
        raise NotCreditable("Nothing is left to credit on this line.")
    if not 0 < quantity / left_quantity <= 1:
        raise NotCreditable(f"{left_quantity:f} is left to credit on this line, so {quantity:f} cannot be credited.")


def _require_within(taken: LineTotals, left: LineTotals, currency: str) -> LineTotals:
    """The line as it is taken, if that is no more than is left of it."""
    for amount, most in ((taken.taxable, left.taxable), (taken.total, left.total)):
        if not min(most, ZERO) <= amount <= max(most, ZERO):
            raise NotCreditable(_no_more_than(left.total, taken.total, currency))
    return taken


def _no_more_than(left: Decimal, wanted: Decimal, currency: str) -> str:
    return f"{round_money(left, currency)} is left to credit, so {round_money(wanted, currency)} cannot be credited."
