"""The column types of money: amounts have four places, prices, quantities and percentages six, exchange rates ten."""

from collections import defaultdict
from functools import cache
from typing import Any

from babel.numbers import list_currencies
from django.db import models
from django.db.models.functions import Round

from ledger.money import places


def field_of(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """The column of a name."""
    return {field.name: field for field in model._meta.fields}[name]


def label_of(model: type[models.Model], name: str) -> str:
    """What a column is called in words."""
    return str(field_of(model, name).verbose_name)


class AmountField(models.DecimalField):
    """An amount, quantised to its currency's places before it gets here: numeric(19, 4)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 19, "decimal_places": 4, **kwargs})


class RateField(models.DecimalField):
    """A unit price, quantity or percentage: numeric(19, 6)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 19, "decimal_places": 6, **kwargs})


EXCHANGE_RATE: dict[str, Any] = {"max_digits": 19, "decimal_places": 10}
"""What an exchange rate may be, here and where it is typed: a million yen in euros comes out to the cent."""


class ExchangeRateField(models.DecimalField):
    """What one of a currency is in another: numeric(19, 10)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **EXCHANGE_RATE | kwargs)


class CurrencyField(models.CharField):
    """An ISO 4217 code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 3, **kwargs})


USUAL_PLACES = 2


def rounded(name: str, currency: str) -> models.Case:
    """What the database has under a name, in the places of the currency beside it, as `round_money` rounds."""
    others = (models.When(**{f"{currency}__in": codes}, then=Round(name, digits)) for digits, codes in _by_places())
    return models.Case(*others, default=Round(name, USUAL_PLACES), output_field=AmountField())


@cache
def _by_places() -> list[tuple[int, list[str]]]:
    """The currencies that have other than two places, by how many they have."""
    found: dict[int, list[str]] = defaultdict(list)
    for code in sorted(list_currencies()):
        found[places(code)].append(code)
    return [(digits, codes) for digits, codes in found.items() if digits != USUAL_PLACES]
