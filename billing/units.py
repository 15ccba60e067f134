"""Units of products: UN/ECE Recommendation 20 codes, and the short words for them that lines print."""

import re

from billing.einvoice.units import WORDS

UNITS = {code: words.split()[0] for code, words in WORDS.items()}
"""The codes that have a word; every other code of the recommendation prints as itself."""
_CODES = {word: code for code, words in WORDS.items() for word in words.split()}
_FORM = re.compile(r"[A-Z0-9]{2,3}")


def unit_word(code: str) -> str:
    """What a line prints for a code."""
    return UNITS.get(code, code)


def unit_code(text: str) -> str:
    """The code of what somebody typed, a code or a word; nothing where it is neither."""
    typed = text.strip()
    code = _CODES.get(typed.casefold()) or typed.upper()
    return code if _FORM.fullmatch(code) else ""


def unit_choices() -> list[tuple[str, str]]:
    """The codes that have a word, to choose from."""
    return [(code, f"{word} ({code})") for code, word in UNITS.items()]
