"""Sending to an address that somebody typed, without letting it reach what lies inside our own network.

The name is asked for once, each of its addresses must be public, and the connection is made to just those: a name that
points elsewhere a moment later reaches nothing. Redirects are not followed. WEBHOOK_NETWORKS names what is let through
all the same, such as 10.1.0.0/16, and there plain http is enough.
"""

import ipaddress
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTP_PORT, HTTPS_PORT, HTTPConnection, HTTPException, HTTPResponse
from threading import Timer
from urllib.parse import SplitResult, urlsplit

import certifi
from django.conf import settings

from ledger.refusals import Refused

SECONDS = 15
"""For the whole answer; Standard Webhooks advises 15 to 30."""
MOST_OF_AN_ANSWER = 1000
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(Exception):
    """Nothing was answered, and why."""


@dataclass(frozen=True)
class Answer:
    """What a receiver answered: its status, the beginning of its words, and after how many seconds to come again."""

    status: int
    words: str
    retry_after: int = 0


def require_sendable(url: str) -> None:
    """Raises Refused for an address that is none, that tells a log-in, or that lies inside."""
    try:
        parts = parts_of(url)
        addresses_of(parts)
    except Unreachable as error:
        raise Refused(str(error), code="bad_address") from error


def parts_of(url: str) -> SplitResult:
    """The address in its parts. Raises Unreachable for what is no plain web address."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Unreachable(f"{url} is no web address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreachable("Give an address that begins with https:// and names a server.")
    if parts.username or parts.password:
        raise Unreachable("Leave the log-in out of the address: what we send is signed instead.")
    if parts.fragment:
        raise Unreachable("An address for programs has no part after #.")
    return parts


def addresses_of(parts: SplitResult) -> list[str]:
    """Where the server is, each of its addresses one that may be sent to."""
    host, port = parts.hostname or "", parts.port or (HTTPS_PORT if parts.scheme == "https" else HTTP_PORT)
    try:
        found = socket.getaddrinfo(host.encode("idna").decode(), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"No server {host} is known.") from error
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    for each in addresses:
        address = ipaddress.ip_address(each.partition("%")[0])
        if any(address in network for network in _allowed()):
            continue
        if not is_public(address):
            raise Unreachable(f"{host} lies inside a private network, where nothing is sent.")
        if parts.scheme != "https":
            raise Unreachable("Use https: what is sent over http can be read on its way.")
    return addresses


def is_public(address: Address) -> bool:
    """Whether an address is anybody's on the internet; of one that wraps another, both must be."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in ipaddress.ip_network("64:ff9b::/96"):
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(each is not None and not is_public(each) for each in wrapped):
            return False
        if address.ipv4_mapped:
            return True
    return address.is_global and not address.is_multicast


def send(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Post the body. Raises Unreachable where nothing was answered in time."""
    parts = parts_of(url)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    failure = ""
    for address in addresses_of(parts):
        sent = _Pinned(parts, address)
        watch = Timer(SECONDS, sent.give_up)
        watch.start()
        try:
            sent.request("POST", path, body=body, headers=headers)
            answer = _read(sent.getresponse())
            if sent.is_late:  # what was read until then is no whole answer
                raise TimeoutError
            return answer
        except (OSError, HTTPException, ValueError) as error:
            failure = _words(error, is_late=sent.is_late)
        finally:
            watch.cancel()
            sent.close()
    raise Unreachable(failure)


class _Pinned(HTTPConnection):
    """A connection to one address of a server, in the server's name; given up after a time, however it drags on."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        host = (parts.hostname or "").encode("idna").decode()
        self.default_port = HTTPS_PORT if parts.scheme == "https" else HTTP_PORT
        super().__init__(host, parts.port, timeout=SECONDS)
        self.address, self.is_sealed, self.is_late = address, parts.scheme == "https", False

    def connect(self) -> None:
        """Reach the address that was judged, and no other."""
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        if self.is_sealed:
            self.sock = _trust().wrap_socket(self.sock, server_hostname=self.host)

    def give_up(self) -> None:
        """End it now."""
        self.is_late = True
        if self.sock:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _read(answer: HTTPResponse) -> Answer:
    words = answer.read(MOST_OF_AN_ANSWER).decode(errors="replace").replace("\0", "")
    after = answer.headers.get("Retry-After", "")
    return Answer(answer.status, words.strip()[:300], int(after[:9]) if after.isascii() and after.isdecimal() else 0)


def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _words(error: Exception, *, is_late: bool) -> str:
    if is_late or isinstance(error, TimeoutError):
        return f"It did not answer within {SECONDS} seconds."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not to be trusted: {error.verify_message}."
    return f"The connection failed: {error}"[:300]


def _allowed() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [_network(each) for each in settings.WEBHOOK_NETWORKS]


@cache
def _network(words: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(words)
