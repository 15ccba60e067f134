"""Who is meant by an @ in what somebody wrote."""

import re
from collections import defaultdict
from collections.abc import Sequence

from ledger.refusals import Refused
from office.models import User

_AT = re.compile(r"(?<![\w.@])@(?=\w)")


def mentioned(text: str, people: Sequence[User]) -> list[User]:
    """The people named behind an @: by their whole name, its first word, or what their address has before its @.

    Case is nothing, the longest name wins, and a word that names nobody stays a word. Raises Refused for one that names
    several people.
    """
    known: dict[str, set[User]] = defaultdict(set)
    for person in people:
        for name in _names(person):
            known[name.casefold()].add(person)
    found: dict[User, None] = {}
    for at in _AT.finditer(text):
        name = _longest(text[at.end() :].casefold(), known)
        if name and len(known[name]) > 1:
            several = ", ".join(sorted(f"@{person.email.partition('@')[0]}" for person in known[name]))
            raise Refused(f"@{name} may be several people. Write one of {several}.", code="mention_ambiguous")
        found |= dict.fromkeys(known[name]) if name else {}
    return list(found)


def _names(person: User) -> set[str]:
    words = person.name.split()
    return {name for name in (person.name.strip(), words[0] if words else "", person.email.partition("@")[0]) if name}


def _longest(text: str, known: dict[str, set[User]]) -> str:
    """The longest of the names with which the text begins, as a word of its own."""
    fits = (name for name in known if text.startswith(name) and not re.match(r"\w", text[len(name) :]))
    return max(fits, key=len, default="")
