"""Folding text so that people find it however they type it."""

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents, single blanks: "Müller  & Söhne" becomes "muller & sohne"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.split())
