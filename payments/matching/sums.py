"""Which of several amounts make up a sum."""

from collections.abc import Sequence
from decimal import Decimal

MOST_AMOUNTS = 26
"""Of which each half has 8,192 sums; with more, nobody should try."""
PLACES = 4


def sets_that_sum(amounts: Sequence[Decimal], wanted: Decimal) -> list[tuple[int, ...]] | None:
    """The places of amounts (above zero) that add up to the wanted sum: none, one, or two of the ways there are.

    None where there are too many amounts to try all; then nothing is known. The sums of one half of them are looked up
    among those of the other, so that twice as many amounts take twice as long, not the square of it.
    """
    target = int(wanted.scaleb(PLACES))
    units = [(place, int(amount.scaleb(PLACES))) for place, amount in enumerate(amounts) if amount <= wanted]
    if len(units) > MOST_AMOUNTS:
        return None
    if sum(unit for _, unit in units) < target:
        return []
    first, second = _Sums(units[::2], target), _Sums(units[1::2], target)
    found: list[int] = []
    for total in first.ways:
        if target - total in second.ways:
            found += [way | other for way in first.of(total) for other in second.of(target - total)]
            if len(found) > 1:
                break
    return [_places(way) for way in found[:2]]


class _Sums:
    """The sums of amounts up to a target, with one or two of the ways to make each.

    A way is a number whose bits say which amounts are in it.
    """

    def __init__(self, units: Sequence[tuple[int, int]], target: int) -> None:
        self.ways: dict[int, int] = {0: 0}
        self._others: dict[int, int] = {}
        for place, unit in units:
            self._add(1 << place, unit, target - unit)

    def _add(self, bit: int, unit: int, most: int) -> None:
        more = {total + unit: way | bit for total, way in self.ways.items() if total <= most}
        again = {total + unit: way | bit for total, way in self._others.items() if total <= most}
        again |= {total: more[total] for total in more.keys() & self.ways.keys()}
        self._others = again | self._others
        self.ways = more | self.ways

    def of(self, total: int) -> list[int]:
        """One or two of the ways to make a sum."""
        return [self.ways[total], *([self._others[total]] if total in self._others else [])]


def _places(way: int) -> tuple[int, ...]:
    return tuple(place for place in range(way.bit_length()) if way >> place & 1)
