"""What is left of each instalment. Values in, values out; `sql.py` says the same to the database.

What was settled of a plan's items pays its earliest instalments first, whatever it was applied to: so what is left is
the end of the plan. The items lie on it in their order, and where an item and an instalment overlap, that much of the
item is due on the instalment's day. Sums by item and sums by instalment therefore always agree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)


class Instalment(NamedTuple):
    """What is to be paid by a day."""

    due_on: date
    amount: Decimal


class Planned(NamedTuple):
    """An item of a plan, in the order of its items: what of it is planned, and what of it is open, on its due day."""

    item_id: int
    amount: Decimal
    open: Decimal

    @property
    def left(self) -> Decimal:
        """What of the planned amount is open."""
        return max(min(self.amount, self.open), ZERO)


@dataclass(frozen=True)
class Overlap:
    """What of an item is due with an instalment; `place` counts instalments from zero."""

    item_id: int
    place: int
    due_on: date
    amount: Decimal


def spread(items: Sequence[Planned], instalments: Sequence[Instalment]) -> list[Overlap]:
    """What of each item is due with which instalment, by item and then by day."""
    ends = list(_ends(instalments))
    at = sum((each.amount for each in items), ZERO) - sum((each.left for each in items), ZERO)
    found = []
    for item in items:
        before, at = at, at + item.left
        for place, (instalment, end) in enumerate(zip(instalments, ends, strict=True)):
            amount = min(at, end) - max(before, end - instalment.amount)
            if amount > 0:
                found.append(Overlap(item.item_id, place, instalment.due_on, amount))
    return found


def left_of(items: Sequence[Planned], instalments: Sequence[Instalment]) -> list[Decimal]:
    """What is open of each instalment."""
    left = [ZERO] * len(instalments)
    for each in spread(items, instalments):
        left[each.place] += each.amount
    return left


def _ends(instalments: Sequence[Instalment]) -> Iterator[Decimal]:
    """Where each instalment ends, counted from the beginning of the plan."""
    end = ZERO
    for each in instalments:
        end += each.amount
        yield end
