"""Which of several amounts make up a sum."""

from collections.abc import Sequence
from decimal import Decimal

MOST_AMOUNTS = 26
"""Of which each half has 8,192 sums; with more, nobody should try."""
PLACES = 4
Ways = dict[int, tuple[int, ...]]
"""By sum, one or two of the ways to make it; a way is a number whose bits say which amounts are in it."""


def sets_that_sum(amounts: Sequence[Decimal], wanted: Decimal) -> list[tuple[int, ...]] | None:
    """The places of amounts (above zero) that add up to the wanted sum: none, one, or two of the ways there are.

    None where there are too many amounts to try all; then nothing is known. The sums of one half of them are looked up
    among those of the other, so that twice as many amounts take twice as long, not the square of it.
    """
    target = int(wanted.scaleb(PLACES))
    units = [(place, int(amount.scaleb(PLACES))) for place, amount in enumerate(amounts) if amount <= wanted]
    if len(units) > MOST_AMOUNTS:
        return None
    first, second = _sums(units[::2], target), _sums(units[1::2], target)
    found: list[int] = []
    for total, ways in first.items():
        for way in ways if target - total in second else ():
            found += [way | other for other in second[target - total]]
        if len(found) > 1:
            break
    return [_places(way) for way in found[:2]]


def _sums(units: Sequence[tuple[int, int]], target: int) -> Ways:
    reached: Ways = {0: (0,)}
    for place, unit in units:
        for total, ways in list(reached.items()):
            if total + unit <= target:
                more = tuple(way | 1 << place for way in ways)
                reached[total + unit] = (reached.get(total + unit, ()) + more)[:2]
    return reached


def _places(way: int) -> tuple[int, ...]:
    return tuple(place for place in range(way.bit_length()) if way >> place & 1)
