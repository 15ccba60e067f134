"""How wide a paper's columns must be, so that no figure breaks: by the widest letters of our font."""

from collections.abc import Sequence
from functools import cache
from math import ceil
from unicodedata import east_asian_width

EM_MM, DENSE_EM_MM = 3.175, 2.47  # 9 pt, and 7 pt where figures need nearly all of the width
PADDING_MM = 3.4
WIDTH_MM, LEAST_TEXT_MM = 174, 45


def width_mm(texts: Sequence[str], em: float) -> int:
    """How wide a column is that holds these texts in letters of so many millimetres; none needs no room."""
    return ceil(max(map(_ems, texts)) * em + PADDING_MM) if texts else 0


def _ems(text: str) -> float:
    """How wide a text is at most, in ems of our font."""
    return sum(_letter_ems(letter) for letter in text)


@cache
def _letter_ems(letter: str) -> float:
    if letter.isdecimal():
        return 0.64
    if letter in ".,'’ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}":
        return 0.31
    if letter in "%@mwMW":
        return 0.95
    if east_asian_width(letter) in "WF":
        return 1.02
    return 0.76 if letter.isupper() else 0.66
