"""Whether a message of Amazon's SNS is Amazon's: its signature, by a certificate that lies at an address of Amazon's.

The rules are those of "Verifying the signatures of Amazon SNS messages" in the developer guide. The certificate's own
word counts for nothing before its address is one of SNS, over HTTPS; it is kept for a day.
"""

import re
import urllib.request
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate
from django.core.cache import cache
from django.utils import timezone

CERTIFICATES = re.compile(
    r"https://sns\.[a-z]{2}(-[a-z]+){1,3}-\d{1,2}\.amazonaws\.com(\.cn)?/SimpleNotificationService-[0-9a-f]{16,64}\.pem"
)
HASHES: Mapping[str, type[hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}
NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SECONDS, LARGEST, DAY = 10, 20_000, 24 * 3600


class NotAmazons(Exception):
    """The message is not signed, or not by Amazon; the words say what is wrong with it."""


def require_amazons(message: Mapping[str, Any]) -> None:
    """Raise NotAmazons for a message that Amazon did not sign as it stands."""
    address, version = message.get("SigningCertURL"), message.get("SignatureVersion")
    if not isinstance(address, str) or not CERTIFICATES.fullmatch(address):
        raise NotAmazons("Its certificate lies nowhere that is Amazon's.")
    if not isinstance(version, str) or version not in HASHES:
        raise NotAmazons("It is signed in no way that is known.")
    certificate = load_pem_x509_certificate(_certificate(address))
    if not certificate.not_valid_before_utc <= timezone.now() <= certificate.not_valid_after_utc:
        raise NotAmazons("Its certificate counts no more, or not yet.")
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise NotAmazons("Its signature is not Amazon's.")
    try:
        signature = b64decode(str(message.get("Signature")), validate=True)
        key.verify(signature, signed_text(message), PKCS1v15(), HASHES[version]())
    except (InvalidSignature, ValueError) as error:
        raise NotAmazons("Its signature is not Amazon's.") from error


def signed_text(message: Mapping[str, Any]) -> bytes:
    """What the signature is of: the fields that count, each name and value in a line of its own."""
    names = NOTIFICATION if message.get("Type") == "Notification" else CONFIRMATION
    return "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None).encode()


def _certificate(address: str) -> bytes:
    kept: str | None = cache.get(f"sns:{address}")
    if kept is None:
        kept = fetched(address).decode("latin-1")  # a certificate's own form is ASCII; anything else is refused later
        cache.set(f"sns:{address}", kept, DAY)
    return kept.encode("latin-1")


def fetched(address: str) -> bytes:
    """What lies at an address of Amazon's, and nowhere that it leads on to. Raises NotAmazons where nothing does."""
    try:
        with _opener.open(address, timeout=SECONDS) as answer:
            return bytes(answer.read(LARGEST))
    except OSError as error:
        raise NotAmazons("Its certificate cannot be read now.") from error


class _StaysThere(urllib.request.HTTPRedirectHandler):
    """An answer that leads elsewhere is an error."""

    def redirect_request(self, *told: Any, **more: Any) -> None:
        return None


_opener = urllib.request.build_opener(_StaysThere)
