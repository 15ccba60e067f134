"""Folding text so that people find it however they type it."""

import unicodedata

from office.persons import sees_persons


def fold(text: str) -> str:
    """Lower case without accents, single blanks: "Müller  & Söhne" becomes "muller & sohne"."""
    lower = text.casefold()
    if not lower.isascii():
        lower = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    return " ".join(lower.split())


def searched_sql(alias: str) -> str:
    """The folded words that a row of customers is found by, in SQL: without its people for who may not see persons."""
    if sees_persons():
        return f"{alias}.search_text"
    return f"lower(concat_ws(' ', {alias}.number, {alias}.sort_name, {alias}.tax_id))"
