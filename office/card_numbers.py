"""Numbers of payment cards are kept nowhere: what people write in their own words is kept without them."""

import re

from stdnum import luhn

_WRITTEN = re.compile(r"(?<!\w)(?<!\d[ -])\d(?:[ -]?\d){14,15}(?!\w)(?![ -]?\d)")
_OF_A_NETWORK = re.compile(r"3[47]|4|5[1-5]|2[2-7]|6")
"""How the numbers of Amex, Visa, Mastercard, and of Discover, Maestro and UnionPay begin (ISO/IEC 7812)."""


def without_card_numbers(text: str) -> str:
    """The text with only the last four digits of each card number: 15 or 16 digits whose last one is right."""
    return _WRITTEN.sub(_shortened, text)


def _shortened(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    is_card = _OF_A_NETWORK.match(digits) and luhn.is_valid(digits)
    return f"•••• {digits[-4:]}" if is_card else found[0]
