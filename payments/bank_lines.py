"""How a line of a bank is told from others: by what it says, and true twins by how many of them there are (IMP-03)."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Protocol

from office.models import BankAccount
from payments.bank_files import ReadLine
from payments.matching.words import documents_in_references, numbers_in_references, words_in
from payments.models import BankLine

FACTS = (
    "booked_on",
    "value_on",
    "amount",
    "currency",
    "is_reversal",
    "text",
    "references",
    "end_to_end_id",
    "mandate",
    "bank_reference",
    "party_name",
    "party_account",
    "party_bank",
    "kind",
    "return_reason",
)
"""What a read line and a kept one have in common."""
TELLING = (
    "booked_on",
    "amount",
    "currency",
    "text",
    "references",
    "end_to_end_id",
    "bank_reference",
    "party_name",
    "party_account",
)


class Told(Protocol):
    """A line that has a fingerprint and a number among its twins."""

    fingerprint: str
    twin: int


def facts_of(line: ReadLine) -> dict[str, Any]:
    """What a line says, each text as long as it is kept."""
    return {name: _fitting(name, getattr(line, name)) for name in FACTS}


def named_in(facts: dict[str, Any]) -> dict[str, Any]:
    """What of a line's words can name a document, as it is kept with the line so that matching need not read them."""
    words = words_in((facts["text"], facts["end_to_end_id"], *facts["references"]))
    return {
        "words": sorted(words),
        "checked_numbers": sorted(numbers_in_references(words)),
        "checked_documents": sorted(documents_in_references(words)),
    }


LONGEST = {field.name: field.max_length for field in BankLine._meta.fields}


def _fitting(name: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    most = LONGEST[name]
    return value[:most] if most and isinstance(value, str) else value


def as_plain(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as JSON keeps them."""
    return {name: value if isinstance(value, bool | list) else _words(value) for name, value in facts.items()}


def _words(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)


def fingerprint_of(facts: dict[str, Any], unread: Sequence[Any] = ()) -> str:
    """SHA-256 of what a line says, in whatever letters and spaces."""
    told = as_plain({name: facts[name] for name in TELLING})
    content = json.dumps([told, list(unread)], sort_keys=True).casefold()
    return sha256(" ".join(content.split()).encode()).hexdigest()


def number_twins(lines: Iterable[Told]) -> None:
    """Number lines that say the same, in the order in which a file has them."""
    seen: Counter[str] = Counter()
    for line in lines:
        seen[line.fingerprint] += 1
        line.twin = seen[line.fingerprint]


def not_known(account: BankAccount, lines: Sequence[Any]) -> Iterator[Any]:
    """Of lines of one account, those that have not come before."""
    if not lines:
        return
    model = type(lines[0])
    rows = model.objects.filter(bank_account=account, fingerprint__in={line.fingerprint for line in lines})
    known = set(rows.values_list("fingerprint", "twin"))
    yield from (line for line in lines if (line.fingerprint, line.twin) not in known)
