"""The words in what a payer wrote that can name a document. A number counts only as a whole word (ALL-10)."""

import re
from collections.abc import Iterable

from stdnum.iso7064 import mod_97_10

from billing.payment_codes.references import document_of

MOST_WORDS = 200
LONGEST_RUN = 4
"""Neighbouring words that may be one number, such as "INV 2026 0042"."""
SHORTEST_RUN = 6
"""Letters of a number that is put together of words; shorter ones are put together by chance."""
_WORD = re.compile(r"[A-Z0-9]+(?:[-./][A-Z0-9]+)*")
_PART = re.compile(r"[A-Z0-9]+(?:[-.][A-Z0-9]+)*")
_PIECE = re.compile(r"[A-Z0-9]+")
_HAS_DIGIT = re.compile("[0-9]")
_CREDITOR_REFERENCE = re.compile(r"RF\d\d[A-Z0-9]{1,21}")


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """The words with a digit, in capitals and without the signs inside them: all between blanks and what slashes part.

    Neighbours that together could be one number count as a word too. Of very many, the longest.
    """
    text = " ".join(texts).upper()
    pieces = _PIECE.findall(text)[:MOST_WORDS]
    runs = ("".join(pieces[start:end]) for start in range(len(pieces)) for end in _ends(start, len(pieces)))
    whole = (plain(word) for word in (*_WORD.findall(text), *_PART.findall(text)))
    words = {*whole, *(run for run in runs if len(run) >= SHORTEST_RUN)}
    return frozenset(sorted(filter(_HAS_DIGIT.search, words), key=len, reverse=True)[:MOST_WORDS])


def _ends(start: int, length: int) -> range:
    return range(start + 2, min(start + LONGEST_RUN, length) + 1)


def plain(number: str) -> str:
    """A number in capitals and without signs, as words and documents are compared: "Inv-2026/7" becomes "INV20267"."""
    return "".join(_PIECE.findall(number.upper()))


def numbers_in_references(words: Iterable[str]) -> set[str]:
    """The numbers inside creditor references (ISO 11649) whose check digits are right."""
    found = {word for word in words if _CREDITOR_REFERENCE.fullmatch(word)}
    return {word[4:] for word in found if mod_97_10.is_valid(word[4:] + word[:4])}


def documents_in_references(words: Iterable[str]) -> frozenset[int]:
    """The ids of documents inside QR references, structured communications and KIDs whose check digits are right."""
    return frozenset(pk for word in words if (pk := document_of(word)) is not None)
