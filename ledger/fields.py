"""The column types of money: amounts have four places, prices, quantities and rates six."""

from typing import Any

from django.db import models


class AmountField(models.DecimalField):
    """An amount, quantised to its currency's places before it gets here: numeric(19, 4)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 19, "decimal_places": 4, **kwargs})


class RateField(models.DecimalField):
    """A unit price, quantity, percentage or exchange rate: numeric(19, 6)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 19, "decimal_places": 6, **kwargs})


class CurrencyField(models.CharField):
    """An ISO 4217 code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 3, **kwargs})
