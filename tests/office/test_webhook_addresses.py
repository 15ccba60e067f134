"""Where webhooks are sent, and where they never are: nothing inside our own network, whatever a name says."""

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ledger.refusals import Refused
from office.webhooks import outside
from office.webhooks.outside import Unreachable, is_public, require_sendable, send
from tests.receiver import Receiver, running_receiver

LOCAL = ["127.0.0.0/8"]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = LOCAL
    with running_receiver() as running:
        yield running


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.8", "172.16.4.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "192.0.2.7", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.8", "64:ff9b::7f00:1", "64:ff9b::a00:8", "2002:7f00:1::", "2002:a00:8::1"),
    ],
)
def test_what_lies_inside_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["9.9.9.9", "1.1.1.1", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::909:909"])
def test_what_is_anybodys_is(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:5432/", "private network"),
        ("https://127.0.0.1/", "private network"),
        ("https://localhost/", "private network"),
        ("https://[::1]/", "private network"),
        ("https://2130706433/", "private network"),
        ("https://0x7f.1/", "private network"),
        ("https://169.254.169.254/latest/meta-data/", "private network"),
        ("http://9.9.9.9/", "Use https"),
        ("https://me:secret@9.9.9.9/", "Leave the log-in out"),
        ("https://9.9.9.9/#there", "no part after #"),
        ("ftp://9.9.9.9/", "begins with https://"),
        ("file:///etc/passwd", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://9.9.9.9:99999/", "no web address"),
        ("https://[9.9.9.9/", "no web address"),
        ("https://nobody.invalid/", "No server nobody.invalid"),
        ("https://" + "a" * 70 + ".example/", "No server"),
        ("https://a..b/", "No server"),
    ],
)
def test_an_address_inside_or_none_is_refused(url: str, says: str) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        require_sendable(url)
    assert refusal.value.code == "bad_address"


def test_a_public_address_by_https_is_taken() -> None:
    require_sendable("https://9.9.9.9/hook?from=duebook")


def test_a_network_that_the_install_allows_is_reached_also_without_https(receiver: Receiver) -> None:
    answer = send(receiver.url, b"{}", {"webhook-id": "msg_1"})
    assert (answer.status, answer.words) == (204, "")
    [got] = receiver.got
    host = receiver.url.removeprefix("http://").partition("/")[0]
    assert (got.path, got.body, got.headers["host"], got.headers["webhook-id"]) == (
        "/hook?from=duebook",
        b"{}",
        host,
        "msg_1",
    )


def test_it_is_judged_at_each_sending_and_not_only_when_it_is_typed(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(Unreachable, match="private network"):
        send(receiver.url, b"{}", {})
    assert receiver.got == []


def test_a_name_that_points_elsewhere_a_moment_later_reaches_only_what_was_judged(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, honest, asked = int(receiver.url.split(":")[2].partition("/")[0]), socket.getaddrinfo, []

    def turning(host: str, *args: Any, **more: Any) -> Any:
        if host != "turning.example":
            return honest(host, *args, **more)
        asked.append(host)
        return honest("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", turning)
    assert send(f"http://turning.example:{port}/", b"{}", {}).status == 204
    assert asked == ["turning.example"], "asked once"
    assert receiver.got[0].headers["host"] == f"turning.example:{port}"


def test_of_several_addresses_one_inside_spoils_all(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("9.9.9.9", "10.0.0.8")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: found)
    with pytest.raises(Refused, match="private network"):
        require_sendable("https://both.example/")


def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    receiver.answer = lambda got: (302, "", {"Location": receiver.url.replace("/hook", "/elsewhere")})
    assert send(receiver.url, b"{}", {}).status == 302
    assert [got.path for got in receiver.got] == ["/hook?from=duebook"]


def test_of_a_long_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.answer = lambda got: (500, "x" * 100_000, {})
    assert send(receiver.url, b"{}", {}).words == "x" * 300


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("", 0), ("soon", 0), ("-1", 0), ("9" * 50, 999_999_999)])
def test_it_is_read_when_to_come_again(receiver: Receiver, said: str, seconds: int) -> None:
    receiver.answer = lambda got: (503, "", {"Retry-After": said})
    assert send(receiver.url, b"{}", {}).retry_after == seconds


def test_one_that_hangs_is_given_up_in_time(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.5)
    given_up = Event()

    def hang(got: Any) -> Any:
        given_up.wait(60)
        return 204, "", {}

    receiver.answer = hang
    with pytest.raises(Unreachable, match="did not answer within"):
        send(receiver.url, b"{}", {})
    given_up.set()


def test_one_that_drips_is_given_up_in_time(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps each single wait short, but not the whole."""
    settings.WEBHOOK_NETWORKS = LOCAL
    monkeypatch.setattr(outside, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            caller, _ = server.accept()
            with caller, suppress(OSError):
                caller.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not given_up.wait(0.05):
                    caller.sendall(b"x")

        given_up, dripping = Event(), Thread(target=drip)
        dripping.start()
        try:
            with pytest.raises(Unreachable, match="did not answer within"):
                send(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        finally:
            given_up.set()
            dripping.join()


def test_where_nobody_listens_it_says_so(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = LOCAL
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="connection failed"):
            send(f"http://127.0.0.1:{held.getsockname()[1]}/", b"{}", {})


@pytest.fixture
def certified(tmp_path: Path) -> ssl.SSLContext:
    """A certificate for localhost that its own key signed; SSL_CERT_FILE names it to whoever trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


def test_by_https_the_server_must_be_who_its_name_says(
    certified: ssl.SSLContext, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_NETWORKS = [*LOCAL, "::1/128"]
    with running_receiver(certified) as receiver:
        with pytest.raises(Unreachable, match="not to be trusted"):
            send(receiver.url, b"{}", {})
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert send(receiver.url, b"{}", {}).status == 204
        with pytest.raises(Unreachable, match="not to be trusted"):
            send(receiver.url.replace("localhost", "127.0.0.1"), b"{}", {})
