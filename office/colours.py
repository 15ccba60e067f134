"""Colours that print well: whether a letter in one can be read on white paper (WCAG 2.2, contrast ratio)."""

import re

from ledger.refusals import Refused

LEAST_CONTRAST = 4.5


def require_readable(colour: str) -> None:
    """Raise Refused for what is no colour, or too light to be read on white; the message names a shade that is not."""
    if not re.fullmatch("#[0-9a-f]{6}", colour):
        raise Refused(f"{colour!r} is no colour. Write it as # and six digits, such as #1f4e8c.", code="bad_colour")
    contrast = contrast_with_white(colour)
    if contrast < LEAST_CONTRAST:
        raise Refused(
            f"{colour} is too light to be read on white paper: its contrast is {contrast:.1f} to 1, and "
            f"{LEAST_CONTRAST} to 1 is needed. {readable_shade(colour)} is the same colour, dark enough.",
            code="colour_too_light",
        )


def contrast_with_white(colour: str) -> float:
    """From 1 for white itself to 21 for black."""
    red, green, blue = map(_linear, _channels(colour))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def readable_shade(colour: str) -> str:
    """The lightest shade of a colour that can be read on white."""
    for percent in range(100, -1, -1):
        shade = "#" + "".join(f"{channel * percent // 100:02x}" for channel in _channels(colour))
        if contrast_with_white(shade) >= LEAST_CONTRAST:
            return shade
    raise AssertionError("black can be read on white")


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
