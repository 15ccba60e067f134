"""What is open by age, as a small bar beside its figures."""

from decimal import Decimal
from typing import NamedTuple

from credit_control.statements.figures import UNAPPLIED, ZERO, Part


class Piece(NamedTuple):
    """A column of the ageing: its amount, and where its piece of the bar lies, in hundredths of the whole."""

    column: str
    amount: Decimal
    start: str
    width: str


def pieces_of(total: Part) -> list[Piece]:
    """The columns that hold something, in their order. What is in the customer's favour has no piece of the bar."""
    whole = sum((amount for column, amount in total.ageing if column != UNAPPLIED and amount > 0), ZERO)
    pieces, start = [], ZERO
    for column, amount in total.ageing:
        if not amount:
            continue
        width = amount * 100 / whole if whole and column != UNAPPLIED and amount > 0 else ZERO
        pieces.append(Piece(column, amount, f"{start:.2f}", f"{width:.2f}"))
        start += width
    return pieces
