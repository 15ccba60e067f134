"""Folding text so that people find it however they type it."""

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents, single blanks: "Müller  & Söhne" becomes "muller & sohne"."""
    lower = text.casefold()
    if not lower.isascii():
        lower = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    return " ".join(lower.split())
