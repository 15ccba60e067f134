"""The company's provider by SAML says who it is, in a signed answer to what a browser asked; all else opens nothing."""

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod

from office.models import AuditRecord, User
from office.ways_in import saml
from office.ways_in.saml import verified_email
from office.ways_in.single_sign_on import SignOnFailed
from tests.office.logging_in import is_in, shown, with_app
from tests.office.saml_provider import ADDRESS, BACK, NAMES, OURS, Provider, evil, packed, write_metadata

pytestmark = pytest.mark.django_db
START, ACS = "/log-in/sso/", "/log-in/saml/back/"


@pytest.fixture
def provider(settings: Any, tmp_path: Any, clerk: User) -> Provider:
    settings.SAML_METADATA = str(write_metadata(tmp_path, "first", "second"))
    return Provider(clerk.email)


def asked(browser: Client, page: str = "/") -> str:
    """Where the provider is asked."""
    return browser.get(START, {"next": page})["Location"]


def handed_on(browser: Client, response: str) -> Any:
    """The answer as our own page posts it."""
    return browser.post(ACS, {"SAMLResponse": response, "again": "1"})


def test_somebody_who_works_here_comes_in_to_where_they_wanted(client: Client, clerk: User, provider: Provider) -> None:
    assert "Use single sign-on" in client.get("/log-in/").content.decode()
    provider.email = clerk.email.upper()
    address = asked(client, "/invoices/")
    assert address.startswith(f"{ADDRESS}?SAMLRequest=")
    request = provider.asked(address)
    assert (request.get("AssertionConsumerServiceURL"), request.findtext("saml:Issuer", None, NAMES)) == (BACK, OURS)

    answer = provider.answer(address)
    page = client.post(ACS, {"SAMLResponse": answer, "RelayState": "https://evil.example/"})
    assert (page.status_code, answer in page.content.decode(), is_in(client)) == (200, True, False)
    assert handed_on(client, answer)["Location"] == "/invoices/"
    assert is_in(client)
    assert AuditRecord.objects.get(action="log_in").after["by"] == "single sign-on"


def test_the_whole_answer_may_be_signed_and_the_address_an_attribute(client: Client, provider: Provider) -> None:
    attribute = (
        '<saml:AttributeStatement><saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3"><saml:AttributeValue>'
        f"{provider.email}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
    )
    provider.signs = "samlp:Response"
    provider.says = {"attributes": attribute, "format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"}
    assert handed_on(client, provider.answer(asked(client)))["Location"] == "/"
    assert is_in(client)


def test_either_key_of_the_provider_signs_while_it_changes_them(client: Client, provider: Provider) -> None:
    provider.key = "second"
    handed_on(client, provider.answer(asked(client)))
    assert is_in(client)


def test_the_second_factor_is_asked_as_after_a_password(client: Client, clerk: User, provider: Provider) -> None:
    with_app(clerk)
    assert handed_on(client, provider.answer(asked(client, "/invoices/")))["Location"] == "/log-in/code/"
    assert not is_in(client)
    assert client.post("/log-in/code/", {"code": shown()})["Location"] == "/invoices/"
    assert is_in(client)


def test_nobody_is_sent_on_to_another_site(client: Client, provider: Provider) -> None:
    assert handed_on(client, provider.answer(asked(client, "https://evil.example/")))["Location"] == "/"


def test_nobody_is_made_and_nobody_switched_off_comes_in(client: Client, clerk: User, provider: Provider) -> None:
    provider.email = "new@alder.example"
    assert handed_on(client, provider.answer(asked(client)))["Location"] == "/log-in/"
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    provider.email = clerk.email
    assert handed_on(client, provider.answer(asked(client)))["Location"] == "/log-in/"
    assert (is_in(client), User.objects.count()) == (False, 1)


def test_an_answer_holds_once_and_in_the_browser_that_asked(client: Client, provider: Provider) -> None:
    answer = provider.answer(asked(client))
    thief = Client()
    handed_on(thief, answer)
    asked(thief)  # who asked something else has no use for it either
    handed_on(thief, answer)
    assert not is_in(thief)
    handed_on(client, answer)
    assert is_in(client)
    client.post("/log-out/")
    handed_on(client, answer)
    asked(client)
    handed_on(client, answer)
    assert not is_in(client)


def test_an_answer_that_nobody_asked_opens_nothing(client: Client, provider: Provider) -> None:
    provider.says = {"asked": "", "confirmed": ""}
    handed_on(client, provider.answer(asked(Client())))
    assert not is_in(client)


def test_without_a_provider_there_is_none(client: Client, db: None) -> None:
    assert client.get("/log-in/saml/metadata/").status_code == 404
    assert handed_on(client, "PHg+PC94Pg==")["Location"] == "/log-in/"


def test_the_provider_is_told_who_we_are(client: Client, provider: Provider) -> None:
    told = etree.fromstring(client.get("/log-in/saml/metadata/").content)
    [place] = told.iter("{urn:oasis:names:tc:SAML:2.0:metadata}AssertionConsumerService")
    assert (told.get("entityID"), place.get("Location")) == (OURS, BACK)


def refused(provider: Provider, change: Callable[[str], str]) -> str:
    """Why an answer is refused that is what the function makes of where it was asked."""
    address = asked(Client())
    with pytest.raises(SignOnFailed) as why:
        verified_email(change(address), provider.asked(address).get("ID", ""))
    return str(why.value)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ({"audience": "https://other.example/"}, "for another program"),
        ({"recipient": "https://other.example/"}, "confirms nobody"),
        ({"destination": "https://other.example/"}, "sent to somebody else"),
        ({"asked": "_other"}, "answer to something else"),
        ({"confirmed": "_other"}, "confirms nobody"),
        ({"issuer": "https://other.example/"}, "Another provider answered"),
        ({"assertion_issuer": "https://other.example/"}, "Another provider made it"),
        ({"status": "Requester"}, "The provider said"),
        ({"ends": timedelta(seconds=-61)}, "confirms nobody"),
        ({"begins": timedelta(minutes=10)}, "does not hold now"),
        ({"ends": "soon"}, "cannot be read"),
        ({"ends": "2046-01-01T00:00:00"}, "cannot be read"),
        ({"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}, "one address"),
        ({"name": "nobody"}, "one address"),
    ],
)
def test_what_is_not_for_us_or_not_for_now_is_refused(provider: Provider, says: dict[str, Any], why: str) -> None:
    provider.says = says
    assert why in refused(provider, provider.answer)


@pytest.mark.parametrize(
    "change",
    [
        {"signs": "saml:None"},
        {"key": "stranger"},
        {"by": SignatureMethod.RSA_SHA1},
        {"digest": DigestAlgorithm.SHA1},
    ],
)
def test_what_is_not_signed_by_the_provider_or_by_sha_1_is_refused(provider: Provider, change: dict[str, Any]) -> None:
    for name, value in change.items():
        setattr(provider, name, value)
    assert "sign" in refused(provider, provider.answer).lower()


def test_a_changed_word_breaks_the_signature(provider: Provider) -> None:
    def changed(address: str) -> str:
        text = etree.tostring(provider.document(address)).decode()
        return b64encode(text.replace(provider.email, "boss@alder.example").encode()).decode()

    assert "does not hold" in refused(provider, changed)


def test_a_comment_in_the_address_cuts_nothing_off(provider: Provider) -> None:
    """What is signed has no comments; an address that a comment splits is still read whole."""

    def split(address: str) -> str:
        root = provider.document(address)
        name = root.find(".//saml:NameID", NAMES)
        assert name is not None
        name.text = "boss@alder.example"
        name.append(etree.Comment("x"))
        name[0].tail = ".evil.example"
        return packed(root)

    assert "does not hold" in refused(provider, split)

    provider.email = "boss@alder.example<!-- x -->.evil.example"
    address = asked(Client())
    found = verified_email(provider.answer(address), provider.asked(address).get("ID", ""))
    assert found == "boss@alder.example.evil.example"


BOSS = "boss@alder.example"
Wrapped = Callable[[etree._Element], etree._Element]


def _assertion(root: etree._Element) -> etree._Element:
    found = root.find("saml:Assertion", NAMES)
    assert found is not None
    return found


def _signature(root: etree._Element) -> etree._Element:
    found = root.find(".//ds:Signature", NAMES)
    assert found is not None
    return found


def xsw_1(root: etree._Element) -> etree._Element:
    """An answer of the thief's, with the signed one inside its signature."""
    made, signature = deepcopy(root), deepcopy(_signature(root))
    made.set("ID", "_evil")
    made.replace(_assertion(made), evil(_assertion(root), BOSS))
    signature.append(deepcopy(root))
    made.append(signature)
    return made


def xsw_2(root: etree._Element) -> etree._Element:
    """The same, with the signed one beside the signature."""
    made = deepcopy(root)
    made.set("ID", "_evil")
    made.replace(_assertion(made), evil(_assertion(root), BOSS))
    made.append(deepcopy(_signature(root)))
    made.append(deepcopy(root))
    return made


def xsw_3(root: etree._Element) -> etree._Element:
    """The thief's assertion before the signed one."""
    root.insert(2, evil(_assertion(root), BOSS, ID="_evil"))
    return root


def xsw_4(root: etree._Element) -> etree._Element:
    """The thief's assertion around the signed one."""
    signed = _assertion(root)
    made = evil(signed, BOSS, ID="_evil")
    root.replace(signed, made)
    made.append(signed)
    return root


def xsw_5(root: etree._Element) -> etree._Element:
    """The thief's assertion bears the signature, and the signed one stands behind."""
    signed = _assertion(root)
    made = evil(signed, BOSS, ID="_evil")
    made.append(deepcopy(_signature(root)))
    signed.remove(_signature(root))
    root.replace(signed, made)
    root.append(signed)
    return root


def xsw_6(root: etree._Element) -> etree._Element:
    """The same, with the signed one inside the signature."""
    signed = _assertion(root)
    made, signature = evil(signed, BOSS, ID="_evil"), deepcopy(_signature(root))
    signed.remove(_signature(root))
    root.replace(signed, made)
    signature.append(signed)
    made.append(signature)
    return root


def xsw_7(root: etree._Element) -> etree._Element:
    """The thief's assertion in an extension, by the same id."""
    extensions = etree.Element(f"{{{NAMES['samlp']}}}Extensions")
    extensions.append(evil(_assertion(root), BOSS))
    root.insert(1, extensions)
    return root


def xsw_8(root: etree._Element) -> etree._Element:
    """The thief's assertion bears the signature, in which an object holds the signed one."""
    signed = _assertion(root)
    made, signature = evil(signed, BOSS), deepcopy(_signature(root))
    signed.remove(_signature(root))
    root.replace(signed, made)
    holder = etree.SubElement(signature, f"{{{NAMES['ds']}}}Object")
    holder.append(signed)
    made.append(signature)
    return root


def same_id(root: etree._Element) -> etree._Element:
    """The thief's assertion alone, with the signature of the other and its id."""
    signed = _assertion(root)
    made = evil(signed, BOSS)
    made.insert(1, deepcopy(_signature(root)))
    root.replace(signed, made)
    return root


WRAPS = [xsw_1, xsw_2, xsw_3, xsw_4, xsw_5, xsw_6, xsw_7, xsw_8, same_id]


@pytest.mark.parametrize(
    ("wrap", "signs"),
    [
        *((wrap, "saml:Assertion") for wrap in WRAPS),
        *((wrap, "samlp:Response") for wrap in (xsw_1, xsw_2, xsw_3, xsw_4, xsw_7)),
    ],
)
def test_nobody_wraps_words_of_their_own_around_a_signature(provider: Provider, wrap: Wrapped, signs: str) -> None:
    provider.signs = signs
    refused(provider, lambda address: packed(wrap(provider.document(address))))


@pytest.mark.parametrize("wrap", WRAPS)
def test_without_the_first_look_what_is_wrapped_around_still_says_nothing(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, wrap: Wrapped
) -> None:
    monkeypatch.setattr(saml, "_require_one_answer", lambda root, said, asked: None)
    address = asked(Client())
    wrapped = packed(wrap(provider.document(address)))
    with suppress(SignOnFailed):
        assert verified_email(wrapped, provider.asked(address).get("ID", "")) == provider.email


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE x [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        "<x>",
        "",
    ],
)
def test_documents_that_bring_more_than_words_are_not_read(provider: Provider, document: str) -> None:
    why = refused(provider, lambda address: b64encode(document.encode()).decode())
    assert "document type" in why or "cannot be read" in why


def test_what_is_too_long_or_no_base64_is_refused(provider: Provider) -> None:
    assert "too long" in refused(provider, lambda address: "A" * 200_001)
    assert "Base64" in refused(provider, lambda address: "é")


@pytest.mark.parametrize("words", ["", "<x/>", "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"])
def test_metadata_that_name_nobody_let_nobody_in(
    client: Client, settings: Any, tmp_path: Any, db: None, words: str
) -> None:
    file = tmp_path / "provider.xml"
    file.write_text(words)
    settings.SAML_METADATA = str(file)
    assert client.get(START)["Location"] == "/log-in/"
    settings.SAML_METADATA = str(tmp_path / "none.xml")
    assert client.get(START)["Location"] == "/log-in/"
