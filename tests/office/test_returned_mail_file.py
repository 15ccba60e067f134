"""Returned mail handed in as a file: each report of a mailbox counts once, and nothing else changes anything."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.operations.send_invoice import send_invoice
from office.mail.handing_over import hand_over
from office.mail.mbox import mails_in
from office.models import OutgoingMail, Task
from tests.office.returned import report_of
from tests.world import issue, make_company, make_customer, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mailbox_is_taken_apart_and_quoted_lines_are_unquoted():
    box = b"From a@b\nSubject: one\n\n>From here\n>>From there\nFrom within\n\nFrom c@d Tue\r\nSubject: two\r\n\r\nx"
    one = b"Subject: one\n\nFrom here\n>From there\nFrom within"
    assert list(mails_in(box)) == [one, b"Subject: two\r\n\r\nx"]
    assert list(mails_in(b"Subject: alone\n\nFrom x\n")) == [b"Subject: alone\n\nFrom x\n"]
    assert list(mails_in(b"")) == [b""]


def sent_from(company) -> OutgoingMail:
    [mail] = send_invoice(issue(make_customer(company), "5.00", date(2026, 3, 1)).pk, by=None)
    hand_over(mail.pk)
    return mail


def hand_in(user, content: bytes) -> str:
    browser = Client()
    browser.force_login(user)
    file = SimpleUploadedFile("inbox.mbox", content)
    return browser.post(reverse("office:returned_mail"), {"file": file}, follow=True).content.decode()


def test_each_report_of_a_mailbox_counts_once(relay):
    company = make_company()
    mail = sent_from(company)
    other = sent_from(make_company(legal_name="Other Ltd"))
    reports = [report_of(mail), report_of(mail), report_of(other), b"Subject: hello\n\nWhen do you open?\n"]
    box = b"".join(b"From MAILER-DAEMON Mon Mar  2 08:30:00 2026\n" + each + b"\n\n" for each in reports)
    html = hand_in(make_user(company, "administrator"), box)

    assert "4 mails read: 1 came back, 1 known before, 2 not about a mail of ours." in html
    assert "This is no delivery report but a mail of kind text/plain." in html
    assert list(OutgoingMail.objects.order_by("pk").values_list("status", flat=True)) == ["bounced", "sent"]
    assert Task.objects.count() == 1


def test_one_mail_is_taken_too_and_a_clerk_takes_none(relay):
    company = make_company()
    mail = sent_from(company)
    browser = Client()
    browser.force_login(make_user(company, "clerk"))
    assert browser.get(reverse("office:returned_mail")).status_code == 403
    assert "1 mail read: 1 came back." in hand_in(make_user(company, "administrator"), report_of(mail))
