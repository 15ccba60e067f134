"""Text and amounts as other programs take them: one line, in their letters, of their length."""

import re
from decimal import Decimal
from unicodedata import category, normalize

from ledger.refusals import Refused

_BARRED = dict(zip("łŁđĐħĦŧŦı", "lLdDhHtTi", strict=True))
"""Letters with a bar, which Unicode does not take apart."""
_SPACES = re.compile(r"\s+")


def one_line(text: str, longest: int | None = None) -> str:
    """Text without line ends, tabs and other signs that steer, cut to a length."""
    if text.isprintable() and "  " not in text:  # as nearly all is: looking at each sign takes far longer
        return text.strip()[:longest].rstrip()
    plain = "".join(" " if category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text)
    return _SPACES.sub(" ", plain).strip()[:longest].rstrip()


def western(text: str) -> str:
    """Text in the letters of Windows-1252: accents that it lacks are dropped, and what it has no letter for is ?."""
    return text if text.isascii() else "".join(_western_sign(sign) for sign in text)


def _western_sign(sign: str) -> str:
    if _fits(sign):
        return sign
    base = _BARRED.get(sign) or normalize("NFKD", sign)[:1]
    return base if _fits(base) else "?"


def _fits(sign: str) -> bool:
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def cents(amount: Decimal, entry_key: str, digits: int = 10) -> str:
    """An amount with two places and a point. Raises Refused where it has more, or more digits before the point."""
    rounded = amount.quantize(Decimal("0.01"))
    if rounded != amount or abs(amount) >= 10**digits:
        raise Refused(
            f"Entry {entry_key} has an amount of {amount.normalize():f}, which this format cannot carry:"
            f" it has two places and {digits} digits before them.",
            code="amount_not_carried",
        )
    return f"{rounded:f}"
