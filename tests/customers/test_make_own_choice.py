"""What a customer's person chooses without asking: language, e-invoices, and no more reminders, by the mail too."""

from email import message_from_bytes
from typing import Any

import pytest
from django.test import Client

from billing.models import Invoice
from credit_control.operations.mint_account_link import mint_account_link
from customers.models import Contact, Customer
from customers.operations.details import ContactDetails
from customers.operations.make_own_choice import choose_einvoice, choose_language, stop_reminders
from customers.own_choices import stop_address
from ledger.refusals import Refused
from office.masking import mask
from office.models import AuditRecord, OutgoingMail
from tests import world
from tests.billing.test_portal_disputes import opened, text
from tests.credit_control.opening import opened as opened_account
from tests.credit_control.reminding import at_any_hour, ladder, late, remind, send_all
from tests.rules.hostile import HOSTILE

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(company: Any) -> Customer:
    """A customer with two people who get everything."""
    company.tax_id, company.street, company.city = "DE136695976", "1 Quay", "Bonn"
    company.save()
    people = [ContactDetails("Eva Brandt", "eva@bramble.example"), ContactDetails("Uwe Lang", "uwe@bramble.example")]
    return world.make_customer(company, contacts=people)


@pytest.fixture
def eva(customer: Customer) -> Contact:
    return customer.contacts.get(name="Eva Brandt")


@pytest.fixture
def site(customer: Customer) -> tuple[Client, str]:
    """Eva, who came by a document's link, and the page of her choices."""
    browser, page = opened(world.issue(customer, "120.00", customer.company.today()))
    return browser, f"{page}choices/"


def path_of(address: str) -> str:
    return "/p/" + address.split("/p/")[1]


def test_the_language_holds_for_what_is_issued_from_now_on(site: tuple[Client, str], customer: Customer) -> None:
    browser, page = site
    assert "Deutsch" in text(browser.get(page))
    assert "Saved. It holds from now on." in text(
        browser.post(page, {"choice": "language", "value": "de"}, follow=True)
    )
    customer.refresh_from_db()
    assert customer.language == "de"
    row = AuditRecord.objects.get(action="update_customer")
    assert (row.by, row.before, row.after) == (None, {"language": "en"}, {"language": "de"})
    assert row.reason == "Eva Brandt chose it on their page"


def test_the_same_chosen_twice_is_one_change(eva: Contact) -> None:
    for _ in range(2):
        choose_language(eva.pk, "fr")
    assert AuditRecord.objects.filter(action="update_customer").count() == 1


def test_of_e_invoices_only_those_are_offered_that_can_be_written(
    site: tuple[Client, str], customer: Customer, eva: Contact
) -> None:
    browser, page = site
    shown = text(browser.get(page))
    assert ("Factur-X" in shown, "XRechnung" in shown, "Peppol" in shown) == (True, False, False)
    browser.post(page, {"choice": "einvoice", "value": "facturx"})
    customer.refresh_from_db()
    assert customer.einvoice_format == "facturx"
    assert "That did not work." in text(browser.post(page, {"choice": "einvoice", "value": "xrechnung_cii"}))
    customer.electronic_address, customer.electronic_address_scheme = "04011000-1234512345-06", "0204"
    customer.buyer_reference = "04011000-1234512345-06"
    customer.save()
    assert choose_einvoice(eva.pk, "xrechnung_cii").customer.pk == customer.pk
    choose_einvoice(eva.pk, "")
    customer.company.tax_id = ""
    customer.company.save()
    with pytest.raises(Refused):
        choose_einvoice(eva.pk, "facturx")


def test_reminders_stop_and_come_again(site: tuple[Client, str], eva: Contact) -> None:
    browser, page = site
    browser.post(page, {"choice": "stop"})
    eva.refresh_from_db()
    assert eva.gets_reminders is False
    assert "No reminders go to eva@bramble.example any more." in text(browser.get(page))
    browser.post(page, {"choice": "resume"})
    eva.refresh_from_db()
    assert eva.gets_reminders is True


def test_the_last_who_gets_reminders_is_told_whom_to_ask(
    site: tuple[Client, str], customer: Customer, eva: Contact
) -> None:
    stop_reminders(customer.contacts.get(name="Uwe Lang").pk)
    browser, page = site
    answer = text(browser.post(page, {"choice": "stop"}))
    assert "Nobody else of yours gets our reminders." in answer
    assert "billing@alder.example" in answer
    eva.refresh_from_db()
    assert eva.gets_reminders is True


@pytest.mark.django_db(transaction=True)
def test_two_who_stop_at_once_leave_one(customer: Customer, in_parallel: Any) -> None:
    ids = list(customer.contacts.values_list("pk", flat=True))
    results = in_parallel([lambda pk=pk: stop_reminders(pk) for pk in ids])
    assert sorted(type(each).__name__ for each in results) == ["Contact", "Refused"]
    assert customer.contacts.filter(gets_reminders=True).count() == 1


def test_a_copy_of_a_reminder_is_stopped_by_one_click_of_a_mail_program(customer: Customer, eva: Contact) -> None:
    at_any_hour(customer.company)
    ladder(customer.company, [1])
    late(customer, "50.00", 5)
    remind(customer)
    mails = {mail.to_email: message_from_bytes(bytes(mail.kept_message)) for mail in send_all()}
    assert len(mails) == 2
    header = mails[eva.email]["List-Unsubscribe"]
    assert (header[0], header[-1]) == ("<", ">")
    assert mails[eva.email]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    program = Client(enforce_csrf_checks=True)
    address = path_of(header.strip("<>"))
    assert "Reminders go to e•••@bramble.example." in text(program.get(address))
    eva.refresh_from_db()
    assert eva.gets_reminders is True  # a visit changes nothing
    assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    eva.refresh_from_db()
    assert eva.gets_reminders is False
    program.post(address, {"choice": "resume"})
    eva.refresh_from_db()
    assert eva.gets_reminders is True


def test_the_only_reader_of_a_reminder_gets_no_such_header(customer: Customer, eva: Contact) -> None:
    stop_reminders(eva.pk)
    at_any_hour(customer.company)
    ladder(customer.company, [1])
    late(customer, "50.00", 5)
    remind(customer)
    [mail] = send_all()
    assert message_from_bytes(bytes(mail.kept_message))["List-Unsubscribe"] is None
    uwe = customer.contacts.get(name="Uwe Lang")
    answer = text(Client().post(path_of(stop_address(uwe)), {"List-Unsubscribe": "One-Click"}))
    assert "Nobody else of yours gets our reminders." in answer
    assert OutgoingMail.objects.filter(kind="reminder").count() == 1


def test_a_changed_address_stops_nothing_and_is_masked_in_logs(eva: Contact) -> None:
    address = path_of(stop_address(eva))
    assert Client().post(address[:-3] + "x/").status_code == 404
    assert mask(f"GET {address} 200") == "GET /p/…/ 200"
    eva.is_active = False
    eva.save()
    assert Client().get(address).status_code == 404


def test_the_page_of_the_account_chooses_the_same(customer: Customer, eva: Contact) -> None:
    browser = Client()
    page = opened_account(browser, mint_account_link(customer, eva))
    assert browser.post(f"{page}choices/", {"choice": "language", "value": "nl"}).status_code == 302
    customer.refresh_from_db()
    assert customer.language == "nl"


def test_whatever_is_sent_is_answered(site: tuple[Client, str], customer: Customer) -> None:
    browser, page = site
    for value in HOSTILE:
        for typed in (
            {"choice": value},
            {"choice": "language", "value": value},
            {"choice": "einvoice", "value": value},
        ):
            assert browser.post(page, typed).status_code == 200, typed
    customer.refresh_from_db()
    assert (customer.language, customer.einvoice_format, Invoice.objects.count()) == ("en", "", 1)
