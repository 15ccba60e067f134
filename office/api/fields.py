"""What input and output are made of: amounts are strings in their currency's places, always beside the currency."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import get_attribute

from ledger.fields import EXCHANGE_RATE
from ledger.money import round_money
from office.days import is_likely_meant
from office.persons import emails_in, person_email, person_name, person_phone, person_text


@extend_schema_field({"type": "string", "format": "decimal", "example": "100.00"})
class AmountOut(serializers.Field):
    """An amount in the places of the currency that stands at the path `currency` of the same row."""

    def __init__(self, currency: str = "currency", **kwargs: Any) -> None:
        self.currency = currency.split(".")
        super().__init__(read_only=True, **kwargs)

    def get_attribute(self, instance: Any) -> tuple[Decimal | None, str]:
        return super().get_attribute(instance), get_attribute(instance, self.currency)

    def to_representation(self, value: tuple[Decimal | None, str]) -> str | None:
        amount, currency = value
        return None if amount is None else str(round_money(amount, currency))


@extend_schema_field({"type": "string", "format": "decimal", "example": "19"})
class RateOut(serializers.Field):
    """A quantity, price, percentage or exchange rate with as many places as it needs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Decimal) -> str:
        return f"{value.normalize():f}"


class _PersonOut(serializers.CharField):
    """Something of a person, masked where the caller's role does not see persons' data."""

    mask = staticmethod(person_text)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return self.mask(str(value))


class PersonNameOut(_PersonOut):
    """A person's name: `E••• B•••` where it is masked."""

    mask = staticmethod(person_name)


class PersonEmailOut(_PersonOut):
    """A person's e-mail address: `e•••@bramble.example` where it is masked."""

    mask = staticmethod(person_email)


class PersonPhoneOut(_PersonOut):
    """A person's telephone number: `+49 ••• 21` where it is masked."""

    mask = staticmethod(person_phone)


class PersonTextOut(_PersonOut):
    """What may say anything of a person: `•••` where it is masked."""


class WordsOut(_PersonOut):
    """Words, in which e-mail addresses may be masked."""

    mask = staticmethod(emails_in)


class NumberIn(serializers.DecimalField):
    """A number written as a string: what JSON calls a number loses cents on its way."""

    default_error_messages = {"not_a_string": 'Write numbers as strings, such as "100.00".'}

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str):
            self.fail("not_a_string")
        return super().to_internal_value(data)


class AmountIn(NumberIn):
    """An amount; whether it fits its currency's places is the operation's word."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=19, decimal_places=4, **kwargs)


class RateIn(NumberIn):
    """A quantity, price or percentage."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=19, decimal_places=6, **kwargs)


class CurrencyRateIn(NumberIn):
    """What one of a currency is in another."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**EXCHANGE_RATE, **kwargs)


class IdIn(serializers.IntegerField):
    """The id of one of our rows."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **kwargs)


class Input(serializers.Serializer):
    """What a caller sends; a field we do not know is an error, not a wish left out in silence."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError({name: ["There is no such field."] for name in sorted(unknown)})
        read: dict[str, Any] = super().to_internal_value(data)
        slips = [name for name, day in read.items() if isinstance(day, date) and not is_likely_meant(day)]
        if slips:
            raise serializers.ValidationError({name: ["Look at the year."] for name in slips})
        return read


class Query(Input):
    """What stands in an address behind the question mark."""

    company = IdIn(required=False, help_text="The company to work in; the header `Company` says it too.")


@extend_schema_field({"type": "string", "format": "byte"})
class FileIn(serializers.Field):
    """A file's bytes, written in Base64."""

    default_error_messages = {"not_base64": "Write the file in Base64."}

    def to_internal_value(self, data: Any) -> bytes:
        try:
            return b64decode(data, validate=True)
        except (TypeError, ValueError):
            self.fail("not_base64")
