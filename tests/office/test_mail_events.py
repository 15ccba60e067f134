"""What mail services tell by webhook: signed or logged in, of our mails, once; anything else changes nothing."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from office.mail import Letter, MailKind, queue_mail, register_kind, sns
from office.mail.bounces import why_stopped
from office.mail.handing_over import hand_over
from office.mail.kinds import KINDS
from office.mail.sns import signed_text
from office.models import AuditRecord, Company, MailStatus, OutgoingMail, Task, User
from office.operations.do_task import finish_task
from tests.world import make_company, make_customer, make_user

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = "postmark:long secret"
ADDRESS = "eva@bramble.example"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def kinds():
    letter = Letter("Eva", ADDRESS, "Hello", "Words")
    register_kind(MailKind("waits", lambda mail: letter, lambda mail: "", lambda user: User.objects.all(), waits=True))
    register_kind(MailKind("at once", lambda mail: letter, lambda mail: "", lambda user: User.objects.all()))
    yield
    del KINDS["waits"], KINDS["at once"]


@pytest.fixture
def company() -> Company:
    company = make_company(mail_from_hour=0, mail_until_hour=24, mail_daily_limit=0)
    for day in range(8):  # every day is worked, whenever this runs
        company.own_days.create(day=company.today() + (day - 1) * DAY, is_worked=True, name="Test")
    return company


@pytest.fixture
def queue(company: Company):
    contact = make_customer(company).contacts.get()
    by = make_user(company)

    def write(key: str, kind: str = "at once") -> OutgoingMail:
        to = {"customer_id": contact.customer_id, "contact_id": contact.pk, "to_email": ADDRESS}
        return queue_mail(key=key, kind=kind, company=company, about=by, subject="Hello", **to)

    return write


@pytest.fixture
def mail(queue, relay, settings) -> OutgoingMail:
    """A mail that left by a service whose events are guarded in each way there is."""
    settings.MAIL_SERVICE, settings.MAIL_EVENTS_LOGIN = "postmark", LOGIN
    sent = queue("one")
    hand_over(sent.pk)
    return sent


def now_of(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def post(service: str, body: Any, login: str = LOGIN, **headers: str) -> Any:
    more = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(f"/webhooks/mail/{service}/", content, content_type="application/json", headers=more | headers)


def bounce(mail: OutgoingMail, **said: Any) -> dict[str, Any]:
    """As Postmark tells of a mail that came back."""
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 42,
        "MessageID": "00000000-0000-0000-0000-000000000000",
        "Metadata": {"mail": mail.envelope_id},
        "Email": ADDRESS,
        "BouncedAt": "2026-03-02T12:00:00Z",
        "Description": "The server was unable to deliver",
        "Details": "smtp;550 5.1.1 No such user",
    } | said


def test_the_mail_carries_its_id_where_the_service_gives_it_back(mail, relay):
    assert relay.taken[0]["X-PM-Metadata-mail"] == mail.envelope_id


def test_a_bounce_is_noted_once_and_makes_one_task(mail):
    answers = [post("postmark", bounce(mail)).json() for _ in range(2)]
    assert answers == [{"bounced": 1, "ignored": 0}, {"known": 1, "ignored": 0}]
    after = now_of(mail)
    assert (after.status, after.bounce_code) == (MailStatus.BOUNCED, "5.1.1")
    assert after.explanation.startswith("Mailbox unknown (5.1.1). smtp;550 5.1.1 No such user")
    task = Task.objects.get()
    assert (task.kind, task.about_type, task.about_id) == ("bounced", "customers.customer", mail.customer_id)
    assert task.title == f"Find an address that works instead of {ADDRESS}: mailbox unknown (5.1.1)"
    assert AuditRecord.objects.filter(action="take_mail_event").count() == 1


def test_the_same_event_at_once_is_noted_once(mail, in_parallel):
    answers = in_parallel([lambda: post("postmark", bounce(mail)).json()] * 6)
    assert sorted(next(iter(answer)) for answer in answers) == ["bounced"] + ["known"] * 5
    assert (Task.objects.count(), AuditRecord.objects.filter(action="take_mail_event").count()) == (1, 1)


def test_a_complaint_stops_what_leaves_by_itself_for_good(mail, queue, relay):
    post("postmark", {**bounce(mail), "RecordType": "SpamComplaint", "Type": "SpamComplaint"})
    after = now_of(mail)
    assert after.explanation == "They call it spam. They call it spam: nothing goes there by itself."
    by_hand, by_itself = queue("by hand"), queue("by itself", "waits")
    hand_over(by_hand.pk)
    hand_over(by_itself.pk)
    assert (now_of(by_hand).status, now_of(by_itself).status) == (MailStatus.SENT, MailStatus.CANCELLED)
    assert now_of(by_itself).explanation == f"Not sent: {ADDRESS} called a mail spam."


def test_after_a_bounce_nothing_leaves_by_itself_until_something_arrived(mail, queue, relay):
    post("postmark", bounce(mail))
    first = queue("first", "waits")
    hand_over(first.pk)
    assert now_of(first).explanation == f"Not sent: mail to {ADDRESS} came back (mailbox unknown (5.1.1))."
    hand_over(queue("by hand").pk)
    second = queue("second", "waits")
    hand_over(second.pk)
    assert (now_of(second).status, why_stopped(now_of(second))) == (MailStatus.SENT, "")


def test_an_address_that_bounces_again_after_it_was_mended_is_a_new_task(mail, queue, relay):
    post("postmark", bounce(mail))
    again = queue("again")
    hand_over(again.pk)
    post("postmark", bounce(again))
    assert Task.objects.count() == 1
    finish_task(Task.objects.get().pk, by=None)
    third = queue("third")
    hand_over(third.pk)
    post("postmark", bounce(third))
    assert Task.objects.count() == 2


def test_a_mail_that_the_relay_refuses_for_its_address_makes_a_task_too(queue, relay):
    relay.at_rcpt = lambda: "550 5.1.1 No such user"
    refused = queue("refused")
    hand_over(refused.pk)
    assert (now_of(refused).status, Task.objects.get().kind) == (MailStatus.BOUNCED, "bounced")


@pytest.mark.parametrize("kind", ["Delivery", "Open", "Click"])
def test_delivered_and_opened_are_nothing_to_us(mail, kind):
    assert post("postmark", bounce(mail, RecordType=kind)).json() == {"ignored": 1}
    assert now_of(mail).status == MailStatus.SENT


def test_a_delay_is_no_bounce(mail):
    assert post("postmark", bounce(mail, Type="Transient")).json() == {"ignored": 1}
    assert now_of(mail).status == MailStatus.SENT


@pytest.mark.parametrize("login", ["", "postmark:wrong", "other:long secret"])
def test_an_event_that_is_not_guarded_changes_nothing(mail, login):
    answer = post("postmark", bounce(mail), login=login)
    assert (answer.status_code, now_of(mail).status) == (401, MailStatus.SENT)
    assert answer["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"RecordType": 7, "BouncedAt": []}', b"\xff\xfe"])
def test_an_event_that_cannot_be_read_is_refused_and_changes_nothing(mail, body):
    assert post("postmark", body).status_code in (200, 400)
    assert now_of(mail).status == MailStatus.SENT


def test_an_event_about_no_mail_of_ours_is_answered_and_changes_nothing(mail):
    other = mail.envelope_id.replace(f"mail-{mail.pk}.", f"mail-{mail.pk + 7}.")
    forged = mail.envelope_id[:-10] + "0@duebook"
    for told in (other, forged, "mail-999999999999999999.00000000000000000000@duebook", "x"):
        assert post("postmark", bounce(mail, Metadata={"mail": told})).json() in (
            {"unknown": 1, "ignored": 0},
            {"ignored": 1},
        )
    assert (now_of(mail).status, Task.objects.exists()) == (MailStatus.SENT, False)


def test_a_mail_that_never_left_did_not_come_back(queue, settings):
    settings.MAIL_EVENTS_LOGIN = LOGIN
    waiting = queue("waiting")
    assert post("postmark", bounce(waiting)).json() == {"unknown": 1, "ignored": 0}
    assert now_of(waiting).status == MailStatus.QUEUED


def test_a_service_that_is_not_set_up_is_not_there(mail, settings):
    settings.MAIL_EVENTS_LOGIN = ""
    for service in ("postmark", "mailgun", "ses", "nobody"):
        assert post(service, bounce(mail)).status_code == 404


def test_too_much_is_refused_unread(mail):
    assert post("postmark", b" " * (2 * 1024 * 1024 + 1)).status_code == 413


def test_mailgun_signs(mail, settings):
    settings.MAIL_EVENTS_LOGIN, settings.MAIL_EVENTS_KEYS = "", {"mailgun": "key"}

    def event(key: str) -> dict[str, Any]:
        signature = hmac.new(key.encode(), b"1700000000token", hashlib.sha256).hexdigest()
        return {
            "signature": {"timestamp": "1700000000", "token": "token", "signature": signature},
            "event-data": {
                "event": "failed",
                "severity": "permanent",
                "reason": "bounce",
                "recipient": ADDRESS,
                "timestamp": 1700000000.5,
                "message": {"headers": {"message-id": mail.envelope_id}},
                "delivery-status": {"code": 550, "message": "5.2.2 Mailbox full", "description": ""},
            },
        }

    assert post("mailgun", event("other"), login="").status_code == 401
    assert now_of(mail).status == MailStatus.SENT
    assert post("mailgun", event("key"), login="").json() == {"bounced": 1, "ignored": 0}
    assert now_of(mail).bounce_code == "5.2.2"


def test_sendgrid_signs_a_list_of_events(mail, settings):
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    pem = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    settings.MAIL_EVENTS_LOGIN, settings.MAIL_EVENTS_KEYS = "", {"sendgrid": base64.b64encode(pem).decode()}
    events = [
        {"event": "delivered", "email": ADDRESS, "timestamp": 1700000000, "sg_event_id": "1", "mail": mail.envelope_id},
        {
            "event": "bounce",
            "type": "bounce",
            "email": ADDRESS,
            "timestamp": 1700000000,
            "sg_event_id": "2",
            "smtp-id": f"<{mail.envelope_id}>",
            "reason": "550 5.1.1 unknown",
            "status": "5.1.1",
        },
    ]
    body = json.dumps(events).encode()

    def signed(by: Any) -> dict[str, str]:
        signature = base64.b64encode(by.sign(b"1700000000" + body, ec.ECDSA(hashes.SHA256()))).decode()
        return {
            "X-Twilio-Email-Event-Webhook-Signature": signature,
            "X-Twilio-Email-Event-Webhook-Timestamp": "1700000000",
        }

    assert post("sendgrid", body, login="", **signed(other)).status_code == 401
    assert post("sendgrid", body, login="").status_code == 401
    assert post("sendgrid", body, login="", **signed(key)).json() == {"bounced": 1, "ignored": 1}
    assert now_of(mail).bounce_code == "5.1.1"


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
    cache.clear()
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
