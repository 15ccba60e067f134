"""A payment that two formats tell of: known by what they say alike, and by counting, so that twins stay two."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from customers.search import fold
from office.models import BankAccount
from payments.account_numbers import plain_number
from payments.models import BankLine

NOTHING_TOLD = frozenset({"", "NOTPROVIDED", "NONREF", "NOREF"})
SHORTEST = 4
"""Letters of a word with a digit that two texts share not by chance."""
_WORD = re.compile(r"[^\W_]+")


@dataclass
class Retold:
    """Lines of a file by what another format told before: none of them, one for certain, or one perhaps."""

    new: list[BankLine] = field(default_factory=list)
    known: list[BankLine] = field(default_factory=list)
    doubtful: list[tuple[BankLine, BankLine]] = field(default_factory=list)
    """With the line that each may be."""


def sort_retold(account: BankAccount, lines: Sequence[BankLine]) -> Retold:
    """Sort lines of one file. The n-th of equal ones is the n-th that was told before, and each is told once only."""
    sorted_, waiting, free = Retold(), [], _told_before(account, lines)
    for line in lines:
        same = next((other for other in _alike(line, free) if is_told_alike(line, other)), None)
        if same:
            free[line.amount].remove(same)
            sorted_.known.append(line)
        else:
            waiting.append(line)
    for line in waiting:
        perhaps = next(_alike(line, free), None)
        if perhaps:
            free[line.amount].remove(perhaps)
            sorted_.doubtful.append((line, perhaps))
        else:
            sorted_.new.append(line)
    return sorted_


def is_told_alike(line: BankLine, other: BankLine) -> bool:
    """Whether two lines of one amount and day say the same. A reference that both tell decides, else their words do."""
    for name in ("end_to_end_id", "bank_reference"):
        told, known = _reference(line, name), _reference(other, name)
        if told and known:
            return told == known
    accounts = {plain_number(each.party_account) for each in (line, other)} - {""}
    if len(accounts) > 1:
        return False
    words, known_words = _words(line), _words(other)
    is_number_shared = any(len(word) >= SHORTEST and not word.isalpha() for word in words & known_words)
    return is_number_shared or bool(words and words == known_words)


def _told_before(account: BankAccount, lines: Sequence[BankLine]) -> dict[Decimal, list[BankLine]]:
    """The kept lines of their days, by amount, as they were taken."""
    found: dict[Decimal, list[BankLine]] = defaultdict(list)
    if not lines:
        return found
    days = {line.booked_on for line in lines} | {line.value_on for line in lines if line.value_on}
    formats = {_format(line) for line in lines}
    near = BankLine.objects.filter(Q(booked_on__in=days) | Q(value_on__in=days), bank_account=account)
    for line in near.select_related("statement").order_by("pk"):
        if {_format(line)} != formats:
            found[line.amount].append(line)
    return found


def _alike(line: BankLine, others: Mapping[Decimal, Sequence[BankLine]]) -> Iterator[BankLine]:
    """Those of another format with the amount and the day of booking or of value."""
    for other in others.get(line.amount, ()):
        is_day = line.booked_on == other.booked_on or (line.value_on and line.value_on == other.value_on)
        if is_day and _format(line) != _format(other):
            yield other


def _format(line: BankLine) -> str:
    """The format without its version: "camt.053.001.08" is a "camt.053"."""
    return ".".join(line.statement.message.split(".")[:2])


def _reference(line: BankLine, name: str) -> str:
    told = plain_number(getattr(line, name))
    return "" if told in NOTHING_TOLD else told


def _words(line: BankLine) -> set[str]:
    return set(_WORD.findall(fold(" ".join((line.text, line.party_name, *line.references)))))
