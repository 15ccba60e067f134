"""What a discount for paying early is worth to a customer who takes it, as a yearly rate."""

from decimal import ROUND_HALF_UP, Decimal

YEAR = 365
HUNDREDTH = Decimal("0.01")


def yearly_rate(percent: Decimal, discount_days: int, net_days: int, *, year: int = YEAR) -> Decimal | None:
    """In percent of a year, simple: percent / (100 - percent) x year / the days paid earlier. None for no such days.

    Two percent for paying twenty days earlier is 37.24 a year: a customer who can borrow for less should take it.
    """
    earlier = net_days - discount_days
    return _rounded(percent * 100 / (100 - percent) * year / earlier) if earlier > 0 else None


def compounded_yearly_rate(percent: Decimal, discount_days: int, net_days: int) -> Decimal | None:
    """The same where each discount earns the next: (1 + percent / (100 - percent)) ^ (365 / days) - 1, in percent."""
    earlier = net_days - discount_days
    growth = (1 + percent / (100 - percent)) ** (Decimal(YEAR) / earlier) if earlier > 0 else None
    return None if growth is None else _rounded((growth - 1) * 100)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(HUNDREDTH, ROUND_HALF_UP)
