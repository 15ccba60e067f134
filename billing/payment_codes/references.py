"""References with check digits, so that a bank finds a mistyped one.

RF (ISO 11649), those of Swiss QR-bills, Belgian structured communications (OGM-VCS) and Norwegian KIDs.
"""

import re

from stdnum import luhn
from stdnum.be import ogm_vcs
from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10

LONGEST = 21
"""Letters and digits after RF and the two check digits."""
QR_DIGITS = 26
"""Digits of a QR reference before its check digit."""
BELGIAN_DIGITS = 10
NORWEGIAN_DIGITS = 10
"""Of the longest that a Norwegian bank takes, 25; ours are all as long, so that no other number is taken for one."""


def creditor_reference(number: str) -> str:
    """The reference for a document's number; of a very long one its end, which tells documents apart."""
    plain = re.sub("[^A-Z0-9]", "", number.upper())[-LONGEST:]
    return f"RF{mod_97_10.calc_check_digits(f'{plain}RF')}{plain}"


def qr_reference(document_id: int) -> str:
    """The QR reference of a document: its own id, which no other document has."""
    plain = f"{document_id:0{QR_DIGITS}}"
    return plain + esr.calc_check_digit(plain)


def belgian_reference(document_id: int) -> str:
    """The structured communication (OGM-VCS) of a document: its own id, and two check digits (mod 97)."""
    plain = f"{document_id:0{BELGIAN_DIGITS}}"
    return plain + ogm_vcs.calc_check_digits(plain)


def norwegian_reference(document_id: int) -> str:
    """The KID of a document: its own id, and a check digit (MOD10)."""
    plain = f"{document_id:0{NORWEGIAN_DIGITS}}"
    return plain + luhn.calc_check_digit(plain)


_KINDS = {
    QR_DIGITS + 1: (QR_DIGITS, qr_reference),
    BELGIAN_DIGITS + 2: (BELGIAN_DIGITS, belgian_reference),
    NORWEGIAN_DIGITS + 1: (NORWEGIAN_DIGITS, norwegian_reference),
}
"""By their length: the digits of the document, and how such a reference is made."""


def document_of(reference: str) -> int | None:
    """The id of the document that a QR reference, a structured communication or a KID names, if its check is right."""
    if not (reference.isascii() and reference.isdecimal()):
        return None
    if len(reference) not in _KINDS:
        return None
    digits, make = _KINDS[len(reference)]
    document_id = int(reference[:digits])
    return document_id if document_id < 2**63 and make(document_id) == reference else None


def as_printed(reference: str) -> str:
    """The reference in groups, as its standard prints it; any other stays as it is."""
    if re.fullmatch(r"RF\d\d[A-Z0-9]{1,21}", reference):
        return grouped(reference)
    if len(reference) == QR_DIGITS + 1 and reference.isdecimal():
        return esr.format(reference)
    if len(reference) == BELGIAN_DIGITS + 2 and reference.isdecimal() and ogm_vcs.is_valid(reference):
        return f"+++{ogm_vcs.format(reference)}+++"
    return reference


def grouped(number: str) -> str:
    """A number in groups of four, as people read it aloud."""
    plain = "".join(number.split())
    return " ".join(plain[place : place + 4] for place in range(0, len(plain), 4))
