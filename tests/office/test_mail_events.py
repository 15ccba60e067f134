"""What mail services tell by webhook: signed or logged in, of our mails, once; anything else changes nothing."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from office.mail.bounces import why_stopped
from office.mail.handing_over import hand_over
from office.models import AuditRecord, MailStatus, OutgoingMail, Task
from office.operations.do_task import finish_task
from tests.office.mail_services import ADDRESS, LOGIN, always_open, left_by_postmark, now_of, own_kinds, post, queueing

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
