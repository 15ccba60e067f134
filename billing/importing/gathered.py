"""Rows of a file that make one thing together, such as the lines of an order: taken or left as a whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from ledger.bulk import plan_anew
from ledger.refusals import Refused
from office.importing import WRONG, Outcome
from office.reading import ReadRow, TableReader, Trouble

AT_ONCE = 250
"""So many are looked at together."""
ADVICE = "Mend the other rows of the same number: it is taken as a whole or not at all."


@dataclass(frozen=True)
class Gathered:
    """The rows of one number, in the file's order."""

    reference: str
    rows: Sequence[ReadRow]

    @property
    def line(self) -> int:
        """That of its first row, which names it."""
        return self.rows[0].line

    def head(self, name: str, default: object = "") -> object:
        """What the rows say of the whole; the first that says it counts, as the others say the same."""
        return next((row.values[name] for row in self.rows if name in row.values), default)


def gathered(reader: TableReader) -> Iterator[Gathered]:
    """The rows by their number, each as soon as its last row is read; those without one alone.

    The table is read twice, so that no more of it is held than the rows of numbers that go on further down.
    """
    last = {_reference(row): row.line for row in reader}
    found: dict[str, list[ReadRow]] = {}
    for row in reader:
        reference = _reference(row)
        found.setdefault(reference, []).append(row)
        if last[reference] == row.line:
            yield Gathered(reference.lstrip("\0"), found.pop(reference))


def _reference(row: ReadRow) -> str:
    return row.values.get("reference") or f"\0{row.line}"


def take_each(
    groups: Iterable[Gathered],
    head: Sequence[str],
    outcome: Outcome,
    together: Callable[[Sequence[Gathered]], Mapping[int, str]],
    one: Callable[[Gathered], str],
) -> None:
    """Take each group, or note why not on each of its rows; what becomes of it is counted once.

    Many are taken `together`, which says by line what became of those it could take; the others one by one.
    """
    left = iter(groups)
    while some := list(islice(left, AT_ONCE)):
        plan_anew()
        troubles = {group.line: _troubles(group, head) for group in some}
        done = together([group for group in some if not troubles[group.line]])
        for group in some:
            what = done.get(group.line) or WRONG
            if group.line not in done and not troubles[group.line]:
                what = _taken_alone(group, troubles[group.line], one)
            outcome.troubles += _of_all(group, troubles[group.line])
            outcome.add(group.rows[0], "reference", what)


def _taken_alone(group: Gathered, troubles: list[Trouble], one: Callable[[Gathered], str]) -> str:
    """What becomes of a group; a refusal is its trouble."""
    try:
        with transaction.atomic():
            return one(group)
    except RowRefused as refusal:
        troubles.append(_of_row(refusal.row, refusal.message, refusal.code))
    except Refused as refusal:
        troubles.append(_of_row(group.rows[0], refusal.message, refusal.code))
    return WRONG


def _of_all(group: Gathered, troubles: list[Trouble]) -> list[Trouble]:
    """The troubles of a group, with one for each of its rows that has none: they are left out with the others."""
    if not troubles:
        return []
    wrong = {trouble.line for trouble in troubles}
    others = [row for row in group.rows if row.line not in wrong]
    return troubles + [_of_row(row, ADVICE, "Another row of the same number is wrong") for row in others]


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
