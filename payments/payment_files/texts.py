"""Texts as payment files take them: a few characters only, and so many of them."""

import re

from text_unidecode import unidecode

from ledger.refusals import Refused

NOT_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
"""What banks in SEPA need not take (EPC217-08, the basic Latin set)."""
NOT_ACH = re.compile(r"[^\x20-\x7e]")


def sepa_text(text: str, longest: int) -> str:
    """The text in the basic Latin set, other letters as what they sound like, cut to its field."""
    plain = NOT_SEPA.sub(" ", unidecode(text.replace("&", "+").replace("ß", "ss")))
    return " ".join(plain.split())[:longest].strip()


def sepa_id(text: str) -> str:
    """An identifier as it is. Raises Refused for one that banks need not take, which would be changed on its way."""
    is_sound = not NOT_SEPA.search(text) and text == text.strip() and 0 < len(text) <= 35
    if not is_sound or text[0] == "/" or text[-1] == "/" or "//" in text:
        raise Refused(f"Banks do not take {text!r} as an identifier.", code="bad_payment_id")
    return text


def ach_text(text: str, width: int) -> str:
    """The text in ASCII, filled up with blanks or cut to its field."""
    return NOT_ACH.sub(" ", unidecode(text))[:width].ljust(width)
