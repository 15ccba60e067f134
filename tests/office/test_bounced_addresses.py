"""An address that the relay refuses is a bounce, and one that bounced is shown until it is mended."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.delivery import deliveries_of
from billing.models import Invoice
from billing.operations.send_invoice import send_invoice
from customers.operations.details import ContactDetails, CustomerDetails
from customers.operations.update_customer import update_customer
from office.mail.handing_over import hand_over
from office.models import OutgoingMail
from office.operations.take_returned_mail import Finding
from tests import world
from tests.api.calling import Program
from tests.office.coming_back import DAY, sent, take
from tests.office.returned import report_of
from tests.relay import RelayHandler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    return world.issue(customer, "120.00", DAY)


@pytest.fixture
def mail(invoice: Invoice, relay: RelayHandler) -> OutgoingMail:
    """A mail that the relay took."""
    return sent(invoice)


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        ("550 5.1.1 No such person", "bounced", "5.1.1"),
        ("550 No such person", "bounced", "550"),
        ("553 Bad name", "bounced", "553"),
        ("552 5.2.2 Full", "bounced", "5.2.2"),
        ("554 5.7.1 Relay access denied", "failed", ""),
        ("550 5.7.1 We do not know you", "failed", ""),
        ("554 No", "failed", ""),
        ("450 4.1.1 Later", "queued", ""),
        ("251 Not here, but forwarded", "sent", ""),
    ],
)
def test_a_refused_address_is_a_bounce_and_a_relay_that_does_not_serve_us_is_none(invoice, relay, answer, status, code):
    relay.at_rcpt = lambda: answer
    mail = sent(invoice)
    assert (mail.status, mail.bounce_code) == (status, code)
    assert mail.explanation.endswith(f"The mail relay said: {answer}" if status != "sent" else "")
    assert (mail.bounced_at is not None) == (status == "bounced")


def test_of_two_recipients_the_refused_one_bounces_and_the_other_has_it(company, relay):
    contacts = [ContactDetails("Ada", "ada@a.example"), ContactDetails("Bob", "bob@a.example")]
    invoice = world.issue(world.make_customer(company, contacts=contacts), "10.00", DAY)
    answers = iter(["550 5.1.1 No such person", "250 OK"])
    relay.at_rcpt = lambda: next(answers)
    for mail in send_invoice(invoice.pk, by=None):
        hand_over(mail.pk)
    assert [(each.contact.name, each.state) for each in deliveries_of(invoice)] == [("Ada", "bounced"), ("Bob", "sent")]
    assert len(relay.taken) == 1


def test_the_relay_is_told_the_envelope_id_where_it_knows_what_that_is(invoice, relay):
    relay.knows_dsn = True
    mail = sent(invoice)
    assert (mail.status, relay.envelopes) == ("sent", [[f"ENVID={mail.envelope_id.upper()}", "RET=HDRS"]])


def test_a_bounced_address_is_shown_until_it_is_changed_and_mailing_then_works(mail, invoice, customer, clerk):
    take(report_of(mail))
    browser, program = Client(), Program(clerk)
    browser.force_login(clerk)
    contact = program.get(f"customers/{customer.pk}/").json()["contacts"][0]
    assert (contact["bounce"]["mail"], contact["bounce"]["words"]) == (mail.pk, "mailbox unknown (5.1.1)")
    assert "mailbox unknown (5.1.1)" in page(browser, "customers:customer", customer.pk)
    assert "Customers whose address bounced" in page(browser, "home")
    assert customer.name in page(browser, "customers:customer_list", query="?bounced=1")
    [delivery] = program.get(f"invoices/{invoice.pk}/deliveries/").json()["results"]
    assert (delivery["state"], delivery["explanation"][:24]) == ("bounced", "Mailbox unknown (5.1.1).")

    details = ContactDetails("Eva Brandt", "eva@new.example", id=contact["id"])
    update_customer(customer.pk, CustomerDetails(name=customer.name, contacts=[details]), version=1, by=clerk)
    assert program.get(f"customers/{customer.pk}/").json()["contacts"][0]["bounce"] is None
    assert "Customers whose address bounced" not in page(browser, "home")
    again = sent(invoice)
    assert (again.status, again.to_email, again.pk != mail.pk) == ("sent", "eva@new.example", True)
    assert take(report_of(mail)).finding == Finding.KNOWN
    assert [each.state for each in deliveries_of(invoice)] == ["sent"]


def page(browser: Client, name: str, *args: Any, query: str = "") -> str:
    return browser.get(reverse(name, args=args) + query).content.decode()


def test_a_bounce_stands_until_something_left_for_the_address_after_it(invoice, customer, relay, clerk):
    first, program = sent(invoice), Program(clerk)
    meanwhile = sent(world.issue(customer, "5.00", DAY))
    take(report_of(first))
    assert program.get(f"customers/{customer.pk}/").json()["contacts"][0]["bounce"]["mail"] == first.pk
    sent(invoice)
    assert program.get(f"customers/{customer.pk}/").json()["contacts"][0]["bounce"] is None
    take(report_of(meanwhile))
    assert program.get(f"customers/{customer.pk}/").json()["contacts"][0]["bounce"]["mail"] == meanwhile.pk
