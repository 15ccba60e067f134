"""Colours that can be read: the contrast of two of them (WCAG 2.2), and the shade or tone of one that has enough.

A colour is written as # and six digits. Letters need 4.5 to 1; on lighter grounds a shade is darker, on darker ones a
tone lighter, both of the same hue.
"""

import re
from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

from ledger.refusals import Refused

LEAST_CONTRAST = 4.5
WHITE, BLACK = "#ffffff", "#000000"
STEPS = 255
"""As many as a channel has."""


def require_readable(colour: str) -> None:
    """Raise Refused for what is no colour, or too light to be read on white; the message names a shade that is not."""
    if not re.fullmatch("#[0-9a-f]{6}", colour):
        raise Refused(f"{colour!r} is no colour. Write it as # and six digits, such as #1f4e8c.", code="bad_colour")
    if contrast_with_white(colour) < LEAST_CONTRAST:
        raise Refused(
            f"{colour} is too light to be read on white paper: its contrast is {told(contrast_with_white(colour))} "
            f"to 1, and {LEAST_CONTRAST} to 1 is needed. {readable_shade(colour)} is the same colour, dark enough.",
            code="colour_too_light",
        )


def contrast_with_white(colour: str) -> float:
    """From 1 for white itself to 21 for black."""
    return contrast(colour, WHITE)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 for the same colour to 21 for black and white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def told(ratio: float) -> str:
    """A contrast as it is said: to two places, and never as more than it is."""
    return f"{Decimal(ratio).quantize(Decimal('0.01'), ROUND_FLOOR):f}"


def readable_shade(colour: str, *grounds: str) -> str:
    """The lightest shade of a colour that can be read on light grounds; on white where none is named."""
    return _first_readable((mixed(colour, BLACK, step) for step in range(STEPS, -1, -1)), grounds or (WHITE,))


def readable_tone(colour: str, *grounds: str) -> str:
    """The tone nearest to a colour that can be read on dark grounds."""
    return _first_readable((mixed(colour, WHITE, step) for step in range(STEPS, -1, -1)), grounds)


def mixed(colour: str, other: str, share: int) -> str:
    """So many 255ths of a colour with the rest of another."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{(one * share + rest * (STEPS - share)) // STEPS:02x}" for one, rest in pairs)


def _first_readable(colours: Iterable[str], grounds: Iterable[str]) -> str:
    grounds = list(grounds)
    return next(each for each in colours if all(contrast(each, ground) >= LEAST_CONTRAST for ground in grounds))


def _luminance(colour: str) -> float:
    red, green, blue = map(_linear, _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
