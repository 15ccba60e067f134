"""What is usual of some figures, and whether another one is unlike them. Pure: no database.

A few figures that are wrong themselves do not move the median, nor the median of the distances from it (MAD).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

LEAST = 5
"""So many others make a habit: of fewer, one more is as likely to be the first of a new kind."""
SPREAD = Decimal(8)
"""MADs from the median, so far off nothing of a habit stands: of a normal spread, about one in a million."""
FLOOR = Decimal("0.5")
"""Of the median, the least that counts as a MAD: a habit of exactly ten each time still allows for fifty."""
FLOOR_OF_PRICES = Decimal("0.1")
"""Prices vary less: one that was always ten still allows for eighteen, and for two."""
POWERS = {10: "ten", 100: "a hundred", 1000: "a thousand"}
CLEARLY = 3
"""A slip of the decimal sign is only said where the figure is so many times beyond all that is usual."""


@dataclass(frozen=True)
class Usual:
    """The middle of some figures, how far from it they lie, and the range of all but the outer tenths."""

    middle: Decimal
    spread: Decimal
    low: Decimal
    high: Decimal

    @property
    def in_words(self) -> str:
        """The range, as it is said."""
        low, high = plain(self.low), plain(self.high)
        return low if low == high else f"{low} to {high}"

    def slip(self, figure: Decimal) -> str:
        """How many times the usual a figure is, in words, where a decimal sign seems to have slipped."""
        for power, words in POWERS.items():
            if figure > CLEARLY * self.high and self.low <= figure / power <= self.high:
                return f"{words} times"
            if figure * CLEARLY < self.low and self.low <= figure * power <= self.high:
                return f"a {'tenth' if power == 10 else 'hundredth' if power == 100 else 'thousandth'} of"
        return ""

    def is_unlike(self, figure: Decimal, floor: Decimal = FLOOR) -> bool:
        """Whether a figure lies far above or below all that is usual."""
        return abs(figure - self.middle) > SPREAD * max(self.spread, floor * self.middle)


def usual_of(figures: Sequence[Decimal]) -> Usual | None:
    """What is usual of figures above zero; nothing of too few."""
    ordered = sorted(figures)
    if len(ordered) < LEAST:
        return None
    middle = median(ordered)
    outer = len(ordered) // 10
    return Usual(middle, median(abs(each - middle) for each in ordered), ordered[outer], ordered[-1 - outer])


def plain(figure: Decimal) -> str:
    """A figure without the zeros behind it."""
    return f"{figure.normalize():f}"
