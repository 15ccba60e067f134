"""Mailing a document: who gets it, once for each occasion, and only what still holds when it leaves."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
import time_machine

from billing.mail import compose
from billing.models import DocumentLink, InvoicePdf
from billing.operations.credit_invoice import credit_invoice
from billing.operations.send_invoice import send_invoice
from billing.operations.void_invoice import void_invoice
from customers.operations.details import ContactDetails
from ledger.refusals import Refused
from office.mail.handing_over import claim, hand_over, may_leave
from office.models import AuditRecord, BankAccount, MailStatus, OutgoingMail
from tests.world import apply, draft, issue, make_company, make_customer, make_user, receive

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def the_day_after():
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def company():
    company = make_company()
    BankAccount.objects.create(
        company=company,
        name="Main",
        holder="Alder Ltd",
        iban="DE02120300000000202051",
        bic="BYLADEM1001",
        currency="EUR",
    )
    return company


@pytest.fixture
def customer(company):
    return make_customer(company)


@pytest.fixture
def invoice(customer):
    return issue(customer, "120.00", DAY)


def left(mail: OutgoingMail) -> OutgoingMail:
    hand_over(mail.pk)
    return OutgoingMail.objects.get(pk=mail.pk)


def message_of(mail: OutgoingMail) -> EmailMessage:
    return message_from_bytes(bytes(left(mail).kept_message), policy=SMTP)


# Who gets it


def test_each_active_contact_who_gets_invoices_and_has_an_address_gets_one(company):
    customer = make_customer(
        company,
        contacts=[
            ContactDetails("Ada", "ada@buyer.example"),
            ContactDetails("Ben", "ben@buyer.example"),
            ContactDetails("No invoices", "cy@buyer.example", gets_invoices=False),
            ContactDetails("Left", "di@buyer.example", is_active=False),
            ContactDetails("No address"),
        ],
    )
    mails = send_invoice(issue(customer, "120.00", DAY).pk, by=None)
    assert sorted(mail.to_email for mail in mails) == ["ada@buyer.example", "ben@buyer.example"]


def test_those_chosen_get_it_and_nobody_else(company):
    people = [ContactDetails("Ada", "ada@buyer.example"), ContactDetails("Cy", "cy@buyer.example", gets_invoices=False)]
    customer = make_customer(company, contacts=people)
    [mail] = send_invoice(issue(customer, "120.00", DAY).pk, by=None, contact_ids=[customer.contacts.get(name="Cy").pk])
    assert mail.to_email == "cy@buyer.example"


def test_sending_says_in_the_audit_who_sent_it_to_whom(company, invoice):
    clerk = make_user(company)
    send_invoice(invoice.pk, by=clerk)
    record = AuditRecord.objects.get(action="send_invoice")
    assert (record.by, record.subject_name, record.after) == (clerk, invoice.number, {"to": "eva@bramble.example"})


def refusal_of(*args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal:
        send_invoice(*args, by=None, **kwargs)
    assert not OutgoingMail.objects.exists()
    return refusal.value.code


def test_a_draft_is_not_sent(customer):
    assert refusal_of(draft(customer, "120.00").pk) == "not_issued"


def test_a_void_document_is_not_sent(invoice):
    void_invoice(invoice.pk, reason="Wrong customer", by=None, on=DAY)
    assert refusal_of(invoice.pk) == "not_issued"


def test_where_nobody_can_receive_it_sending_is_refused(company):
    customer = make_customer(company, contacts=[ContactDetails("No address")])
    assert refusal_of(issue(customer, "120.00", DAY).pk) == "nobody_to_send_to"


def test_another_customers_contact_cannot_be_chosen(company, invoice):
    stranger = make_customer(company, "Castell Ltd").contacts.get()
    assert refusal_of(invoice.pk, contact_ids=[stranger.pk]) == "contact_unreachable"


# Once


def test_pressing_twice_sends_one_mail(invoice):
    assert send_invoice(invoice.pk, by=None) == send_invoice(invoice.pk, by=None)
    assert OutgoingMail.objects.count() == 1


def test_pressing_twice_at_once_sends_one_mail(invoice, in_parallel):
    in_parallel([lambda: send_invoice(invoice.pk, by=None)] * 6)
    assert OutgoingMail.objects.count() == 1


def test_sending_again_after_it_left_is_a_new_mail(invoice):
    [first] = send_invoice(invoice.pk, by=None)
    left(first)
    [second] = send_invoice(invoice.pk, by=None)
    contact = invoice.customer.contacts.get()
    assert [first.key, second.key] == [f"send_invoice:{invoice.pk}:{contact.pk}:{number}" for number in (1, 2)]


# What it says


def test_the_mail_tells_amount_due_day_link_and_how_to_pay_and_brings_the_pdf(invoice, settings):
    settings.SITE_URL = "https://due.example"
    [mail] = send_invoice(invoice.pk, by=None)
    message = message_of(mail)
    text = message.get_body(("plain",)).get_content()
    [attached] = message.iter_attachments()

    assert message["Subject"] == f"Invoice {invoice.number} from Alder Ltd, due 31 Mar 2026"
    assert message["To"] == "Eva Brandt <eva@bramble.example>"
    assert "Please pay €120.00 by 31 Mar 2026." in text
    assert "https://due.example/p/" in text
    assert "Account: DE02 1203 0000 0000 2020 51" in text
    assert f"Reference: {invoice.number}" in text
    assert attached.get_filename() == f"{invoice.number}.pdf"
    assert attached.get_content() == bytes(InvoicePdf.objects.get().content)


def test_a_mail_sent_later_asks_only_for_what_is_open(customer, invoice):
    apply(receive(customer, "50.00", DAY), invoice, "50.00", DAY)
    [mail] = send_invoice(invoice.pk, by=None)
    text = message_of(mail).get_body(("plain",)).get_content()
    assert "Here is invoice" in text
    assert "Please pay €70.00 by" in text


def test_a_mail_sent_late_says_that_it_is_late(invoice):
    [mail] = send_invoice(invoice.pk, by=None)
    with time_machine.travel(datetime(2026, 4, 1, 12, tzinfo=UTC)):
        text = message_of(mail).get_body(("plain",)).get_content()
    assert "It was due on 31 Mar 2026: please pay €120.00 now." in text


def test_a_paid_invoice_asks_for_nothing(customer, invoice):
    apply(receive(customer, "120.00", DAY), invoice, "120.00", DAY)
    [mail] = send_invoice(invoice.pk, by=None)
    message = message_of(mail)
    text = message.get_body(("plain",)).get_content()
    assert message["Subject"] == f"Invoice {invoice.number} from Alder Ltd"
    assert "It is paid: there is nothing you need to do." in text
    assert "How to pay" not in text


def test_a_credit_memo_asks_for_nothing(invoice):
    memo = credit_invoice(invoice.pk, {invoice.lines.get().pk: 1}, reason="Damaged", by=None, on=DAY)
    [mail] = send_invoice(memo.pk, by=None)
    text = message_of(mail).get_body(("plain",)).get_content()
    assert f"Here is credit memo {memo.number} for €120.00. There is nothing you need to do." in text


def test_pdf_04_markup_stays_literal_in_the_mail(company):
    markup = "<img src=x onerror=alert(1)><b>x</b>"
    customer = make_customer(company, markup, contacts=[ContactDetails(markup, "eva@bramble.example")])
    [mail] = send_invoice(issue(customer, "120.00", DAY).pk, by=None)
    message = message_of(mail)
    assert f"Dear {markup}," in message.get_body(("plain",)).get_content()
    assert "Dear &lt;img src=x onerror=alert(1)&gt;&lt;b&gt;x&lt;/b&gt;," in message.get_body(("html",)).get_content()


def test_the_token_is_in_the_mail_and_only_its_hash_is_kept(invoice, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    [mail] = send_invoice(invoice.pk, by=None)
    left(mail)
    link = DocumentLink.objects.get()
    assert (link.invoice, link.contact.email) == (invoice, "eva@bramble.example")
    assert len(link.token_hash) == 64
    assert OutgoingMail.objects.get().kept_message is None


# The last moment (as REM-03 asks of reminders)


def cancelled(mail: OutgoingMail) -> str:
    row = left(mail)
    assert (row.status, row.kept_message) == (MailStatus.CANCELLED, None)
    return row.explanation


def test_an_invoice_voided_before_its_mail_left_is_not_mailed(invoice):
    [mail] = send_invoice(invoice.pk, by=None)
    void_invoice(invoice.pk, reason="Wrong customer", by=None, on=DAY)
    assert cancelled(mail) == "Not sent: the document is void."


def test_a_contact_who_left_before_the_mail_gets_none(customer, invoice):
    [mail] = send_invoice(invoice.pk, by=None)
    customer.contacts.update(is_active=False)
    assert cancelled(mail) == "Not sent: Eva Brandt has left."


def test_a_contact_without_address_any_more_gets_none(customer, invoice):
    [mail] = send_invoice(invoice.pk, by=None)
    customer.contacts.update(email="")
    assert cancelled(mail) == "Not sent: Eva Brandt has no address any more."


def test_an_address_changed_before_the_mail_left_is_used(customer, invoice):
    [mail] = send_invoice(invoice.pk, by=None)
    customer.contacts.update(email="new@bramble.example")
    assert left(mail).to_email == "new@bramble.example"


def test_what_is_paid_before_the_mail_left_is_not_asked_for(customer, invoice):
    """REM-03's variant: paid but for a cent, the mail asks for the cent."""
    [mail] = send_invoice(invoice.pk, by=None)
    apply(receive(customer, "119.99", DAY), invoice, "119.99", DAY)
    assert "Please pay €0.01 by" in message_of(mail).get_body(("plain",)).get_content()


def test_a_mail_that_is_called_off_mints_no_link(invoice):
    [mail] = send_invoice(invoice.pk, by=None)
    void_invoice(invoice.pk, reason="Wrong customer", by=None, on=DAY)
    left(mail)
    assert not DocumentLink.objects.exists()


def test_an_invoice_voided_while_its_mail_was_written_is_not_mailed(invoice):
    [mail] = send_invoice(invoice.pk, by=None)
    mail = claim(mail.pk)
    letter = compose(mail)
    void_invoice(invoice.pk, reason="Wrong customer", by=None, on=DAY)
    assert not may_leave(mail, letter)
    assert OutgoingMail.objects.get().explanation == "Not sent: the document is void."


def test_an_address_changed_while_the_mail_was_written_gets_none(customer, invoice):
    [mail] = send_invoice(invoice.pk, by=None)
    mail = claim(mail.pk)
    letter = compose(mail)
    customer.contacts.update(email="new@bramble.example")
    assert not may_leave(mail, letter)
    assert OutgoingMail.objects.get().status == MailStatus.CANCELLED
