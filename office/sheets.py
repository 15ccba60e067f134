"""Text in spreadsheets: a cell that begins like a formula is made harmless on its way out, and comes back as it was.

The rule: text that begins with = + - @, tab or return, after any number of apostrophes, gets one apostrophe in front;
on import one apostrophe in front of such text is taken away. Amounts are numbers, not text, and are left alone.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

_LIKE_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guard(text: str) -> str:
    """Text as it goes into a file."""
    return f"'{text}" if _LIKE_FORMULA.match(text) else text


def unguard(text: str) -> str:
    """Text as it was before it went into a file."""
    return text[1:] if _GUARDED.match(text) else text


def csv_rows(before: bytes, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file with these rows added; an empty one begins with its heads."""
    text = StringIO()
    lines = csv.writer(text)
    if not before:
        lines.writerow(heads)
    lines.writerows([guard(cell) for cell in row] for row in rows)
    return before + text.getvalue().encode()
