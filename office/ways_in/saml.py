"""Logging in by the company's own provider by SAML 2.0: what is asked, and what of the answer is believed.

Of an answer only the one assertion is read that is signed, in the bytes that the signature was made of: whatever else
is wrapped around it says nothing here. An answer holds for the browser that asked, for what it asked, and once.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlencode
from zlib import compressobj

from cryptography import x509
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import SignXMLException

from office.ways_in.single_sign_on import SignOnFailed, require_safe

ASSERTION, PROTOCOL = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA, SIGNATURE = "urn:oasis:names:tc:SAML:2.0:metadata", "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"saml": ASSERTION, "samlp": PROTOCOL, "md": METADATA, "ds": SIGNATURE}
REDIRECT, POST = (f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{way}" for way in ("Redirect", "POST"))
AUDIENCE = "saml:Conditions/saml:AudienceRestriction/saml:Audience"
EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
SUCCESS, BEARER = "urn:oasis:names:tc:SAML:2.0:status:Success", "urn:oasis:names:tc:SAML:2.0:cm:bearer"
EMAIL_ATTRIBUTES = {
    "email",
    "mail",
    "emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
}
SIGNED_BY = SignatureConfiguration(
    signature_methods=frozenset(
        {
            *(SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512),
            *(SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512),
        }
    ),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}),
    location="./",
)
"""Never by SHA-1, nor by a secret that both have; the signature stands in what it signs."""
LEEWAY = timedelta(seconds=60)
LONGEST = 200_000


@dataclass(frozen=True)
class Provider:
    """What the provider's metadata say: its name, where people are sent, and the certificates of its keys."""

    entity_id: str
    address: str
    certificates: tuple[str, ...]


def is_set_up() -> bool:
    """Whether there is a provider by SAML."""
    return bool(settings.SAML_METADATA)


def entity_id() -> str:
    """What we are called: the address of our metadata."""
    return f"{settings.SITE_URL}/log-in/saml/metadata/"


def back() -> str:
    """Where the provider sends people back to: of SITE_URL, never of a header."""
    return f"{settings.SITE_URL}/log-in/saml/back/"


def ask() -> tuple[str, str]:
    """The provider's address to go to, and the id of what is asked there. Raises SignOnFailed."""
    said, asked = provider(), f"_{token_hex(20)}"
    request = etree.Element(
        f"{{{PROTOCOL}}}AuthnRequest",
        {
            "ID": asked,
            "Version": "2.0",
            "IssueInstant": f"{timezone.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "Destination": said.address,
            "ProtocolBinding": POST,
            "AssertionConsumerServiceURL": back(),
        },
        nsmap={"samlp": PROTOCOL, "saml": ASSERTION},
    )
    etree.SubElement(request, f"{{{ASSERTION}}}Issuer").text = entity_id()
    etree.SubElement(request, f"{{{PROTOCOL}}}NameIDPolicy", {"Format": EMAIL_FORMAT, "AllowCreate": "true"})
    packing = compressobj(wbits=-15)
    packed = packing.compress(etree.tostring(request)) + packing.flush()
    query = urlencode({"SAMLRequest": b64encode(packed).decode()})
    return f"{said.address}{'&' if '?' in said.address else '?'}{query}", asked


def our_metadata() -> bytes:
    """What the provider is told of us."""
    root = etree.Element(f"{{{METADATA}}}EntityDescriptor", {"entityID": entity_id()}, nsmap={"md": METADATA})
    ours = etree.SubElement(
        root,
        f"{{{METADATA}}}SPSSODescriptor",
        {"protocolSupportEnumeration": PROTOCOL, "AuthnRequestsSigned": "false", "WantAssertionsSigned": "true"},
    )
    etree.SubElement(ours, f"{{{METADATA}}}NameIDFormat").text = EMAIL_FORMAT
    where = {"Binding": POST, "Location": back(), "index": "0", "isDefault": "true"}
    etree.SubElement(ours, f"{{{METADATA}}}AssertionConsumerService", where)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def provider() -> Provider:
    """The provider as its metadata say. Raises SignOnFailed where these cannot be read or say too little."""
    try:
        file = Path(settings.SAML_METADATA)
        return _provider(str(file), file.stat().st_mtime_ns)
    except OSError as error:
        raise SignOnFailed(f"The provider's metadata cannot be read: {error}") from error


@lru_cache(maxsize=2)
def _provider(file: str, changed: int) -> Provider:
    root = _parsed(Path(file).read_bytes())
    found = [root] if root.tag == f"{{{METADATA}}}EntityDescriptor" else root.findall("md:EntityDescriptor", NAMES)
    theirs = [each for each in found if each.find("md:IDPSSODescriptor", NAMES) is not None]
    if len(theirs) != 1 or not theirs[0].get("entityID"):
        raise SignOnFailed("The metadata do not name one provider.")
    role = theirs[0].find("md:IDPSSODescriptor", NAMES)
    places = [each for each in role.findall("md:SingleSignOnService", NAMES) if each.get("Binding") == REDIRECT]
    keys = [each for each in role.findall("md:KeyDescriptor", NAMES) if each.get("use") in (None, "signing")]
    certificates = tuple(_pem(each.text or "") for key in keys for each in key.iterfind(".//ds:X509Certificate", NAMES))
    if not places or not certificates:
        raise SignOnFailed("The metadata name no address by HTTP-Redirect, or no certificate.")
    address = places[0].get("Location", "")
    require_safe(address)
    return Provider(theirs[0].get("entityID", ""), address, certificates)


def verified_email(response: str, asked: str) -> str:
    """The address that the provider vouches for, in the answer to what was asked. Raises SignOnFailed."""
    said = provider()
    root = _parsed(_decoded(response))
    _require_one_answer(root, said, asked)
    assertion = _signed_assertion(root, said)
    _require_for_us(assertion, said, asked)
    return _email(assertion)


def _decoded(response: str) -> bytes:
    if len(response) > LONGEST:
        raise SignOnFailed("The answer is too long.")
    try:
        return b64decode("".join(response.split()), validate=True)
    except (NotBase64, ValueError) as error:
        raise SignOnFailed("The answer is not Base64.") from error


def _parsed(content: bytes) -> etree._Element:
    """The document, of which nothing is fetched and nothing expanded. Raises SignOnFailed for one with a DOCTYPE."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SignOnFailed("The provider's XML cannot be read.") from error
    if root.getroottree().docinfo.doctype or any(isinstance(each, etree._Entity) for each in root.iter()):
        raise SignOnFailed("The provider's XML brings a document type.")
    return root


def _require_one_answer(root: etree._Element, said: Provider, asked: str) -> None:
    """Raise SignOnFailed unless it is a plain answer to what was asked, with one assertion and no id twice."""
    ids = [each.get(name) for each in root.iter() for name in ("ID", "Id", "id") if each.get(name) is not None]
    assertions = list(root.iter(f"{{{ASSERTION}}}Assertion"))
    checks = {
        "It is no answer.": root.tag == f"{{{PROTOCOL}}}Response",
        "It names an id twice.": len(ids) == len(set(ids)),
        "It does not have one plain assertion.": len(assertions) == 1 and assertions[0].getparent() is root,
        "It is an answer to something else.": constant_time_compare(root.get("InResponseTo", ""), asked),
        "It was sent to somebody else.": root.get("Destination", back()) == back(),
        "Another provider answered.": _text(root, "saml:Issuer") in ("", said.entity_id),
    }
    _require(checks)
    status = root.find("samlp:Status/samlp:StatusCode", NAMES)
    if status is None or status.get("Value") != SUCCESS:
        raise SignOnFailed(f"The provider said: {'nothing' if status is None else status.get('Value', '')[:100]}")


def _signed_assertion(root: etree._Element, said: Provider) -> etree._Element:
    """The assertion out of the very bytes that were signed: by itself, or with the answer around it."""
    for signed in (root.find("saml:Assertion", NAMES), root):
        if signed is None or signed.find("ds:Signature", NAMES) is None:
            continue
        held = _verified(signed, said)
        if held.get("ID") != signed.get("ID"):
            raise SignOnFailed("The signature is of something else than where it stands.")
        assertion = held if held.tag == f"{{{ASSERTION}}}Assertion" else held.find("saml:Assertion", NAMES)
        if assertion is not None and assertion.tag == f"{{{ASSERTION}}}Assertion":
            return assertion
    raise SignOnFailed("No assertion is signed.")


def _verified(signed: etree._Element, said: Provider) -> etree._Element:
    """What a signature was made of, by one of the provider's certificates, whichever it names itself."""
    why = "there is no certificate"
    for certificate in said.certificates:
        try:
            result = XMLVerifier().verify(
                etree.tostring(signed, with_tail=False),
                x509_cert=certificate,
                expect_config=SIGNED_BY,
                id_attribute="ID",
            )
        except (SignXMLException, ValueError, etree.LxmlError) as error:
            why = f"{type(error).__name__}: {error}"[:200]
            continue
        return _parsed(result.signed_data)  # type: ignore[union-attr]  # of one reference there is one result
    raise SignOnFailed(f"The signature does not hold: {why}")


def _require_for_us(assertion: etree._Element, said: Provider, asked: str) -> None:
    """Raise SignOnFailed unless the assertion was made for us, for what was asked, and holds now."""
    now = timezone.now()
    conditions = assertion.find("saml:Conditions", NAMES)
    audiences = {each.text for each in assertion.iterfind(AUDIENCE, NAMES)}
    session = assertion.find("saml:AuthnStatement", NAMES)
    checks = {
        "Another provider made it.": _text(assertion, "saml:Issuer") == said.entity_id,
        "It says no conditions.": conditions is not None,
        "It was made for another program.": entity_id() in audiences,
        "It does not say that anybody logged in.": session is not None,
        "It confirms nobody for what was asked.": any(_confirmed(assertion, asked, now)),
    }
    _require(checks)
    assert conditions is not None
    begins, ends = _moment(conditions.get("NotBefore")), _moment(conditions.get("NotOnOrAfter"))
    if (begins and begins > now + LEEWAY) or (ends and ends <= now - LEEWAY):
        raise SignOnFailed("It does not hold now.")
    over = _moment(session.get("SessionNotOnOrAfter")) if session is not None else None
    if over and over <= now - LEEWAY:
        raise SignOnFailed("The log-in at the provider is over.")


def _confirmed(assertion: etree._Element, asked: str, now: datetime) -> Iterator[bool]:
    """Of each confirmation of its bearer, whether it holds."""
    for each in assertion.iterfind("saml:Subject/saml:SubjectConfirmation", NAMES):
        data = each.find("saml:SubjectConfirmationData", NAMES)
        if each.get("Method") != BEARER or data is None or data.get("NotBefore"):
            continue
        ends = _moment(data.get("NotOnOrAfter"))
        yield (
            constant_time_compare(data.get("InResponseTo", ""), asked)
            and data.get("Recipient") == back()
            and ends is not None
            and ends > now - LEEWAY
        )


def _email(assertion: etree._Element) -> str:
    """The address: of the subject, where its name is one, or of the attribute that is one."""
    name = assertion.find("saml:Subject/saml:NameID", NAMES)
    if name is not None and name.get("Format") == EMAIL_FORMAT:
        found = {_all_text(name)}
    else:
        found = {
            _all_text(value)
            for each in assertion.iterfind("saml:AttributeStatement/saml:Attribute", NAMES)
            if each.get("Name", "").lower() in EMAIL_ATTRIBUTES
            for value in each.iterfind("saml:AttributeValue", NAMES)
        }
    if len(found) != 1 or "@" not in (email := found.pop()):
        raise SignOnFailed("The provider does not name one address.")
    return email.lower()


def _require(checks: dict[str, bool]) -> None:
    for why, holds in checks.items():
        if not holds:
            raise SignOnFailed(why)


def _moment(text: str | None) -> datetime | None:
    """A moment of SAML's. Raises SignOnFailed for one that cannot be read or is in no zone."""
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SignOnFailed("A moment in it cannot be read.")
    return moment


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path, NAMES)
    return "" if found is None else _all_text(found)


def _all_text(element: etree._Element) -> str:
    """All of a text, also behind a comment that cuts it in two."""
    return "".join(str(part) for part in element.xpath(".//text()")).strip()


def _pem(text: str) -> str:
    """A certificate as the library takes it. Raises SignOnFailed."""
    pem = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n".format("\n".join(text.split()))
    try:
        x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise SignOnFailed("A certificate in the metadata cannot be read.") from error
    return pem
