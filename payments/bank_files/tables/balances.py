"""Opening and closing of a table that says the balance beside its lines."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from payments.bank_files.facts import ReadLine, ReadStatement

Step = tuple[ReadLine, Decimal | None]


def add_balances(statement: ReadStatement, balances: Sequence[Decimal | None]) -> None:
    """Work out what the account held before the first and after the last line, and whether each balance follows.

    The table may begin with its oldest or its newest line. Without balances, or where an amount before the first of
    them is unread, nothing is said. One that does not follow from those before it makes the closing disagree.
    """
    steps = [(line, balance) for line, balance in zip(statement.lines, balances, strict=True) if not line.is_pending]
    if _is_newest_first(steps):
        steps.reverse()
    known = [(place, balance) for place, (_, balance) in enumerate(steps) if balance is not None]
    if not known:
        return
    (first, opening), (last, closing) = known[0], known[-1]
    for line, _ in steps[: first + 1]:
        if line.amount is None:
            return
        opening -= line.amount
    for line, _ in steps[last + 1 :]:
        if line.amount is None:
            return
        closing += line.amount
    statement.opening, statement.closing = opening, closing
    odd = [line.place for line in _odd(steps)]
    if odd:
        more = f" So do {len(odd) - 1} more not." if odd[1:] else ""
        statement.notes.append(f"{odd[0]}: its balance does not follow from the one before it.{more}")


def _is_newest_first(steps: Sequence[Step]) -> bool:
    """By the days or, where all are of one day, by which way the balances follow from each other."""
    days = [line.booked_on for line, _ in steps if line.booked_on]
    if days and days[0] != days[-1]:
        return days[0] > days[-1]
    return bool(list(_odd(steps))) and not list(_odd(list(reversed(steps))))


def _odd(steps: Sequence[Step]) -> Iterator[ReadLine]:
    """The lines whose balance is not the last one said and what came and went since."""
    last: Decimal | None = None
    for line, balance in steps:
        last = last + line.amount if last is not None and line.amount is not None else None
        if balance is not None:
            if last is not None and balance != last:
                yield line
            last = balance
