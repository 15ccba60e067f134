"""Text in spreadsheets: a cell that begins like a formula is made harmless on its way out, and comes back as it was.

The rule: text that begins with = + - @, tab or return, after any number of apostrophes, gets one apostrophe in front;
on import one apostrophe in front of such text is taken away. Amounts are numbers, not text, and are left alone.
"""

import re

_LIKE_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guard(text: str) -> str:
    """Text as it goes into a file."""
    return f"'{text}" if _LIKE_FORMULA.match(text) else text


def unguard(text: str) -> str:
    """Text as it was before it went into a file."""
    return text[1:] if _GUARDED.match(text) else text
