"""What may be an e-mail address."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ledger.refusals import Refused

LONGEST = 254  # RFC 5321, as errata 1690 has it


def require_email(text: str) -> None:
    """Refuse what is no address, or longer than any can be."""
    try:
        validate_email(text)
    except ValidationError as error:
        raise _no_address(text) from error
    if len(text) > LONGEST:
        raise _no_address(text)


def _no_address(text: str) -> Refused:
    return Refused(f"{text[:100]} is not an e-mail address.", code="bad_email")


def masked(address: str) -> str:
    """An address that its owner knows again and nobody else learns: `m•••@example.com`."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}•••{at}{domain}"
