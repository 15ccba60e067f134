"""Creditor references (ISO 11649): the document's number with check digits, so that a bank finds a mistyped one."""

import re

from stdnum.iso7064 import mod_97_10

LONGEST = 21
"""Letters and digits after RF and the two check digits."""


def creditor_reference(number: str) -> str:
    """The reference for a document's number; of a very long one its end, which tells documents apart."""
    plain = re.sub("[^A-Z0-9]", "", number.upper())[-LONGEST:]
    return f"RF{mod_97_10.calc_check_digits(f'{plain}RF')}{plain}"


def as_printed(reference: str) -> str:
    """The reference in groups of four, as the standard prints it; any other stays as it is."""
    if not re.fullmatch(r"RF\d\d[A-Z0-9]{1,21}", reference):
        return reference
    return " ".join(reference[place : place + 4] for place in range(0, len(reference), 4))
