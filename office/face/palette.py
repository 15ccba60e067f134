"""What a company's colour becomes on its customers' pages, light and dark, so that everything can be read."""

from dataclasses import dataclass

from office.face.colours import WHITE, mixed, readable_shade, readable_tone

LIGHT_GROUNDS = ("#f4f5f7", "#ffffff", "#f4f6f9")
DARK_GROUNDS = ("#0f1319", "#171c25", "#1d2430")
"""Page, card and sunken parts, as static/css/portal.css has them."""
SOFT = 26
"""So many 255ths of the colour are in the ground of a note."""


@dataclass(frozen=True)
class Theme:
    """The ground of a button and what is written on it; links and lines; the ground of a note."""

    fill: str
    on_fill: str
    ink: str
    soft: str


@dataclass(frozen=True)
class Palette:
    light: Theme
    dark: Theme


def palette_of(accent: str) -> Palette:
    """The colours of a company whose accent can be read on white."""
    return Palette(_light(accent), _dark(accent))


def _light(accent: str) -> Theme:
    soft = mixed(accent, WHITE, SOFT)
    return Theme(accent, WHITE, readable_shade(accent, *LIGHT_GROUNDS, soft), soft)


def _dark(accent: str) -> Theme:
    """Buttons are light with dark letters: a dark colour would not stand out from the page."""
    page, card, sunken = DARK_GROUNDS
    soft = mixed(accent, sunken, 2 * SOFT)
    tone = readable_tone(accent, page, card, sunken, soft)
    return Theme(tone, page, tone, soft)
