"""Countries as people write them."""

from functools import cache

from babel import Locale

ALSO = {"EIRE": "IE", "RSA": "ZA", "UK": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "USA": "US", "KOREA": "KR"}
"""Names in use that no list has."""


def country_code(name: str) -> str:
    """The ISO code of a country by its code or English name; nothing where it cannot be told."""
    return _codes().get(name.strip().upper(), "")


@cache
def _codes() -> dict[str, str]:
    names = {code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    return {name.upper(): code for code, name in names.items()} | {code: code for code in names} | ALSO
