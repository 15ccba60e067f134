"""Advice as a PDF: of its lines, those that name a document of ours, with the amounts that stand behind it."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from ledger.money import places
from office.reading.numbers import DecimalSign, NumberEvidence, read_number
from payments.remittances.facts import AdvisedLine, BadAdvice, ReadAdvice, is_total, line_of, merged
from payments.remittances.pdf_text import NoText, text_of_pdf

Known = Callable[[Iterable[str]], set[str]]
_WORD = re.compile(r"[^\W_]+(?:[-./][^\W_]+)*")
_AMOUNT = re.compile(r"(?<![\w.,/-])-?\d{1,3}(?:[.,'\N{NO-BREAK SPACE}]?\d{3})*(?:[.,]\d{1,4})?-?(?![\w/]|[.,-]\d)")
GROSS_AND_PAID, ALL_THREE = 2, 3


def read_pdf(content: bytes, currency: str, known: Known, decimal: str = "") -> ReadAdvice:
    """The advice of a PDF; `known` says which words are numbers of our documents, in capitals.

    Raises BadAdvice where it has no text, names no document of ours, or has amounts that do not add up.
    """
    try:
        lines = [" ".join(line.split()) for line in text_of_pdf(content).splitlines() if line.strip()]
    except NoText as error:
        raise BadAdvice("The PDF holds no text that can be read: perhaps it is a picture.") from error
    ours = known({word for line in lines for word in _words(line)})
    sign = DecimalSign(decimal) if decimal else _decided(lines, ours, currency)
    found: list[AdvisedLine] = []
    total: Decimal | None = None
    for number, line in enumerate(lines, start=1):
        named = [word for word in _words(line) if word in ours]
        amounts = _amounts(line, named, currency, sign)
        if named and amounts:
            found.append(_line(f"Line {number} of the text", named, amounts, line))
        elif found and amounts and is_total(line.partition(":")[0].split()[0]):
            total = amounts[-1]
    if not found:
        raise BadAdvice("Nothing in the PDF names a document of ours with an amount.")
    return ReadAdvice(merged(found), currency, total, kind="PDF")


def _words(line: str) -> list[str]:
    return [word.upper() for word in _WORD.findall(line)]


def _line(place: str, named: list[str], amounts: list[Decimal], line: str) -> AdvisedLine:
    if len(set(named)) > 1 or len(amounts) > ALL_THREE:
        raise BadAdvice(f"{place} is not understood: {line[:120]}")
    if len(amounts) == ALL_THREE:
        gross, discount, paid = amounts
        return line_of(place, named[0], gross, abs(discount), paid)
    if len(amounts) == GROSS_AND_PAID:
        return line_of(place, named[0], amounts[0], None, amounts[1])
    return line_of(place, named[0], None, None, amounts[0])


def _texts(line: str, named: Iterable[str], currency: str) -> list[str]:
    """What looks like amounts, behind the document's number; with cents where the currency has them."""
    for word in named:
        line = re.sub(re.escape(word), " ", line, flags=re.IGNORECASE)
    cents = places(currency)
    return [text for text in _AMOUNT.findall(line) if not cents or re.search(rf"[.,]\d{{{cents}}}-?$", text)]


def _amounts(line: str, named: Iterable[str], currency: str, sign: DecimalSign) -> list[Decimal]:
    found = []
    for text in _texts(line, named, currency):
        try:
            found.append(read_number(text, sign))
        except ValueError as error:
            raise BadAdvice(f"{text} {error}, in: {line[:120]}") from error
    return found


def _decided(lines: Iterable[str], ours: set[str], currency: str) -> DecimalSign:
    evidence = NumberEvidence()
    for line in lines:
        named = [word for word in _words(line) if word in ours]
        for text in _texts(line, named, currency) if named else ():
            evidence.see(text)
    decided = evidence.decide()
    if decided is None:
        raise BadAdvice("Its amounts can be read in two ways. Say how they are written.", code="undecided")
    return decided
