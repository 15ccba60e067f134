"""Where a company's privacy notice stands, which every page of its customers links (GDPR Art. 13 and 14)."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from ledger.refusals import Refused

LONGEST_NOTICE = 500
is_https = URLValidator(schemes=["https"])


def require_notice_address(address: str) -> None:
    """Raise Refused for what is no web address by https, is too long to be kept, or tells a log-in."""
    try:
        is_https(address)
    except ValidationError as error:
        raise Refused(
            f"{address[:100]} is no address of a privacy notice. Write it whole, such as https://example.com/privacy.",
            code="bad_notice",
        ) from error
    if len(address) > LONGEST_NOTICE:
        raise Refused(f"The address of a privacy notice has at most {LONGEST_NOTICE} characters.", code="bad_notice")
    if "@" in urlsplit(address).netloc:
        raise Refused("Leave the log-in out of the address: every customer reads it.", code="bad_notice")
