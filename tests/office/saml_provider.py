"""A provider of log-ins by SAML 2.0 that really signs, and what somebody makes of its answers who wants to come in."""

from base64 import b64decode, b64encode
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import decompress

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod, XMLSigner

ENTITY, ADDRESS = "https://idp.example/saml", "https://idp.example/saml/log-in"
OURS, BACK = "http://localhost:8000/log-in/saml/metadata/", "http://localhost:8000/log-in/saml/back/"
NAMES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
RESPONSE = """<samlp:Response xmlns:samlp="{samlp}" xmlns:saml="{saml}" ID="_response" Version="2.0"
  IssueInstant="{now}" Destination="{destination}" InResponseTo="{asked}"><saml:Issuer>{issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status>
<saml:Assertion ID="_assertion" Version="2.0" IssueInstant="{now}"><saml:Issuer>{assertion_issuer}</saml:Issuer>
<saml:Subject><saml:NameID Format="{format}">{name}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
  InResponseTo="{confirmed}" Recipient="{recipient}" NotOnOrAfter="{ends}"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{begins}" NotOnOrAfter="{ends}"><saml:AudienceRestriction>
<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}"/>{attributes}</saml:Assertion>
</samlp:Response>"""


def moment(later: timedelta = timedelta()) -> str:
    """The moment that is so much later than now, as SAML writes it."""
    return f"{datetime.now(UTC) + later:%Y-%m-%dT%H:%M:%SZ}"


@cache
def key_and_certificate(name: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A key of a provider, with a certificate that it signed itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(whose).issuer_name(whose).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    return key, builder.not_valid_after(datetime(2046, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())


def metadata(*names: str) -> str:
    """What the provider says of itself, with the certificates of these keys."""
    keys = ""
    for name in names:
        pem = key_and_certificate(name)[1].public_bytes(Encoding.PEM).decode()
        text = "".join(pem.splitlines()[1:-1])
        keys += (
            '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
            f"<ds:X509Certificate>{text}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        )
    return (
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}">'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{NAMES["samlp"]}">{keys}<md:SingleSignOnService'
        f' Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{ADDRESS}"/>'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


@dataclass
class Provider:
    """The provider, and what it says of whoever comes; what is a time from now is said as a moment."""

    email: str = ""
    key: str = "first"
    signs: str = "saml:Assertion"
    by: SignatureMethod = SignatureMethod.RSA_SHA256
    digest: DigestAlgorithm = DigestAlgorithm.SHA256
    says: dict[str, Any] = field(default_factory=dict)

    def asked(self, address: str) -> etree._Element:
        """The request that a browser is sent to the provider with."""
        [packed] = parse_qs(urlsplit(address).query)["SAMLRequest"]
        return etree.fromstring(decompress(b64decode(packed), wbits=-15))

    def document(self, address: str) -> etree._Element:
        """The signed answer to a request."""
        asked = self.asked(address).get("ID", "")
        facts = NAMES | {
            "now": timedelta(),
            "begins": timedelta(seconds=-10),
            "ends": timedelta(minutes=5),
            "asked": asked,
            "confirmed": asked,
            "destination": BACK,
            "recipient": BACK,
            "audience": OURS,
            "issuer": ENTITY,
            "assertion_issuer": ENTITY,
            "status": "Success",
            "format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            "name": self.email,
            "attributes": "",
        }
        said = {
            name: moment(fact) if isinstance(fact, timedelta) else fact for name, fact in (facts | self.says).items()
        }
        return self.signed(etree.fromstring(RESPONSE.format(**said)))

    def signed(self, root: etree._Element) -> etree._Element:
        """The document with the signature in what the provider signs."""
        key, certificate = key_and_certificate(self.key)
        kinds: dict[str, Any] = {"signature_algorithm": self.by, "digest_algorithm": self.digest}
        signer = _AlsoBySha1(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#", **kinds)
        where = root if self.signs == "samlp:Response" else root.find(self.signs, NAMES)
        if where is None:
            return root
        done = signer.sign(where, key=key, cert=[certificate], reference_uri=where.get("ID"), id_attribute="ID")
        if where is root:
            return done
        done.tail = where.tail
        root.replace(where, done)
        return root

    def answer(self, address: str) -> str:
        """What the provider has the browser post."""
        return packed(self.document(address))


class _AlsoBySha1(XMLSigner):
    def check_deprecated_methods(self) -> None:
        """Old providers sign so, and we are to refuse it."""


def packed(root: etree._Element) -> str:
    """A document as it is posted."""
    return b64encode(etree.tostring(root)).decode()


def write_metadata(folder: Path, *names: str) -> Path:
    """The file that our settings name."""
    file = folder / "provider.xml"
    file.write_text(metadata(*names))
    return file


def evil(assertion: etree._Element, email: str, **attributes: str) -> etree._Element:
    """The assertion with another address, no signature, and what else is to be other."""
    made = deepcopy(assertion)
    made.tail = None
    for signature in made.findall("ds:Signature", NAMES):
        made.remove(signature)
    name = made.find("saml:Subject/saml:NameID", NAMES)
    assert name is not None
    name.text = email
    for key, value in attributes.items():
        made.set(key, value)
    return made
