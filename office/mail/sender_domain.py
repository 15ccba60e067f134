"""What the domain that mails come from says in DNS, by which receivers believe or doubt that they are ours."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

import dns.exception
import dns.resolver
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings

SECONDS = 3.0
MOST_LOOKUPS = 10
"""More than so many lookups in an SPF record make it void (RFC 7208, 4.6.4)."""
LOOKED_UP = ("include", "redirect", "a", "mx", "ptr", "exists")
SHORT_KEY = 2048
ONLY_ONE = "Only one may stand there: with more, none counts."
POLICIES = {"quarantine": "kept apart", "reject": "refused"}
LABEL = re.compile(r"[a-z0-9]([a-z0-9._-]{0,60}[a-z0-9])?")
INCLUDES = {
    "brevo": "spf.brevo.com",
    "mailgun": "mailgun.org",
    "mailjet": "spf.mailjet.com",
    "postmark": "spf.mtasv.net",
    "sendgrid": "sendgrid.net",
    "ses": "amazonses.com",
    "sparkpost": "sparkpostmail.com",
}
"""What the services ask their customers to include, by MAIL_SERVICE."""


class Verdict(StrEnum):
    """What to think of one thing that a domain says, or does not say."""

    GOOD = "good"
    WEAK = "weak"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Said:
    """One thing asked of a domain: where, what stood there, what to think of it, and what to publish instead."""

    what: str
    where: str
    verdict: Verdict
    words: str
    found: tuple[str, ...] = ()
    publish: str = ""


class Unanswered(Exception):
    """The name servers could not be asked; that says nothing of the domain."""


def said_by(domain: str, selector: str = "") -> list[Said]:
    """What a domain says: where mail to it goes (MX), who may send for it (SPF), by which key mails are signed (DKIM,
    for the selector that the mail service names), and what receivers shall do with others (DMARC). Asked at once."""
    asked = [lambda: _mx(domain), lambda: _spf(domain), lambda: _dkim(domain, selector), lambda: _dmarc(domain)]
    with ThreadPoolExecutor(len(asked)) as threads:
        return [answer.result() for answer in [threads.submit(ask) for ask in asked]]


def _mx(domain: str) -> Said:
    try:
        hosts = _answers(domain, "MX")
        reached = hosts or _answers(domain, "A") or _answers(domain, "AAAA")
    except Unanswered:
        return _unknown("MX", domain)
    if hosts == ["0 ."]:
        return Said("MX", domain, Verdict.MISSING, "The domain takes no mail, so nothing can come back.", tuple(hosts))
    if not reached:
        return Said("MX", domain, Verdict.MISSING, "No server takes mail for it, so bounces get lost.")
    return Said("MX", domain, Verdict.GOOD, "What comes back arrives somewhere.", tuple(hosts))


def _spf(domain: str) -> Said:
    include = INCLUDES.get(settings.MAIL_SERVICE, "")
    publish = f"v=spf1 {f'include:{include}' if include else 'ip4:YOUR.SERVERS.ADDRESS'} -all"
    try:
        records = _spf_records(domain)
        if len(records) != 1:
            words = ONLY_ONE if records else "Nobody is named who may send for it."
            return Said("SPF", domain, Verdict.MISSING, words, tuple(records), publish)
        tree = _spf_tree(domain, [])
    except Unanswered:
        return _unknown("SPF", domain)
    return Said("SPF", domain, *_spf_verdict(records[0], tree, include), tuple(records))


def _spf_verdict(record: str, tree: Sequence[str], include: str) -> tuple[Verdict, str]:
    terms = record.lower().split()
    end = next((term for term in terms if term.lstrip("+-~?") == "all"), "")
    if len(tree) > MOST_LOOKUPS:
        return Verdict.WEAK, f"It leads to more than {MOST_LOOKUPS} lookups, and then counts for nothing."
    if end in ("all", "+all"):
        return Verdict.WEAK, "It lets anybody send for the domain. End it with -all."
    if include and include not in tree:
        return Verdict.WEAK, f"It does not name {settings.MAIL_SERVICE}, which sends your mail: add include:{include}."
    if end not in ("-all", "~all") and not any(term.startswith("redirect=") for term in terms):
        return Verdict.WEAK, "It does not say what becomes of others. End it with -all."
    return Verdict.GOOD, "It names who may send, and nobody else may."


def _spf_tree(domain: str, before: list[str]) -> list[str]:
    """What an SPF record makes receivers look up, in order, and no more than shows that it is too much."""
    for term in " ".join(_spf_records(domain)).lower().split():
        name, _, target = term.lstrip("+-~?").replace("=", ":", 1).partition(":")
        if name.split("/")[0] in LOOKED_UP and len(before) <= MOST_LOOKUPS:
            before.append(target or name)
            if name in ("include", "redirect") and "%" not in target:
                _spf_tree(target, before)
    return before


def _spf_records(domain: str) -> list[str]:
    return [text for text in _answers(domain, "TXT") if text.lower().split(" ")[0] == "v=spf1"]


def _dkim(domain: str, selector: str) -> Said:
    where = f"{selector or 'SELECTOR'}._domainkey.{domain}"
    if not LABEL.fullmatch(selector):
        words = "Name the selector with which your mail service signs; it stands as s= in the DKIM-Signature of a mail."
        return Said("DKIM", where, Verdict.UNKNOWN, words)
    try:
        records = [text for text in _answers(where, "TXT") if "p=" in text]
    except Unanswered:
        return _unknown("DKIM", where)
    if not records:
        return Said(
            "DKIM", where, Verdict.MISSING, "No key stands there. Publish the one that your mail service shows."
        )
    return Said("DKIM", where, *_key_verdict(_tags(records[0])), tuple(records))


def _key_verdict(tags: dict[str, str]) -> tuple[Verdict, str]:
    """What to think of a DKIM key record (RFC 6376, 3.6.1; lengths by RFC 8301)."""
    if not tags.get("p"):
        return Verdict.MISSING, "The key was taken back: its p= is empty."
    if tags.get("k", "rsa") == "ed25519":
        return Verdict.WEAK, "Many receivers cannot read ed25519 keys yet. Sign with an RSA key beside it."
    try:
        key = load_der_public_key(b64decode("".join(tags["p"].split()), validate=True))
    except (ValueError, NotBase64, UnsupportedAlgorithm):
        return Verdict.MISSING, "What stands after p= is no key. Copy it anew, all of it."
    bits = key.key_size if isinstance(key, RSAPublicKey) else 0
    if bits < SHORT_KEY:
        return Verdict.WEAK, f"The key has {bits} bits; {SHORT_KEY} are safe."
    return Verdict.GOOD, f"A key of {bits} bits."


def _dmarc(domain: str) -> Said:
    """The policy of the domain or, where it has none, of the nearest one above it (RFC 7489, 6.6.3)."""
    labels = domain.split(".")
    try:
        for start in range(max(len(labels) - 1, 1)):
            where = "_dmarc." + ".".join(labels[start:])
            if records := [text for text in _answers(where, "TXT") if _tags(text).get("v") == "DMARC1"]:
                return Said("DMARC", where, *_policy_verdict(records, is_above=start > 0), tuple(records))
    except Unanswered:
        return _unknown("DMARC", f"_dmarc.{domain}")
    publish = f"v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}"
    words = "Receivers are not told what to do with mail that others send in your name; the large ones doubt all of it."
    return Said("DMARC", f"_dmarc.{domain}", Verdict.MISSING, words, (), publish)


def _policy_verdict(records: Sequence[str], *, is_above: bool) -> tuple[Verdict, str]:
    if len(records) > 1:
        return Verdict.MISSING, ONLY_ONE
    tags = _tags(records[0])
    policy = (tags.get("sp") if is_above else "") or tags.get("p", "")
    if policy.lower() in POLICIES:
        return Verdict.GOOD, f"What others send in your name is {POLICIES[policy.lower()]}."
    return Verdict.WEAK, "It only watches. Once its reports show nothing but your own mail, say p=quarantine."


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _unknown(what: str, where: str) -> Said:
    return Said(what, where, Verdict.UNKNOWN, "The name servers gave no answer just now. Look again later.")


def _answers(name: str, kind: str) -> list[str]:
    """The records of a name, none where it has none; Unanswered where nobody says."""
    try:
        answer = _resolver().resolve(name, kind, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, UnicodeError) as problem:
        raise Unanswered from problem
    if kind == "TXT":
        return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]
    return [row.to_text() for row in answer]


def _resolver() -> dns.resolver.Resolver:
    """The machine's own name servers, or those of DNS_SERVERS."""
    resolver = dns.resolver.Resolver(configure=not settings.DNS_SERVERS)
    resolver.lifetime = SECONDS
    if settings.DNS_SERVERS:
        addresses = [server.rsplit(":", 1) for server in settings.DNS_SERVERS]
        resolver.nameservers = [host for host, _ in addresses]
        resolver.nameserver_ports = {host: int(port) for host, port in addresses}
    return resolver
