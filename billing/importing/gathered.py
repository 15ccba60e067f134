"""Rows of a file that make one thing together, such as the lines of an order: taken or left as a whole."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from ledger.refusals import Refused
from office.importing import WRONG, Outcome
from office.reading import ReadRow, Trouble

ADVICE = "Mend the other rows of the same number: it is taken as a whole or not at all."


@dataclass(frozen=True)
class Gathered:
    """The rows of one number, in the file's order."""

    reference: str
    rows: Sequence[ReadRow]

    def head(self, name: str, default: object = "") -> object:
        """What the rows say of the whole; the first that says it counts, as the others say the same."""
        return next((row.values[name] for row in self.rows if name in row.values), default)


def gathered(rows: Iterable[ReadRow]) -> Iterator[Gathered]:
    """The rows by their number, those without one alone."""
    found: dict[str, list[ReadRow]] = {}
    for row in rows:
        found.setdefault(row.values.get("reference") or f"\0{row.line}", []).append(row)
    for reference, own in found.items():
        yield Gathered(reference.lstrip("\0"), own)


def take_each(
    groups: Iterable[Gathered], head: Sequence[str], outcome: Outcome, take: Callable[[Gathered], str]
) -> None:
    """Take each group, or note why not on each of its rows; what becomes of it is counted once."""
    for group in groups:
        troubles = _troubles(group, head)
        what = WRONG
        if not troubles:
            try:
                with transaction.atomic():
                    what = take(group)
            except RowRefused as refusal:
                troubles = [_of_row(refusal.row, refusal.message, refusal.code)]
            except Refused as refusal:
                troubles = [_of_row(group.rows[0], refusal.message, refusal.code)]
        outcome.troubles += troubles
        if troubles:
            wrong = {trouble.line for trouble in troubles}
            others = [row for row in group.rows if row.line not in wrong]
            outcome.troubles += [_of_row(row, ADVICE, "Another row of the same number is wrong") for row in others]
        outcome.add(group.rows[0], "reference", what)


class RowRefused(Refused):
    """What cannot be taken, and the row that says so."""

    def __init__(self, row: ReadRow, message: str, code: str) -> None:
        super().__init__(message, code=code)
        self.row = row


def _of_row(row: ReadRow, advice: str, reason: str) -> Trouble:
    return Trouble(row.line, "", str(row.values.get("reference", "")), advice, reason)


def _troubles(group: Gathered, head: Sequence[str]) -> list[Trouble]:
    """What cannot be read, and what the rows say of the whole in two ways."""
    troubles = [trouble for row in group.rows for trouble in row.troubles]
    for name in head:
        said = {row.values[name] for row in group.rows if name in row.values}
        if len(said) > 1 and not troubles:
            first = next(row for row in group.rows if row.values.get(name, group.head(name)) != group.head(name))
            advice = "The rows of one number say it in two ways. Let them say the same."
            troubles.append(Trouble(first.line, name, str(first.values[name]), advice, "Said in two ways"))
    return troubles
