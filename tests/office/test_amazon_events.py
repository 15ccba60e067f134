"""What Amazon tells of mails, by SNS: signed by Amazon, for our topic, or it changes nothing."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.utils import timezone

from office.mail import sns
from office.mail.sns import signed_text
from office.models import MailStatus, OutgoingMail
from tests.office.mail_services import (
    ADDRESS,
    DAY,
    LOGIN,
    always_open,
    left_by_postmark,
    now_of,
    own_kinds,
    post,
    queueing,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    with own_kinds():
        yield


@pytest.fixture
def queue() -> Callable[..., OutgoingMail]:
    return queueing(always_open())


@pytest.fixture
def mail(queue, relay, settings) -> OutgoingMail:
    return left_by_postmark(queue, settings)


AMAZONS = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"


class Amazon:
    """Amazon's topic, with a certificate that we made, which lies at its address."""

    def __init__(self, ends: timedelta = DAY) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = x509.CertificateBuilder(name, name, self.key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(timezone.now() - 30 * DAY).not_valid_after(timezone.now() + ends)
        self.certificate = made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self.asked: list[str] = []

    def at(self, address: str) -> bytes:
        self.asked.append(address)
        return self.certificate

    def signed(self, body: dict[str, Any], version: str = "2") -> dict[str, Any]:
        body = body | {"SignatureVersion": version, "SigningCertURL": AMAZONS}
        by = {"1": hashes.SHA1, "2": hashes.SHA256}[version]()
        return body | {"Signature": base64.b64encode(self.key.sign(signed_text(body), PKCS1v15(), by)).decode()}


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Amazon:
    found = Amazon()
    monkeypatch.setattr(sns, "fetched", found.at)
    return found


def notification(mail: OutgoingMail) -> dict[str, Any]:
    told = {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": ADDRESS, "diagnosticCode": "smtp; 550 5.1.1 unknown"}],
            "timestamp": "2026-03-02T12:00:00.000Z",
        },
        "mail": {
            "messageId": "0100",
            "timestamp": "2026-03-02T11:00:00.000Z",
            "destination": [ADDRESS],
            "headers": [{"name": "Message-ID", "value": f"<{mail.envelope_id}>"}],
        },
    }
    return {
        "Type": "Notification",
        "MessageId": "1",
        "TopicArn": "arn:aws:sns:eu-central-1:123456789012:bounces",
        "Subject": "Amazon SES Email Event Notification",
        "Timestamp": "2026-03-02T12:00:00.000Z",
        "Message": json.dumps(told),
    }


def post_to_ses(body: dict[str, Any], login: str = LOGIN) -> Any:
    headers = {"x-amz-sns-message-type": body["Type"], "x-amz-sns-message-id": "1"}
    return post("ses", body, login=login, **headers)


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazon_signs_what_its_topic_tells(mail, amazon, version):
    body = amazon.signed(notification(mail), version)
    assert post_to_ses(body, login="").status_code == 401
    assert post_to_ses(body).json() == {"bounced": 1, "ignored": 0}
    assert now_of(mail).bounce_code == "5.1.1"
    assert post_to_ses(body).json() == {"known": 1, "ignored": 0}
    assert amazon.asked == [AMAZONS]  # its certificate is kept


def test_the_text_that_amazon_signs_is_that_of_its_guide():
    body = {"Type": "Notification", "Message": "My\nwords", "MessageId": "m", "Timestamp": "t", "TopicArn": "a"}
    assert signed_text(body) == b"Message\nMy\nwords\nMessageId\nm\nTimestamp\nt\nTopicArn\na\nType\nNotification\n"
    body |= {"Type": "SubscriptionConfirmation", "Token": "k", "SubscribeURL": "u"}
    assert signed_text(body) == (
        b"Message\nMy\nwords\nMessageId\nm\nSubscribeURL\nu\nTimestamp\nt\nToken\nk\nTopicArn\na\n"
        b"Type\nSubscriptionConfirmation\n"
    )


@pytest.mark.parametrize("change", ["Message", "Timestamp", "TopicArn", "Subject", "Signature"])
def test_a_message_that_was_changed_after_amazon_signed_it_changes_nothing(mail, amazon, change):
    body = amazon.signed(notification(mail))
    assert post_to_ses(body | {change: body[change][:-2] + "x="}).status_code == 401
    assert now_of(mail).status == MailStatus.SENT


@pytest.mark.parametrize("missing", ["Signature", "SignatureVersion", "SigningCertURL"])
def test_a_message_without_all_of_its_signature_changes_nothing(mail, amazon, missing):
    body = amazon.signed(notification(mail))
    del body[missing]
    assert post_to_ses(body).status_code == 401
    assert now_of(mail).status == MailStatus.SENT


@pytest.mark.parametrize(
    "address",
    [
        AMAZONS.replace("https", "http"),
        AMAZONS.replace("sns.eu-central-1.amazonaws.com", "evil.example"),
        AMAZONS.replace("amazonaws.com", "amazonaws.com.evil.example"),
        AMAZONS.replace("sns.", "bucket.s3."),
        AMAZONS.replace("https://", "https://sns.eu-central-1.amazonaws.com@evil.example/"),
        AMAZONS.replace("sns.eu-central-1", "sns.x.evil-central-1"),
        AMAZONS + "?x=.pem",
        AMAZONS.replace("/Simple", "/../x/Simple"),
        AMAZONS + "\n",
        "file:///etc/passwd",
        7,
    ],
)
def test_a_certificate_that_lies_anywhere_else_is_not_even_fetched(mail, amazon, address):
    body = amazon.signed(notification(mail)) | {"SigningCertURL": address}
    assert post_to_ses(body).status_code == 401
    assert (now_of(mail).status, amazon.asked) == (MailStatus.SENT, [])


def test_somebody_elses_key_or_a_certificate_of_another_time_changes_nothing(mail, amazon):
    assert post_to_ses(Amazon().signed(notification(mail))).status_code == 401
    cache.clear()
    amazon.certificate = (old := Amazon(ends=-DAY)).certificate
    assert post_to_ses(old.signed(notification(mail))).status_code == 401
    assert now_of(mail).status == MailStatus.SENT


def test_a_certificate_that_is_none_or_cannot_be_read_changes_nothing(mail, amazon, monkeypatch):
    amazon.certificate = b"<html>"
    assert post_to_ses(amazon.signed(notification(mail))).status_code == 400
    cache.clear()
    monkeypatch.undo()
    monkeypatch.setattr(sns._opener, "open", Mock(side_effect=OSError))
    assert post_to_ses(amazon.signed(notification(mail))).status_code == 401
    assert now_of(mail).status == MailStatus.SENT
