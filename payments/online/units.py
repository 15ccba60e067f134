"""Amounts in a currency's smallest unit, as providers want them: 12345 for 12,345 yen, 10000 for 100.00 dollars."""

from collections.abc import Mapping
from decimal import Decimal

from ledger.money import places


def smallest_units(amount: Decimal, currency: str, special: Mapping[str, int] | None = None) -> int:
    """The amount in smallest units. Raises ValueError where it is no whole number of them.

    `special` has the places of currencies that a provider counts otherwise than ISO 4217.
    """
    units = amount.scaleb(_places(currency, special))
    if units != units.to_integral_value():
        raise ValueError(f"{amount} {currency} is no whole number of its smallest units.")
    return int(units)


def from_smallest_units(units: int, currency: str, special: Mapping[str, int] | None = None) -> Decimal:
    """The amount of so many smallest units. Raises UnknownCurrency."""
    return Decimal(units).scaleb(-_places(currency, special))


def _places(currency: str, special: Mapping[str, int] | None) -> int:
    known = places(currency)
    return (special or {}).get(currency, known)
