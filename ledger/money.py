"""Money: exact decimals in the currency's own places. This is the one place that rounds."""

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from typing import Self

from babel import Locale
from babel.numbers import NumberPattern, list_currencies

# ISO 4217. Babel's own places are those that shops show: none for the Serbian or Iraqi dinar, whose books have 2 and 3.
_PLACES = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
RATE_PLACES = 6
_MINUS = "\N{MINUS SIGN}"
_LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_LETTER_BESIDE_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)")  # KWD 3.890, not KWD3.890


class UnknownCurrency(ValueError):
    """The code is in no list of currencies."""


class MixedCurrencies(ValueError):
    """Amounts of two currencies cannot be added or compared."""


@cache
def places(currency: str) -> int:
    """How many decimal places amounts of this currency have."""
    if currency not in list_currencies():
        raise UnknownCurrency(f"{currency!r} is not a currency.")
    return _PLACES.get(currency, 2)


@cache
def unit(currency: str) -> Decimal:
    """The smallest amount of this currency: 0.01 of a euro, 1 yen."""
    return Decimal(1).scaleb(-places(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """The amount in the currency's places, halves away from zero, so that round(-x) is -round(x)."""
    if not isinstance(amount, Decimal):
        raise TypeError(f"An amount is a Decimal, not {type(amount).__name__}.")
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount.")
    return round_places(amount, places(currency))


def round_places(value: Decimal, digits: int) -> Decimal:
    """The value in so many places, halves away from zero."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)  # there is no minus zero in a book


def round_rate(value: Decimal) -> Decimal:
    """A unit price, quantity or percentage in the six places that their columns keep."""
    return round_places(value, RATE_PLACES)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, in exactly that currency's places."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        exact = round_money(self.amount, self.currency)
        if exact != self.amount:
            raise ValueError(f"{self.currency} has {places(self.currency)} places, {self.amount} has more.")
        object.__setattr__(self, "amount", exact)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in this currency: where a sum begins."""
        return cls(Decimal(0), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same_currency(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same_currency(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same_currency(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same_currency(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same_currency(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same_currency(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same_currency(self, other: "Money") -> Decimal:
        if not isinstance(other, Money):
            raise TypeError(f"Money goes with money, not with {type(other).__name__}.")
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self} and {other} are of two currencies.")
        return other.amount


def add_up(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts of one currency; nothing adds up to zero."""
    return sum(amounts, Money.zero(currency))


def round_fraction(exact: Fraction, currency: str) -> Decimal:
    """The exact amount in the currency's places, halves away from zero."""
    return _rounded(exact, places(currency))


def round_to_total(exact: Sequence[Fraction], total: Decimal, currency: str) -> list[Decimal]:
    """The exact amounts in the currency's places, so that they add up to the total: their sum, or that sum rounded.

    Units left over go one each to the largest remainders, ties to the earlier.
    """
    digits = places(currency)
    units = [_units(amount, digits) for amount in exact]
    left_over = _units(Fraction(total), digits) - sum(units)
    step = 1 if left_over > 0 else -1
    if left_over:
        remainders = [(amount * 10**digits - count) * step for amount, count in zip(exact, units, strict=True)]
        largest_first = sorted(range(len(exact)), key=lambda i: remainders[i], reverse=True)
        for i in largest_first[: abs(left_over)]:
            units[i] += step
    return [Decimal(count).scaleb(-digits) for count in units]


def _units(exact: Fraction, digits: int) -> int:
    """The whole units of so many places, towards zero, so that minus mirrors plus: by whole numbers, as it is quick."""
    whole: int = abs(exact.numerator) * 10**digits // exact.denominator
    return whole if exact >= 0 else -whole


def spread(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """The total in shares proportional to the weights, to the last cent."""
    total = Money(total, currency).amount
    if not total:
        return [total for _ in weights]
    whole = sum(map(Fraction, weights), Fraction(0))
    if not whole:
        raise ValueError(f"{total} {currency} cannot be spread over weights that add up to zero.")
    share = Fraction(total) / whole
    return round_to_total([share * Fraction(weight) for weight in weights], total, currency)


def part_of_price(price: Decimal, part: Fraction) -> Decimal:
    """An exact part of a unit price in the six places that prices have, halves away from zero."""
    return _rounded(Fraction(price) * part, RATE_PLACES)


def _rounded(exact: Fraction, digits: int) -> Decimal:
    half_up = (2 * abs(exact.numerator) * 10**digits + exact.denominator) // (2 * exact.denominator)
    return Decimal(half_up if exact >= 0 else -half_up).scaleb(-digits)


def format_money(amount: Decimal, currency: str, locale: str = "en") -> str:
    """The amount with its currency as people of this locale write it, in the currency's places."""
    language = _language(locale)
    pattern = _pattern(language, places(currency))
    text = pattern.apply(
        round_money(amount, currency),
        language,
        currency=currency,
        currency_digits=False,
    )
    return with_minus(_LETTER_BESIDE_DIGIT.sub(_NO_BREAK_SPACE, text), language)


def with_minus(number: str, language: Locale) -> str:
    """A written number with a true minus sign, which stays before its figure where words run from right to left."""
    return number.replace("-", f"{_LEFT_TO_RIGHT}{_MINUS}" if language.text_direction == "rtl" else _MINUS)


@cache
def _language(locale: str) -> Locale:
    return Locale.parse(locale.replace("-", "_"))


@cache
def _pattern(language: Locale, digits: int) -> NumberPattern:
    """The language's way of writing an amount, with so many places."""
    pattern: NumberPattern = copy(language.currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return pattern
