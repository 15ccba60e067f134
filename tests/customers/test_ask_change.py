"""A customer asks on the page behind their link for changes: nothing changes before somebody here agrees."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from billing.models import Invoice
from credit_control.operations.mint_account_link import mint_account_link
from customers.models import ChangeRequest, Contact, Customer, CustomerAccount
from customers.operations.ask_change import ask_change
from customers.operations.decide_change import approve_change, refuse_change
from customers.operations.details import AddressDetails, details_of
from customers.operations.update_customer import update_customer
from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.models import ApprovalRequest, AuditRecord, OutgoingMail
from tests import world
from tests.billing.test_portal_disputes import opened, text
from tests.credit_control.opening import mailed_code
from tests.credit_control.opening import opened as opened_account
from tests.customers.accounts import IBAN
from tests.rules.hostile import HOSTILE

pytestmark = pytest.mark.django_db
ADDRESS = {"topic": "address", "address-street": "2 New Road", "address-city": "Bonn", "address-country": "DE"}
PERSON = {"topic": "contact", "contact-name": "Eva Brandt", "contact-email": "eva@new.example", "contact-phone": ""}
ACCOUNT = {"topic": "account", "account-holder": "Bramble GmbH", "account-number": IBAN}


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    return world.issue(customer, "120.00", customer.company.today())


@pytest.fixture
def site(invoice: Invoice) -> tuple[Client, str]:
    """A reader who came by a document's link and the mailed code, and the page of their details."""
    browser, page = opened(invoice)
    code_page = browser.post(f"{page}account/?to=details", {"after": "0"})["Location"]
    return browser, browser.post(code_page, {"code": mailed_code()})["Location"]


def asked_by(customer: Customer, topic: str = "address", **wanted: str) -> ChangeRequest:
    return ask_change(customer.contacts.get().pk, topic, wanted or {"street": "2 New Road"})


def test_an_address_is_asked_for_and_counts_once_somebody_agrees(
    site: tuple[Client, str], customer: Customer, company: Any
) -> None:
    browser, page = site
    answer = browser.post(page, ADDRESS, follow=True)
    assert "Thank you: we look at it." in text(answer)
    request = ChangeRequest.objects.get()
    assert (request.before, request.wanted) == (
        {"street": "", "city": "", "country": ""},
        {"street": "2 New Road", "city": "Bonn", "country": "DE"},
    )
    assert (customer.addresses.count(), request.contact.customer_id) == (0, customer.pk)
    staff = Client()
    staff.force_login(world.make_user(company, "clerk"))
    assert "2 New Road" in text(staff.get(reverse("customers:change_request", args=[request.pk])))
    staff.post(reverse("customers:approve_change", args=[request.pk]))
    assert customer.addresses.get().street == "2 New Road"
    row = AuditRecord.objects.get(action="update_customer")
    assert (row.by.name, row.reason) == ("Clerk", "Eva Brandt asked for it on their page")
    assert "Changed as you asked." in text(browser.get(page))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (PERSON | {"contact-email": "eva@bramble.example"}, "That is what we have already."),
        (PERSON | {"contact-name": " "}, "Please type your name."),
        (PERSON | {"contact-email": "eva"}, "Please type a whole e-mail address"),
        (PERSON | {"contact-email": ""}, "Please type a whole e-mail address"),
        (PERSON | {"contact-phone": "1" * 41}, "That did not work."),
        ({"topic": "tax_id", "tax_id-tax_id": "DE123"}, "This VAT id cannot be one"),
        ({"topic": "po_number", "po_number-po_number": "x" * 61}, "That did not work."),
        (ADDRESS | {"address-country": "Mars"}, "That did not work."),
        (ACCOUNT | {"account-number": IBAN[:-1] + "1"}, "This IBAN cannot be one"),
        (ACCOUNT | {"account-holder": ""}, "Please type whose account it is."),
        (ACCOUNT | {"account-number": "1234"}, "This account cannot be one"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_keeps_what_was_typed(
    site: tuple[Client, str], typed: Any, words: str
) -> None:
    browser, page = site
    answer = browser.post(page, typed)
    assert (answer.status_code, words in text(answer)) == (200, True), text(answer)
    assert ChangeRequest.objects.count() == 0
    assert all(
        escape(value) in text(answer) for name, value in typed.items() if "country" not in name and value.strip()
    )


def test_what_is_typed_stays_text(site: tuple[Client, str], company: Any) -> None:
    browser, page = site
    browser.post(page, ADDRESS | {"address-street": "<script>x</script>"})
    assert escape("<script>x</script>") in text(browser.get(page))
    staff = Client()
    staff.force_login(world.make_user(company, "clerk"))
    shown = text(staff.get(reverse("customers:change_request", args=[ChangeRequest.objects.get().pk])))
    assert (escape("<script>x</script>") in shown, "<script>x" in shown) == (True, False)


@pytest.mark.parametrize("topic", ["address", "contact", "tax_id", "po_number", "account", "other"])
def test_whatever_is_typed_is_answered(site: tuple[Client, str], topic: str) -> None:
    browser, page = site
    for value in HOSTILE:
        fields = ("street", "country", "name", "email", "tax_id", "po_number", "holder", "number", "bank_code", "bic")
        typed = {f"{topic}-{field}": value for field in fields} | {"topic": topic}
        assert browser.post(page, typed).status_code in (200, 302), value


def test_the_same_is_asked_once_and_another_waits_its_turn(site: tuple[Client, str], customer: Customer) -> None:
    browser, page = site
    assert [browser.post(page, ADDRESS).status_code for _ in range(2)] == [302, 302]
    assert "Somebody asked for a change of this already." in text(browser.post(page, ADDRESS | {"address-city": "Ulm"}))
    first = ChangeRequest.objects.get()
    first.pk = None
    with pytest.raises(IntegrityError, match="asked_once_at_a_time"), transaction.atomic():  # whoever writes the row
        first.save(force_insert=True)
    browser.post(page, PERSON)
    assert sorted(ChangeRequest.objects.values_list("topic", flat=True)) == ["address", "contact"]


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_ask_once(customer: Customer, in_parallel: Any) -> None:
    contact = customer.contacts.get()
    results = in_parallel([lambda: ask_change(contact.pk, "address", {"street": "2 New Road"})] * 4)
    assert sorted(type(each).__name__ for each in results) == ["ChangeRequest", "Refused", "Refused", "Refused"]
    assert ChangeRequest.objects.count() == 1


def test_a_new_address_for_mail_waits_and_the_old_one_is_told(
    site: tuple[Client, str], customer: Customer, clerk: Any
) -> None:
    browser, page = site
    browser.post(page, PERSON)
    contact = Contact.objects.get()
    assert contact.email == "eva@bramble.example"
    mail = OutgoingMail.objects.get(kind="new_address")
    approve_change(ChangeRequest.objects.get().pk, by=clerk)
    contact.refresh_from_db()
    assert contact.email == "eva@new.example"
    hand_over(mail.pk)  # it goes to the old one, whatever was decided meanwhile
    mail.refresh_from_db()
    assert (mail.to_email, mail.status) == ("eva@bramble.example", "sent")
    words = bytes(mail.kept_message).decode()
    assert "e=E2=80=A2=E2=80=A2=E2=80=A2@new.example" in words or "e•••@new.example" in words
    assert "eva@new.example" not in words


def test_what_somebody_changed_meanwhile_is_said_before_it_is_approved(customer: Customer, clerk: Any) -> None:
    request = asked_by(customer)
    customer.refresh_from_db()
    theirs = details_of(customer)
    theirs.addresses.append(AddressDetails(street="3 Old Street"))
    update_customer(customer.pk, theirs, version=customer.version, by=clerk)
    with pytest.raises(Refused, match="3 Old Street") as refusal:
        approve_change(request.pk, by=clerk)
    assert (refusal.value.code, customer.addresses.get().street) == ("stale", "3 Old Street")
    browser = Client()
    browser.force_login(clerk)
    assert "Somebody changed this meanwhile" in text(
        browser.get(reverse("customers:change_request", args=[request.pk]))
    )
    approve_change(request.pk, by=clerk, anyway=True)
    assert customer.addresses.get().street == "2 New Road"


def test_the_customers_page_says_that_a_change_waits(customer: Customer, company: Any, clerk: Any) -> None:
    desk, other = Client(), Client()
    desk.force_login(clerk)
    other.force_login(world.make_user(company, "sales"))
    page = reverse("customers:customer", args=[customer.pk])
    assert "Changes wait for a decision." not in text(desk.get(page))
    request = asked_by(customer)
    one = reverse("customers:change_request", args=[request.pk])
    assert one in text(desk.get(page))
    assert "Changes wait for a decision." not in text(other.get(page))
    refuse_change(request.pk, reason="No", by=clerk)
    assert one not in text(desk.get(page))


def test_a_refusal_says_why_and_the_customer_reads_it(site: tuple[Client, str], customer: Customer, clerk: Any) -> None:
    browser, page = site
    request = asked_by(customer)
    with pytest.raises(Refused):
        refuse_change(request.pk, reason=" ", by=clerk)
    refuse_change(request.pk, reason="Your register says <otherwise>", by=clerk)
    shown = text(browser.get(page))
    assert "It stays as it is." in shown
    assert escape("Your register says <otherwise>") in shown
    assert customer.addresses.count() == 0
    with pytest.raises(Refused):
        approve_change(request.pk, by=clerk)


def test_a_bank_account_waits_for_a_second_person_and_its_number_is_kept_sealed(
    site: tuple[Client, str], customer: Customer, company: Any, clerk: Any
) -> None:
    browser, page = site
    browser.post(page, ACCOUNT)
    request = ChangeRequest.objects.get()
    assert IBAN not in str(request.wanted) + request.sealed_number
    assert request.wanted["number"].endswith(f"•••• {IBAN[-4:]} of Bramble GmbH")
    approve_change(request.pk, by=clerk)
    account = CustomerAccount.objects.get()
    assert (account.state, account.added_by, account.last_four) == ("waiting", clerk, IBAN[-4:])
    waiting = ApprovalRequest.objects.get(action="confirm_account")
    assert waiting.requested_by == clerk  # so another has to say yes: tests/customers/test_customer_accounts.py
    request.refresh_from_db()
    assert request.sealed_number == ""
    assert "once a second person has looked at it" in text(browser.get(page))


def test_their_order_number_stands_on_the_next_invoice(customer: Customer, clerk: Any) -> None:
    approve_change(asked_by(customer, "po_number", po_number="PO-9").pk, by=clerk)
    customer.refresh_from_db()
    assert world.draft(customer, "5.00").po_number == "PO-9"
    assert world.draft(customer, "5.00", po_number="PO-10").po_number == "PO-10"


def test_other_facts_of_the_customer_stay_as_they_are(customer: Customer, clerk: Any) -> None:
    before = details_of(customer)
    approve_change(asked_by(customer, "tax_id", tax_id="DE136695976").pk, by=clerk)
    after = details_of(Customer.objects.get(pk=customer.pk))
    assert (after.tax_id, after.contacts, after.currency) == ("DE136695976", before.contacts, before.currency)


def test_the_page_of_the_account_asks_the_same(customer: Customer) -> None:
    browser = Client()
    page = opened_account(browser, mint_account_link(customer, customer.contacts.get()))
    assert "Change your details" in text(browser.get(page))
    assert browser.post(f"{page}details/", ADDRESS).status_code == 302
    assert ChangeRequest.objects.get().contact == customer.contacts.get()


def test_a_document_leads_to_the_details_by_the_code_alone(invoice: Invoice, monkeypatch: Any) -> None:
    """Whoever got the mail forwarded neither reads what we have of the customer nor asks for another account."""
    browser, page = opened(invoice)
    way = f"{page}account/?to=details"
    assert way in text(browser.get(page))
    assert "Mail me the code" in text(browser.get(way))
    code_page = browser.post(way, {"after": "0"})["Location"]
    details = code_page.replace("code/?to=details", "details/")
    for answer in (browser.get(details), browser.post(details, ACCOUNT)):
        assert answer["Location"] == code_page.removesuffix("?to=details")
    assert (browser.get(f"{page}details/").status_code, ChangeRequest.objects.count()) == (404, 0)
    assert browser.post(code_page, {"code": mailed_code()})["Location"] == browser.get(code_page)["Location"] == details
    assert "Your details" in text(browser.get(details))
    assert browser.get(code_page.replace("details", "//evil.example"))["Location"] == details.removesuffix("details/")
    monkeypatch.setattr("credit_control.web.account_door.is_proven", lambda request, link: True)
    unproven, theirs = opened(invoice)
    unproven.post(f"{theirs}account/?to=details", {"after": "1"})
    assert "Your details" in text(unproven.get(details))  # the control: without the code's proof the link alone does


def test_what_was_asked_stays_as_it_was_asked(customer: Customer) -> None:
    asked_by(customer)
    for change in (lambda: ChangeRequest.objects.update(wanted={}), lambda: ChangeRequest.objects.all().delete()):
        with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
            change()


@pytest.mark.parametrize("role", ["sales", "colleague", "auditor", "administrator"])
def test_without_the_right_nothing_is_decided(customer: Customer, company: Any, role: str) -> None:
    request = asked_by(customer)
    browser = Client()
    browser.force_login(world.make_user(company, role))
    for act in ("approve_change", "refuse_change"):
        assert browser.post(reverse(f"customers:{act}", args=[request.pk]), {"reason": "r"}).status_code == 403
    request.refresh_from_db()
    assert request.status == "open"


def test_a_link_that_is_used_too_often_in_an_hour_is_refused_in_words(site: tuple[Client, str]) -> None:
    browser, page = site
    for _ in range(60):
        browser.post(page.replace("details", "seen"))
    assert "That is more than this page takes." in text(browser.post(page, ADDRESS))
    assert ChangeRequest.objects.count() == 0


def test_keys_change_while_an_account_waits_without_losing_its_number(
    customer: Customer, clerk: Any, settings: Any
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    request = asked_by(customer, "account", holder="Bramble GmbH", number=IBAN)
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("reseal_accounts")
    settings.ENCRYPTION_KEYS = [new]
    approve_change(request.pk, by=clerk)
    assert CustomerAccount.objects.get().last_four == IBAN[-4:]
