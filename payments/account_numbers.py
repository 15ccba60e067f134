"""Account numbers as files and people write them."""

import re


def plain_number(number: str) -> str:
    """A number without spaces and signs, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def is_account_number(said: str, ours: str) -> bool:
    """Whether a file's account number is ours: the IBAN, or the bank's code and the number within it."""
    if plain_number(said) == plain_number(ours):
        return bool(said)
    said, ours = said.upper().replace(" ", ""), ours.upper().replace(" ", "")
    bank, slash, number = said.partition("/")
    is_iban = re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", ours)
    return bool(
        slash and is_iban and bank and number and ours[4:].startswith(bank) and _ends(ours[4 + len(bank) :], number)
    )


def _ends(inside: str, number: str) -> bool:
    """Whether what an IBAN holds behind the bank's code is the number, filled up with zeros."""
    return inside.lstrip("0") == number.lstrip("0")
