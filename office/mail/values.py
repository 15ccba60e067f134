"""What a text is filled in with where it is looked at: something of a customer's, or made-up values."""

from collections.abc import Mapping

from django.utils.translation import override

from office.mail.texts import TextKind
from office.mail.variables import Value
from office.models import Company, User


def values_for(
    kind: TextKind, stage: str, language: str, company: Company, reader: User, customer_id: int | None = None
) -> Mapping[str, Value]:
    """Values of the customer's where they have something that fits and the reader may see; else made-up ones."""
    with override(language):
        real = kind.real(reader, customer_id, stage) if customer_id else None
        return kind.sample(company, stage) if real is None else real
