"""References with check digits, so that a bank finds a mistyped one: RF (ISO 11649), and those of Swiss QR-bills."""

import re

from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10

LONGEST = 21
"""Letters and digits after RF and the two check digits."""
QR_DIGITS = 26
"""Digits of a QR reference before its check digit."""


def creditor_reference(number: str) -> str:
    """The reference for a document's number; of a very long one its end, which tells documents apart."""
    plain = re.sub("[^A-Z0-9]", "", number.upper())[-LONGEST:]
    return f"RF{mod_97_10.calc_check_digits(f'{plain}RF')}{plain}"


def qr_reference(document_id: int) -> str:
    """The QR reference of a document: its own id, which no other document has."""
    plain = f"{document_id:0{QR_DIGITS}}"
    return plain + esr.calc_check_digit(plain)


def as_printed(reference: str) -> str:
    """The reference in groups, as its standard prints it; any other stays as it is."""
    if re.fullmatch(r"RF\d\d[A-Z0-9]{1,21}", reference):
        return grouped(reference)
    if len(reference) == QR_DIGITS + 1 and reference.isdecimal():
        return esr.format(reference)
    return reference


def grouped(number: str) -> str:
    """A number in groups of four, as people read it aloud."""
    plain = "".join(number.split())
    return " ".join(plain[place : place + 4] for place in range(0, len(plain), 4))
