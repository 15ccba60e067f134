"""A receipt on paper and by mail: kept bytes in its customer's language, sent once to those who get papers."""

import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from customers.operations.details import ContactDetails
from office.mail.handing_over import hand_over
from office.mail.message import read_message
from office.models import OutgoingMail
from payments.models import Receipt, ReceiptPdf
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.send_receipt import send_receipt
from payments.receipt_pdf import kept_receipt_pdf
from tests import world
from tests.api.calling import Program, refused
from tests.payments.test_write_off import refusal

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def words_of(receipt: Receipt) -> str:
    """What its PDF says, words parted by single blanks."""
    content = bytes(kept_receipt_pdf(receipt).content)
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.fixture
def receipt(customer: Any) -> Receipt:
    """120.00, of which 100.00 is applied."""
    row = world.receive(customer, "120.00", DAY, method="cheque", reference="No. 77")
    world.apply(row, world.issue(customer, "100.00", DAY), "100.00", DAY)
    return row


def test_it_says_who_paid_what_when_how_and_for_what(receipt: Receipt) -> None:
    words = words_of(receipt)
    for part in ("Receipt RC-2026-0001", "2 Mar 2026", "Cheque", "No. 77", "Bramble GmbH", "Alder Ltd"):
        assert part in words
    assert "Invoice INV-2026-0001 €100.00 Kept on your account €20.00" in words
    assert "Received with thanks €120.00" in words


def test_its_bytes_are_made_once_and_kept(receipt: Receipt) -> None:
    first, second = kept_receipt_pdf(receipt), kept_receipt_pdf(receipt)
    assert (first.pk, ReceiptPdf.objects.count()) == (second.pk, 1)
    assert first.sha256 == sha256(bytes(first.content)).hexdigest()
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        connection.cursor().execute("UPDATE payments_receiptpdf SET content = 'x'")


def test_reversed_it_has_a_paper_of_its_own_that_says_so(receipt: Receipt) -> None:
    before = kept_receipt_pdf(receipt)
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="Bounced")
    receipt.refresh_from_db()

    assert "This payment was taken back on 2 Mar 2026." in words_of(receipt)
    assert kept_receipt_pdf(receipt).pk != before.pk


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Quittung"), ("fr", "Reçu n°"), ("nl", "Kwitantie"), ("es", "Recibo")]
)
def test_it_is_written_in_its_customers_language(company: Any, language: str, words: str) -> None:
    receipt = world.receive(world.make_customer(company, "Castell AG", language=language), "9.00", DAY)
    [mail] = send_receipt(receipt.pk, by=None)
    assert words in words_of(receipt)
    assert words.removesuffix(" n°") in mail.subject


@pytest.mark.django_db(transaction=True)
def test_the_mail_thanks_says_what_it_pays_and_brings_the_pdf(receipt: Receipt) -> None:
    [mail] = send_receipt(receipt.pk, by=None)
    hand_over(mail.pk)

    mail.refresh_from_db()
    assert mail.explanation == ""
    message = read_message(bytes(mail.kept_message))
    assert (mail.status, mail.to_email, mail.subject) == (
        "sent",
        "eva@bramble.example",
        "Receipt RC-2026-0001 from Alder Ltd",
    )
    assert "we received €120.00 from you on 2 Mar 2026" in message.text
    assert "Invoice INV-2026-0001: €100.00" in message.text
    assert "€20.00 of it stays on your account" in message.text
    assert bytes(kept_receipt_pdf(receipt).content) in [attachment.content for attachment in message.attachments]


def test_it_goes_once_to_each_who_gets_papers_and_again_only_later(company: Any, manager: Any) -> None:
    people = [ContactDetails("Ann", "ann@x.example"), ContactDetails("Ben", "ben@x.example", gets_invoices=False)]
    receipt = world.receive(world.make_customer(company, "Castell AG", contacts=people), "9.00", DAY)
    first, second = send_receipt(receipt.pk, by=manager), send_receipt(receipt.pk, by=manager)
    assert ([mail.to_email for mail in first], OutgoingMail.objects.count()) == (["ann@x.example"], 1)
    assert first == second


def test_a_reversed_one_is_not_sent_nor_one_queued_before(receipt: Receipt) -> None:
    [mail] = send_receipt(receipt.pk, by=None)
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="Bounced")
    hand_over(mail.pk)

    mail.refresh_from_db()
    assert (mail.status, mail.explanation) == ("cancelled", "Not sent: the receipt is reversed.")
    assert refusal(lambda: send_receipt(receipt.pk, by=None)) == "invalid_move"


def test_where_nobody_gets_papers_it_is_refused(company: Any, receipt: Receipt) -> None:
    lonely = world.receive(world.make_customer(company, "Castell AG", contacts=[]), "9.00", DAY)
    stranger = receipt.customer.contacts.get().pk
    assert refusal(lambda: send_receipt(lonely.pk, by=None)) == "nobody_to_send_to"
    assert refusal(lambda: send_receipt(lonely.pk, by=None, contact_ids=[stranger])) == "contact_unreachable"


def test_on_screen_and_by_program_it_is_read_and_sent(company: Any, clerk: Any, receipt: Receipt) -> None:
    browser, program = Client(), Program(clerk)
    browser.force_login(clerk)
    kept = bytes(kept_receipt_pdf(receipt).content)
    assert browser.get(reverse("payments:receipt_pdf", args=[receipt.pk])).content == kept
    page = browser.post(reverse("payments:send_receipt", args=[receipt.pk]), follow=True).content.decode()
    assert "1 mail will leave in a moment." in page
    assert "eva@bramble.example" in page
    assert program.get(f"receipts/{receipt.pk}/pdf/").content == kept
    assert program.post(f"receipts/{receipt.pk}/send/", {}).json()["results"][0]["to"] == "eva@bramble.example"
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.post(f"receipts/{receipt.pk}/send/", {}))[0] == 403


def test_large_amounts_and_odd_letters_are_drawn(customer: Any) -> None:
    receipt = world.receive(customer, "999999999.99", DAY, reference="<b>\x07 & \N{BLACK STAR}", bank_fee=Decimal(0))
    assert "€999,999,999.99" in words_of(receipt)
