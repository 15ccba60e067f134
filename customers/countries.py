"""Countries as people write them."""

from functools import cache

from babel import Locale

ALSO = {"EIRE": "IE", "RSA": "ZA", "UK": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "USA": "US", "KOREA": "KR"}
"""Names in use that no list has."""
OFFICIAL = {
    "UNITED STATES OF AMERICA": "US",
    "UNITED KINGDOM OF GREAT BRITAIN AND NORTHERN IRELAND": "GB",
    "COMMONWEALTH OF AUSTRALIA": "AU",
    "FEDERAL REPUBLIC OF GERMANY": "DE",
    "FEDERATIVE REPUBLIC OF BRAZIL": "BR",
    "FRENCH REPUBLIC": "FR",
    "GRAND DUCHY OF LUXEMBOURG": "LU",
    "HELLENIC REPUBLIC": "GR",
    "ITALIAN REPUBLIC": "IT",
    "KINGDOM OF BELGIUM": "BE",
    "KINGDOM OF DENMARK": "DK",
    "KINGDOM OF NORWAY": "NO",
    "KINGDOM OF SPAIN": "ES",
    "KINGDOM OF SWEDEN": "SE",
    "KINGDOM OF THE NETHERLANDS": "NL",
    "PORTUGUESE REPUBLIC": "PT",
    "REPUBLIC OF AUSTRIA": "AT",
    "REPUBLIC OF BULGARIA": "BG",
    "REPUBLIC OF CROATIA": "HR",
    "REPUBLIC OF CYPRUS": "CY",
    "REPUBLIC OF ESTONIA": "EE",
    "REPUBLIC OF FINLAND": "FI",
    "REPUBLIC OF INDIA": "IN",
    "REPUBLIC OF LATVIA": "LV",
    "REPUBLIC OF LITHUANIA": "LT",
    "REPUBLIC OF MALTA": "MT",
    "REPUBLIC OF POLAND": "PL",
    "REPUBLIC OF SINGAPORE": "SG",
    "REPUBLIC OF SLOVENIA": "SI",
    "REPUBLIC OF SOUTH AFRICA": "ZA",
    "CZECH REPUBLIC": "CZ",
    "SLOVAK REPUBLIC": "SK",
    "SWISS CONFEDERATION": "CH",
    "UNITED MEXICAN STATES": "MX",
}
"""The formal names that some products write."""


def country_code(name: str) -> str:
    """The ISO code of a country by its code or English name; nothing where it cannot be told."""
    return _codes().get(name.strip().upper(), "")


@cache
def _codes() -> dict[str, str]:
    names = {code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    return {name.upper(): code for code, name in names.items()} | {code: code for code in names} | ALSO | OFFICIAL
