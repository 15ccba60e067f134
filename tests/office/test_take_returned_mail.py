"""Mail that came back is noted once, and nothing else is taken for it."""

import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from billing.operations.send_invoice import send_invoice
from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.mail.returned import HEAD, LARGEST
from office.models import AuditRecord, MailStatus, OutgoingMail
from office.operations import take_returned_mail as taking
from office.operations.take_returned_mail import Finding
from tests import world
from tests.office.coming_back import DAY, sent, take
from tests.office.mailing import become
from tests.office.returned import ALONE, WHOLE, report_of
from tests.relay import RelayHandler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    return world.issue(customer, "120.00", DAY)


@pytest.fixture
def mail(invoice: Invoice, relay: RelayHandler) -> OutgoingMail:
    """A mail that the relay took."""
    return sent(invoice)


def refusal_of(content: bytes) -> str:
    """The code of the refusal, which kept nothing."""
    with pytest.raises(Refused) as refusal:
        take(content)
    assert not OutgoingMail.objects.filter(status=MailStatus.BOUNCED).exists()
    assert not AuditRecord.objects.filter(action="take_returned_mail").exists()
    return refusal.value.code


# What a report says


def test_a_report_of_a_failure_makes_the_mail_bounced_with_code_words_and_an_audit_row(mail):
    taken = take(report_of(mail))
    assert (taken.finding, taken.mail) == (Finding.BOUNCED, mail)
    assert taken.words == "The mail to eva@bramble.example came back: mailbox unknown (5.1.1)."
    after = OutgoingMail.objects.get()
    assert (after.status, after.bounce_code, after.bounce_words) == ("bounced", "5.1.1", "mailbox unknown (5.1.1)")
    assert after.bounced_at > after.finished_at == mail.finished_at
    assert after.explanation == (
        "Mailbox unknown (5.1.1). Their server said: 550 5.1.1 <eva@bramble.example>: User unknown"
    )
    row = AuditRecord.objects.get(action="take_returned_mail")
    assert (row.subject_id, row.company_id, row.by) == (mail.pk, mail.company_id, None)
    assert (row.before, row.after) == ({"status": "sent"}, {"status": "bounced", "why": "mailbox unknown (5.1.1)"})


@pytest.mark.parametrize(
    ("more", "returned"),
    [
        ({}, WHOLE),
        ({"about": "Original-Envelope-Id: {id}\nReporting-MTA: dns; mx"}, ALONE),
        ({"about": "Reporting-MTA: dns; mx\nX-Original-Envelope-Id: <{id}>"}, ALONE),
    ],
)
def test_it_is_matched_by_the_mail_brought_back_or_by_its_envelope(mail, more, returned):
    more = {name: text.format(id=mail.envelope_id) for name, text in more.items()}
    assert take(report_of(mail, returned=returned, **more)).finding == Finding.BOUNCED


def test_it_is_matched_by_what_it_answers(mail):
    content = report_of(mail, returned=ALONE)
    assert refusal_of(content) == "unknown_mail"
    answering = content.replace(b"Subject:", b"In-Reply-To: " + mail.message_id.encode() + b"\nSubject:", 1)
    assert take(answering).finding == Finding.BOUNCED


@pytest.mark.parametrize("action", ["delayed", "Delayed (soon)", "delivered", "relayed", "expanded"])
def test_a_delay_or_delivery_is_no_bounce(mail, action):
    taken = take(report_of(mail, action=action, status="4.4.1"))
    assert (taken.finding, OutgoingMail.objects.get().status) == (Finding.NO_BOUNCE, "sent")
    assert not AuditRecord.objects.filter(action="take_returned_mail").exists()


@pytest.mark.parametrize(
    ("status", "said", "words"),
    [
        ("5.2.2", "smtp; 552 5.2.2 Over quota", "mailbox is full (5.2.2)"),
        ("5.0.0", "smtp; 550 5.1.1 No such user", "mailbox unknown (5.1.1)"),
        ("5.0.0", "smtp; 550 no such user", "mailbox is not available (550)"),
        ("5.0.0", "smtp; lost", "not delivered (5.0.0)"),
        ("4.4.7", "smtp; 451 later", "not delivered in time (4.4.7)"),
        ("5.7.1", "smtp; 554 spam from 5.1.1.9", "refused by their rules (5.7.1)"),
        ("5.1.99", "", "address does not work (5.1.99)"),
        ("nonsense", "", "not delivered"),
    ],
)
def test_the_code_is_said_in_words(mail, status, said, words):
    take(report_of(mail, status=status, said=said))
    assert OutgoingMail.objects.get().bounce_words == words


def test_of_several_recipients_the_one_that_we_wrote_to_counts(mail):
    both = report_of(mail).replace(
        b"Final-Recipient: rfc822; eva",
        b"Final-Recipient: rfc822; other@else.example\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; eva",
        1,
    )
    kept = both.replace(b"Action: failed\nStatus: 5.1.1\nRemote", b"Action: delivered\nStatus: 2.0.0\nRemote")
    assert kept != both
    assert take(kept).finding == Finding.NO_BOUNCE
    assert take(both).finding == Finding.BOUNCED


def test_a_report_of_the_address_that_it_was_forwarded_to_counts(mail):
    assert take(report_of(mail, to="eva@new-home.example")).finding == Finding.BOUNCED


def test_an_auto_reply_is_no_bounce(mail):
    away = b"Auto-Submitted: auto-replied\nIn-Reply-To: %s\nSubject: Away\n\n550 5.1.1 I am away"
    assert take(away % mail.message_id.encode()).finding == Finding.NO_BOUNCE
    assert take(b"Precedence: bulk\nSubject: Away\n\nI am away").finding == Finding.NO_BOUNCE
    read = report_of(mail).replace(b"delivery-status", b"disposition-notification")
    assert take(read).finding == Finding.NO_BOUNCE
    assert OutgoingMail.objects.get().status == "sent"


# Once


def test_the_same_report_again_counts_once(mail):
    take(report_of(mail))
    before = OutgoingMail.objects.get()
    assert take(report_of(mail)).finding == Finding.KNOWN
    assert OutgoingMail.objects.get().bounced_at == before.bounced_at
    assert AuditRecord.objects.filter(action="take_returned_mail").count() == 1


def findings_at_once(mail: OutgoingMail, in_parallel: Any) -> list[str]:
    return sorted(taken.finding for taken in in_parallel([lambda: take(report_of(mail))] * 6))


def test_the_same_report_six_times_at_once_counts_once(mail, in_parallel):
    assert findings_at_once(mail, in_parallel) == [Finding.BOUNCED] + [Finding.KNOWN] * 5
    assert AuditRecord.objects.filter(action="take_returned_mail").count() == 1


def test_control_without_the_conditional_arrow_it_would_count_six_times(mail, in_parallel, monkeypatch):
    note = taking.note_bounce
    monkeypatch.setattr(taking, "note_bounce", lambda *told: note(*told) or True)
    assert findings_at_once(mail, in_parallel) == [Finding.BOUNCED] * 6


@pytest.mark.parametrize("status", ["handed_over", "uncertain", "queued", "failed", "cancelled"])
def test_what_came_back_was_sent_whatever_we_thought(invoice, relay, status):
    [mail] = send_invoice(invoice.pk, by=None)
    become(status, attempts=1)
    assert take(report_of(mail)).finding == Finding.BOUNCED
    hand_over(mail.pk)
    assert OutgoingMail.objects.get().status == "bounced"


def test_a_report_that_overtakes_the_relays_answer_stays(invoice, relay):
    [mail] = send_invoice(invoice.pk, by=None)

    def come_back() -> None:
        take(report_of(mail))
        connection.close()

    def answer() -> str:
        thread = threading.Thread(target=come_back)
        thread.start()
        thread.join()
        return "250 Taken"

    relay.at_data = answer
    hand_over(mail.pk)
    assert OutgoingMail.objects.get().status == "bounced"


# What is refused


def test_a_report_about_no_mail_of_ours_is_refused(mail, invoice):
    content = report_of(mail)
    number = mail.envelope_id.split(".")[1].encode()
    assert refusal_of(content.replace(number, b"20200101000000000000")) == "unknown_mail"
    assert refusal_of(content.replace(b"mail-%d." % mail.pk, b"mail-%d." % 10**17)) == "unknown_mail"
    assert refusal_of(content.replace(b"duebook>", b"elsewhere>")) == "unknown_mail"


def test_a_mail_that_never_left_cannot_come_back(invoice):
    [mail] = send_invoice(invoice.pk, by=None)
    assert refusal_of(report_of(mail)) == "unknown_mail"


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(5000))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "broken_mail"),
        (b"\0" * 5000, "broken_mail"),
        (bytes(range(256)) * 100, "broken_mail"),
        (b"Subject: Hello\n\nI did not get your invoice.", "no_report"),
        (b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\nNo parts.", "no_report"),
        (b'Content-Type: multipart/report; boundary="' + b";" * HEAD, "broken_mail"),
        (NESTED, "broken_mail"),
        (b"Content-Type: message/rfc822\n\n" * 8000, "broken_mail"),
        (b"A: b\n" * 100_000, "no_report"),
        (b"A: b\n\n" + b"x" * LARGEST, "too_large"),
    ],
)
def test_what_is_no_report_is_refused_quickly(mail, content, code):
    began = time.monotonic()
    assert refusal_of(content) == code
    assert time.monotonic() - began < 10


def test_a_report_without_recipients_or_with_its_parts_broken_is_refused(mail):
    content = report_of(mail)
    assert refusal_of(content.replace(b"Action: failed\n", b"")) == "broken_mail"
    assert take(content.replace(b"message/delivery-status", b"text/plain")).finding == Finding.NO_BOUNCE
    half = content[: content.index(b"Original-Recipient")]
    assert refusal_of(half) == "broken_mail"


def test_a_report_cut_off_after_its_recipients_is_read(mail):
    content = report_of(mail, about=f"Original-Envelope-Id: {mail.envelope_id}")
    assert take(content[: content.index(b"Remote-MTA")]).finding == Finding.BOUNCED


def test_every_byte_changed_ends_as_an_answer_or_a_refusal(mail):
    content = report_of(mail)
    for place in range(0, len(content), 7):
        for byte in (b"\0", b"\xff", b";", b"\n"):
            with suppress(Refused):
                take(content[:place] + byte + content[place + 1 :])
    assert OutgoingMail.objects.get().status == "bounced"


def test_what_strangers_wrote_is_one_line_of_text(mail, clerk, invoice):
    take(report_of(mail, said="smtp; 550 <script>alert(1)</script>\n " + "x" * 900, status="5.0.0"))
    words = OutgoingMail.objects.get().explanation
    assert "\n" not in words
    assert len(words) == 500
    browser = Client()
    browser.force_login(clerk)
    html = browser.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
