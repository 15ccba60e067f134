"""Which of several amounts make up a sum."""

from collections.abc import Sequence
from decimal import Decimal

MOST_SUMS = 20_000
PLACES = 4


def sets_that_sum(amounts: Sequence[Decimal], wanted: Decimal) -> list[tuple[int, ...]] | None:
    """The places of amounts (above zero) that add up to the wanted sum: none, one, or two of the ways there are.

    None where there are more sums than anybody should try; then nothing is known.
    """
    units = [int(amount.scaleb(PLACES)) for amount in amounts]
    target = int(wanted.scaleb(PLACES))
    order = sorted(range(len(units)), key=lambda place: -units[place])
    rest = sum(units)
    reached: dict[int, tuple[int, ...]] = {0: (0,)}
    for place in order:
        unit = units[place]
        grown = dict(reached)
        for total, ways in reached.items():
            if total + unit <= target:
                more = tuple(way | 1 << place for way in ways)
                grown[total + unit] = (grown.get(total + unit, ()) + more)[:2]
        rest -= unit
        reached = {total: ways for total, ways in grown.items() if total + rest >= target}
        if len(reached) > MOST_SUMS:
            return None
    return [_places(way) for way in reached.get(target, ()) if way]


def _places(way: int) -> tuple[int, ...]:
    return tuple(place for place in range(way.bit_length()) if way >> place & 1)
