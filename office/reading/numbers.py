"""Numbers as people in different countries write them, decided for a whole column and never guessed."""

import re
from decimal import Decimal
from enum import StrEnum

_SIGNS = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{NO-BREAK SPACE}": "", "\N{NARROW NO-BREAK SPACE}": "", " ": "", "'": ""}
)
_SHAPE = re.compile(r"[+-]?[0-9.,]*[0-9][.,]?-?")


class DecimalSign(StrEnum):
    """What stands before the cents."""

    POINT = "."
    COMMA = ","

    @property
    def thousands(self) -> str:
        """The other sign, which only groups digits."""
        return "," if self is DecimalSign.POINT else "."


class NumberEvidence:
    """What the numbers of a column tell of their decimal sign; each is shown to it once."""

    def __init__(self) -> None:
        self.signs: set[DecimalSign] = set()
        self.is_open = False

    def see(self, text: str) -> None:
        """Learn from one cell."""
        digits = text.translate(_SIGNS).strip("+-")
        if "." not in digits and "," not in digits:
            return
        sign = _decimal_sign(digits)
        if sign:
            self.signs.add(sign)
        else:
            self.is_open = True

    def decide(self) -> DecimalSign | None:
        """The sign that all agree on; any where there is nothing to tell apart; None where it stays open."""
        if len(self.signs) == 1:
            return next(iter(self.signs))
        return DecimalSign.POINT if not self.signs and not self.is_open else None


def _decimal_sign(digits: str) -> DecimalSign | None:
    """What one number says for itself; 1.000 says nothing."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return DecimalSign(max(".", ",", key=digits.rfind))
    sign = DecimalSign.POINT if points else DecimalSign.COMMA
    if points + commas > 1:
        return DecimalSign(sign.thousands)
    whole, _, part = digits.partition(sign)
    could_be_thousands = len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    return None if could_be_thousands else sign


def read_number(text: str, sign: DecimalSign) -> Decimal:
    """The number. Raises ValueError for what is none in this way of writing: groups of thousands are whole."""
    plain = text.translate(_SIGNS)
    if not _SHAPE.fullmatch(plain):
        raise ValueError("is not a number")
    minus = plain.startswith("-") != plain.endswith("-")
    whole, _, part = plain.strip("+-").partition(sign)
    groups = whole.split(sign.thousands)
    grouped_well = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    if not grouped_well or sign in part or sign.thousands in part:
        raise ValueError("is not a number")
    number = Decimal(f"{''.join(groups)}.{part}" if part else "".join(groups))
    return -number if minus else number
