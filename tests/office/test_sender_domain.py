"""What the sender's domain says in DNS, asked of a real name server, and what to think of it."""

import socket
from base64 import b64encode
from collections.abc import Iterator
from threading import Thread
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.urls import reverse

from office.mail.sender_domain import Said, said_by
from tests import world

pytestmark = pytest.mark.django_db
DOMAIN, STOP = "alder.example", b"stop"
Zone = dict[tuple[str, str], list[str]]


@pytest.fixture
def zone(settings: Any) -> Iterator[Zone]:
    """What a name server says, by name and kind; of other names it says that there are none."""
    records: Zone = {}
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        while (received := server.recvfrom(4096))[0] != STOP:
            asked, address = received
            server.sendto(answer(records, dns.message.from_wire(asked)).to_wire(), address)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    settings.DNS_SERVERS = [f"127.0.0.1:{server.getsockname()[1]}"]
    yield records
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(STOP, server.getsockname())
    thread.join()
    server.close()


def answer(records: Zone, asked: dns.message.Message) -> dns.message.Message:
    [question] = asked.question
    name, kind = question.name.to_text().rstrip("."), dns.rdatatype.to_text(question.rdtype)
    reply = dns.message.make_response(asked)
    found = records.get((name, kind), [])
    if found == ["servfail"]:
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif found:
        reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
    elif not any(name == known for known, _ in records):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply


def texts(*said: str) -> list[str]:
    """Texts as a zone writes them: in strings of 255 letters at most."""
    return [" ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200)) for text in said]


def key(bits: int) -> str:
    public = generate_private_key(65537, bits).public_key()
    return b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def asked(what: str, selector: str = "s1") -> Said:
    return next(each for each in said_by(DOMAIN, selector) if each.what == what)


def verdict(what: str, selector: str = "s1") -> str:
    return asked(what, selector).verdict


def test_a_domain_that_says_all_of_it_is_good(zone: Zone, settings: Any) -> None:
    settings.MAIL_SERVICE = "postmark"
    zone[DOMAIN, "MX"] = ["10 mail.alder.example."]
    zone[DOMAIN, "TXT"] = texts("google-site-verification=x", "v=spf1 include:spf.mtasv.net -all")
    zone["spf.mtasv.net", "TXT"] = texts("v=spf1 ip4:50.31.156.96/27 ~all")
    zone[f"s1._domainkey.{DOMAIN}", "TXT"] = texts(f"v=DKIM1; k=rsa; p={key(2048)}")
    zone[f"_dmarc.{DOMAIN}", "TXT"] = texts("v=DMARC1; p=reject; rua=mailto:dmarc@alder.example")
    said = said_by(DOMAIN, "s1")
    assert [(each.what, each.verdict) for each in said] == [(what, "good") for what in ("MX", "SPF", "DKIM", "DMARC")]
    assert said[1].found == ("v=spf1 include:spf.mtasv.net -all",)
    assert said[2].words == "A key of 2048 bits."


def test_a_domain_that_says_nothing_is_told_what_to_publish(zone: Zone, settings: Any) -> None:
    settings.MAIL_SERVICE = "mailgun"
    said = {each.what: each for each in said_by(DOMAIN, "s1")}
    assert {each.verdict for each in said.values()} == {"missing"}
    assert said["SPF"].publish == "v=spf1 include:mailgun.org -all"
    assert said["DMARC"].publish == "v=DMARC1; p=quarantine; rua=mailto:dmarc@alder.example"
    assert said["DKIM"].where == "s1._domainkey.alder.example"


@pytest.mark.parametrize(
    ("records", "expected", "words"),
    [
        (["v=spf1 ip4:192.0.2.1 -all"], "good", "nobody else may"),
        (["v=spf1 a mx ~all"], "good", "nobody else may"),
        (["v=spf1 redirect=_spf.alder.example"], "good", "nobody else may"),
        (["v=spf1 a mx"], "weak", "End it with -all"),
        (["v=spf1 a ?all"], "weak", "End it with -all"),
        (["v=spf1 +all"], "weak", "anybody"),
        (["v=spf1 -all", "v=spf1 a -all"], "missing", "Only one"),
        (["v=spf10 -all"], "missing", "Nobody is named"),
        (["v=spf1 " + "a:x.example " * 11 + "-all"], "weak", "more than 10 lookups"),
    ],
)
def test_who_may_send(zone: Zone, settings: Any, records: list[str], expected: str, words: str) -> None:
    settings.MAIL_SERVICE = ""
    zone[DOMAIN, "TXT"] = texts(*records)
    zone["_spf.alder.example", "TXT"] = texts("v=spf1 ip4:192.0.2.1 -all")
    said = asked("SPF")
    assert (said.verdict, words in said.words) == (expected, True), said


def test_the_mail_service_must_be_named_somewhere_in_it(zone: Zone, settings: Any) -> None:
    settings.MAIL_SERVICE = "sendgrid"
    zone[DOMAIN, "TXT"] = texts("v=spf1 include:_spf.alder.example -all")
    zone["_spf.alder.example", "TXT"] = texts("v=spf1 ip4:192.0.2.1 -all")
    assert "add include:sendgrid.net" in asked("SPF").words
    zone["_spf.alder.example", "TXT"] = texts("v=spf1 include:sendgrid.net -all")
    assert verdict("SPF") == "good"


def test_records_that_include_each_other_come_to_an_end(zone: Zone) -> None:
    zone[DOMAIN, "TXT"] = texts(f"v=spf1 include:{DOMAIN} -all")
    assert "more than 10 lookups" in asked("SPF").words


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=DKIM1; p=", "missing"),
        ("v=DKIM1; p=bm8ga2V5", "missing"),
        ("v=DKIM1; p=not base64!", "missing"),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "weak"),
        (f"k=rsa; p={key(1024)}", "weak"),
        (f"p={key(2048)}", "good"),
    ],
)
def test_the_key(zone: Zone, record: str, expected: str) -> None:
    zone[f"s1._domainkey.{DOMAIN}", "TXT"] = texts(record)
    assert verdict("DKIM") == expected


@pytest.mark.parametrize("selector", ["", "a b", "../x", "x" * 64, "-"])
def test_without_a_selector_nobody_can_look_for_the_key(zone: Zone, selector: str) -> None:
    assert verdict("DKIM", selector) == "unknown"


@pytest.mark.parametrize(
    ("zone_name", "records", "expected"),
    [
        ("_dmarc.alder.example", ["v=DMARC1; p=none"], "weak"),
        ("_dmarc.alder.example", ["v=DMARC1; p=quarantine"], "good"),
        ("_dmarc.alder.example", ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "missing"),
        ("_dmarc.alder.example", ["p=reject"], "missing"),
    ],
)
def test_what_becomes_of_others_mail(zone: Zone, zone_name: str, records: list[str], expected: str) -> None:
    zone[zone_name, "TXT"] = texts(*records)
    assert verdict("DMARC") == expected


def test_the_domain_above_speaks_for_one_without_a_policy(zone: Zone) -> None:
    zone["_dmarc.alder.example", "TXT"] = texts("v=DMARC1; p=reject; sp=none")
    said = next(each for each in said_by("mail.alder.example") if each.what == "DMARC")
    assert (said.where, said.verdict) == ("_dmarc.alder.example", "weak")


def test_a_domain_that_takes_no_mail_gets_no_bounces(zone: Zone) -> None:
    zone[DOMAIN, "MX"] = ["0 ."]
    assert "takes no mail" in asked("MX").words
    zone[DOMAIN, "MX"] = []
    zone[DOMAIN, "A"] = ["192.0.2.1"]
    assert verdict("MX") == "good"


def test_name_servers_that_fail_say_nothing_of_the_domain(zone: Zone, settings: Any) -> None:
    for name in (DOMAIN, f"_dmarc.{DOMAIN}", f"s1._domainkey.{DOMAIN}"):
        zone[name, "TXT"] = zone[name, "MX"] = ["servfail"]
    assert {each.verdict for each in said_by(DOMAIN, "s1")} == {"unknown"}


def test_the_page_is_for_those_who_set_the_company_up(zone: Zone, company: Any, client: Any, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = f"Alder <billing@{DOMAIN}>"
    zone[DOMAIN, "TXT"] = texts("v=spf1 <b>x</b> -all")
    client.force_login(world.make_user(company, "administrator"))
    page = client.get(reverse("office:sender_domain"), {"selector": "S1"}).content.decode()
    assert "billing@alder.example" in page
    assert "s1._domainkey.alder.example" in page
    assert "v=spf1 &lt;b&gt;x&lt;/b&gt; -all" in page
    client.force_login(world.make_user(company, "clerk"))
    assert client.get(reverse("office:sender_domain")).status_code == 403
