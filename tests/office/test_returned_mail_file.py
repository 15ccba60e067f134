"""Returned mail handed in as a file: each report of a mailbox counts once, and nothing else changes anything."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from billing.operations.send_invoice import send_invoice
from office.mail.handing_over import hand_over
from office.mail.mbox import mails_in
from office.models import OutgoingMail, Task
from tests.office.returned import report
from tests.world import issue, make_company, make_customer, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mailbox_is_taken_apart_and_quoted_lines_are_unquoted():
    box = b"From a@b Mon Mar 2\nSubject: one\n\n>From here\n>>From there\nFrom within\n\nFrom c@d Tue\r\nSubject: two\r\n\r\nx"
    assert list(mails_in(box)) == [b"Subject: one\n\nFrom here\n>From there\nFrom within", b"Subject: two\r\n\r\nx"]
    assert list(mails_in(b"Subject: alone\n\nFrom x\n")) == [b"Subject: alone\n\nFrom x\n"]
    assert list(mails_in(b"")) == [b""]
