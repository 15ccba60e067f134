"""Whom a document reached, mailing it to one again, and printing many in one PDF."""

import csv
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pikepdf import Pdf

from billing.delivery import deliveries_of
from billing.models import Invoice, LinkOpening, RunDocument
from billing.operations.mint_link import mint_link
from billing.operations.send_invoice import send_invoice
from billing.pdf import kept_pdf
from billing.pdf.merging import MOST, merged_pdf
from customers.operations.details import ContactDetails
from ledger.refusals import Refused
from office.models import OutgoingMail, User
from tests import world
from tests.api.calling import Program, refused
from tests.office.mailing import become

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(company: Any) -> Invoice:
    """An invoice for three contacts, one of whom gets no invoices."""
    contacts = [ContactDetails("Ada", "ada@a.example"), ContactDetails("Bob", "bob@a.example")]
    contacts.append(ContactDetails("Cy", "cy@a.example", gets_invoices=False))
    return world.issue(world.make_customer(company, contacts=contacts), "10.00", DAY)


def states(invoice: Invoice) -> list[tuple[str, str]]:
    return [(delivery.contact.name, delivery.state) for delivery in deliveries_of(invoice)]


def test_each_recipient_has_the_state_of_the_latest_mail(invoice, clerk):
    assert states(invoice) == [("Ada", "not_sent"), ("Bob", "not_sent")]
    send_invoice(invoice.pk, by=clerk)
    become("failed", OutgoingMail.objects.filter(to_email="ada@a.example"), explanation="550 No such person")
    become("uncertain", OutgoingMail.objects.filter(to_email="bob@a.example"))
    assert states(invoice) == [("Ada", "failed"), ("Bob", "uncertain")]
    assert deliveries_of(invoice)[0].explanation == "550 No such person"

    ada = invoice.customer.contacts.get(name="Ada")
    send_invoice(invoice.pk, by=clerk, contact_ids=[ada.pk])
    assert states(invoice) == [("Ada", "queued"), ("Bob", "uncertain")]


def test_the_list_shows_and_finds_the_worst_state_of_each_documents_recipients(invoice, clerk):
    worse = world.issue(invoice.customer, "20.00", DAY)
    draft = world.draft(invoice.customer, "30.00")
    assert states_listed(clerk, "") == {invoice.number: "not_sent", worse.number: "not_sent", "": None}
    for each in (invoice, worse):
        send_invoice(each.pk, by=clerk)
    become("sent", OutgoingMail.objects.filter(to_email="ada@a.example"), queued_at=yesterday())
    become("bounced", OutgoingMail.objects.filter(about_id=worse.pk, to_email="bob@a.example"))
    assert states_listed(clerk, "") == {invoice.number: "queued", worse.number: "bounced", "": None}

    become("sent", OutgoingMail.objects.filter(about_id=invoice.pk, to_email="bob@a.example"), queued_at=yesterday())
    assert states_listed(clerk, "sent") == {invoice.number: "sent"}
    look(invoice, "Ada")
    assert states_listed(clerk, "sent") == {invoice.number: "sent"}
    look(invoice, "Bob")
    assert states_listed(clerk, "opened") == {invoice.number: "opened"}
    assert states_listed(clerk, "sent") == states_listed(clerk, "not_sent") == {}
    assert states_listed(clerk, "bounced") == {worse.number: "bounced"}

    send_invoice(worse.pk, by=clerk, contact_ids=[worse.customer.contacts.get(name="Bob").pk])
    assert states_listed(clerk, "bounced") == {}
    assert states_listed(clerk, "queued") == {worse.number: "queued"}
    assert draft.number == ""


def yesterday() -> datetime:
    return timezone.now() - timedelta(days=1)


def look(invoice: Invoice, name: str) -> None:
    """A person opens the link in their mail."""
    mint_link(invoice, invoice.customer.contacts.get(name=name))
    LinkOpening.objects.create(link=invoice.links.get(contact__name=name), kind="seen")


def states_listed(user: User, state: str) -> dict[str, str | None]:
    """What the API and the page list in a state, by number; they agree."""
    query = {"delivery": state} if state else {}
    rows = Program(user).get("invoices/", **query).json()["results"]
    browser = Client()
    browser.force_login(user)
    listed = list(csv.reader(csv_text(browser, query).splitlines()))
    place = listed[0].index("Mail")
    assert sorted(line[place] for line in listed[1:]) == sorted(row["delivery"] or "" for row in rows)
    return {row["number"]: row["delivery"] for row in rows}


def csv_text(browser: Client, query: dict[str, str]) -> str:
    answer = browser.get(reverse("billing:invoice_list"), query | {"format": "csv"})
    return b"".join(answer).decode("utf-8-sig")


def test_chosen_rows_of_a_list_narrowed_by_delivery_are_those_it_shows(invoice, clerk):
    world.issue(invoice.customer, "20.00", DAY)
    send_invoice(invoice.pk, by=clerk)
    browser = Client()
    browser.force_login(clerk)
    address = reverse("billing:prepare_run", args=["send"]) + "?delivery=queued"
    browser.post(address, {"list": "invoices", "everything": "1"})
    assert list(RunDocument.objects.values_list("invoice_id", flat=True)) == [invoice.pk]


def test_only_a_person_who_looked_has_opened_it(invoice, clerk):
    send_invoice(invoice.pk, by=clerk)
    become("sent", queued_at=timezone.now() - timedelta(hours=1))
    for name, kind in (("Ada", "seen"), ("Bob", "opened")):
        mint_link(invoice, invoice.customer.contacts.get(name=name))
        LinkOpening.objects.create(link=invoice.links.get(contact__name=name), kind=kind)
    assert states(invoice) == [("Ada", "opened"), ("Bob", "sent")]


def test_a_clerk_mails_it_to_one_again_from_its_page(invoice, company, clerk):
    browser = Client()
    browser.force_login(clerk)
    bob = invoice.customer.contacts.get(name="Bob")
    browser.post(reverse("billing:send_invoice", args=[invoice.pk]), {"contact": bob.pk})
    assert [mail.to_email for mail in OutgoingMail.objects.all()] == ["bob@a.example"]
    assert "Mail again to Bob" in browser.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()

    for wrong in ("0", "x", "9" * 30, str(world.make_customer(company, "Castell AG").contacts.get().pk)):
        browser.post(reverse("billing:send_invoice", args=[invoice.pk]), {"contact": wrong})
    assert OutgoingMail.objects.count() == 1


def test_programs_read_deliveries(invoice, clerk):
    [ada, _] = Program(clerk).get(f"invoices/{invoice.pk}/deliveries/").json()["results"]
    assert (ada["name"], ada["state"], ada["at"]) == ("Ada", "not_sent", None)


def test_chosen_documents_become_one_pdf_in_order(invoice, company, customer, clerk):
    other = world.issue(customer, "5.00", DAY)
    merged = Pdf.open(BytesIO(merged_pdf([invoice, other], clerk)))
    assert len(merged.pages) == sum(len(Pdf.open(BytesIO(kept_pdf(each).content)).pages) for each in (invoice, other))

    browser = Client()
    browser.force_login(clerk)
    chosen = {"list": "invoices", "selected": [invoice.pk, other.pk]}
    answer = browser.post(reverse("billing:print_chosen"), chosen)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    again = Program(clerk).get("invoices/pdf/", documents=f"{invoice.pk},{other.pk}")
    assert again.content == answer.content


def test_drafts_none_and_too_many_are_refused(invoice, customer, clerk):
    for documents, code in (([], "nothing_chosen"), ([invoice] * (MOST + 1), "too_many")):
        with pytest.raises(Refused) as refusal:
            merged_pdf(documents, clerk)
        assert refusal.value.code == code
    draft = world.draft(customer, "1.00")
    program = Program(clerk)
    assert refused(program.get("invoices/pdf/", documents=f"{invoice.pk},{draft.pk}")) == (409, "not_issued")
    assert refused(program.get("invoices/pdf/", documents="x"))[0] == 400
    other = world.issue(world.make_customer(world.make_company(legal_name="Birch Ltd")), "1.00", DAY)
    assert refused(program.get("invoices/pdf/", documents=str(other.pk))) == (409, "nothing_chosen")
