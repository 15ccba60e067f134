"""The print queue: what waits in it, what leaves it when it is printed, and what comes back."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from billing.models import Invoice, Printing
from billing.operations.bill_recurring import bill_recurring
from billing.operations.credit_invoice import credit_invoice
from billing.operations.mark_printed import mark_printed, unmark_printed
from billing.operations.void_invoice import void_invoice
from billing.pdf.merging import MOST
from billing.print_queue import is_waiting, printing_of, waiting_for_print
from billing.timeline import timeline
from customers.models import Customer
from customers.operations.details import CustomerDetails
from customers.operations.update_customer import update_customer
from ledger.refusals import Refused
from office.models import AuditRecord, User
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(company: Any) -> Customer:
    """A customer who gets paper."""
    return world.make_customer(company, "Dunmore Ltd", gets_paper=True)


@pytest.fixture
def invoice(reader: Customer) -> Invoice:
    """It waits to be printed."""
    return world.issue(reader, "10.00", DAY)


@pytest.fixture
def browser(clerk: User) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def waiting() -> list[Invoice]:
    """The queue; one document says the same of itself, and it can be asked of some documents inside another query."""
    queue = list(waiting_for_print(Invoice.objects.all()).order_by("issued_at"))
    assert {invoice for invoice in Invoice.objects.all() if is_waiting(invoice)} == set(queue)
    asked = Invoice.objects.filter(pk__in=waiting_for_print(Invoice.objects.all()).values("pk"))
    assert set(asked) == set(queue)
    return queue


def switch_paper(customer: Customer, is_wanted: bool) -> None:
    customer.refresh_from_db()
    details = CustomerDetails(customer.name, gets_paper=is_wanted)
    update_customer(customer.pk, details, version=customer.version, by=None)


def refusal_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_what_is_issued_to_those_who_get_paper_waits_oldest_first(invoice, reader, customer):
    world.issue(customer, "11.00", DAY)
    world.draft(reader, "12.00")
    memo = credit_invoice(invoice.pk, {invoice.lines.get().pk: 1}, reason="Damaged", by=None, on=DAY)
    assert waiting() == [invoice, memo]


def test_what_a_recurring_invoice_issues_waits_too(reader):
    recurring = world.make_recurring(reader, "20.00", reader.company.today())
    bill_recurring(recurring.pk)
    assert waiting() == [recurring.occurrences.get().invoice]


def test_only_what_is_issued_since_they_get_paper_waits(invoice, reader):
    switch_paper(reader, is_wanted=True)
    assert waiting() == [invoice], "Saving the customer again changes nothing."

    switch_paper(reader, is_wanted=False)
    assert waiting() == []

    switch_paper(reader, is_wanted=True)
    later = world.issue(reader, "11.00", DAY)
    assert waiting() == [later]


def test_a_void_document_leaves_the_queue_and_is_not_marked(invoice, clerk):
    void_invoice(invoice.pk, reason="twice", by=None, on=DAY)
    assert waiting() == []
    assert refusal_of(lambda: mark_printed([invoice.pk], by=clerk)) == "not_issued"
    assert not Printing.objects.exists()


def test_printed_documents_leave_the_queue_and_say_who_and_when(invoice, clerk):
    [printing] = mark_printed([invoice.pk], by=clerk)
    assert (waiting(), is_waiting(invoice), printing_of(invoice)) == ([], False, printing)
    assert (printing.printed_by, printing.withdrawn_at) == (clerk, None)
    assert AuditRecord.objects.filter(action="mark_printed", subject_id=invoice.pk, by=clerk).count() == 1
    assert "Printed" in [fact.words for fact in timeline(invoice)]


def test_marked_twice_or_beside_a_draft_is_refused_and_marks_nothing(invoice, reader, clerk):
    other, draft = world.issue(reader, "11.00", DAY), world.draft(reader, "12.00")
    assert refusal_of(lambda: mark_printed([other.pk, draft.pk], by=clerk)) == "not_issued"
    mark_printed([invoice.pk], by=clerk)
    assert refusal_of(lambda: mark_printed([invoice.pk, other.pk], by=clerk)) == "already_printed"
    assert [printing.invoice for printing in Printing.objects.all()] == [invoice]
    assert waiting() == [other]


def test_none_and_too_many_are_refused(invoice, clerk):
    for act in (mark_printed, unmark_printed):
        assert refusal_of(lambda act=act: act([], by=clerk)) == "nothing_chosen"
        assert refusal_of(lambda act=act: act(range(1, MOST + 2), by=clerk)) == "too_many"


def test_the_database_keeps_one_standing_printing(invoice):
    Printing.objects.create(invoice=invoice)
    with pytest.raises(IntegrityError, match="document_stands_printed_once"):
        Printing.objects.create(invoice=invoice)


def test_undone_it_waits_again_and_the_row_stays(invoice, clerk):
    mark_printed([invoice.pk], by=clerk)
    manager = world.make_user(invoice.company, "manager")
    [printing] = unmark_printed([invoice.pk], by=manager)
    assert (printing.printed_by, printing.withdrawn_by, waiting()) == (clerk, manager, [invoice])
    assert refusal_of(lambda: unmark_printed([invoice.pk], by=manager)) == "not_printed"

    mark_printed([invoice.pk], by=clerk)
    assert [bool(each.withdrawn_at) for each in Printing.objects.all()] == [False, True]


def test_two_at_once_mark_it_once(in_parallel):
    company = world.make_company()
    invoice = world.issue(world.make_customer(company, gets_paper=True), "10.00", DAY)

    def mark() -> str:
        try:
            mark_printed([invoice.pk], by=None)
        except Refused as refusal:
            return refusal.code
        return "marked"

    assert sorted(in_parallel([mark] * 3)) == ["already_printed", "already_printed", "marked"]


def test_a_clerk_prints_the_queue_and_takes_it_back(invoice, reader, browser):
    other = world.issue(reader, "11.00", DAY)
    chosen = browser.post(reverse("billing:choose_to_print"), {"everything": "1"})
    assert chosen.url == f"{reverse('billing:print_batch')}?documents={invoice.pk},{other.pk}"
    page = browser.get(chosen.url).content.decode()
    assert "Mark 2 printed" in page
    pdf = browser.get(reverse("billing:print_pdf"), {"documents": f"{invoice.pk},{other.pk}"})
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert waiting() == [invoice, other], "Looking marks nothing."

    ids = {"selected": [invoice.pk, other.pk]}
    page = browser.post(reverse("billing:mark_printed"), ids, follow=True).content.decode()
    assert "2 documents are marked printed." in page
    assert "Undo: 2 not printed" in page
    assert waiting() == []
    browser.post(reverse("billing:unmark_printed"), ids)
    assert waiting() == [invoice, other]


def test_a_credit_memo_in_the_queue_takes_off_its_sum(invoice, reader, browser):
    world.issue_credit_memo(reader, "4.00", DAY)
    page = browser.get(reverse("billing:print_queue"), {"totals": "1", "sort": "total"}).content.decode()
    assert re.findall(r'<td class="amount[^"]*">([^<]+)</td>', page) == ["−€4.00", "€10.00", "€6.00"]


def test_its_own_page_says_whether_it_waits_or_was_printed(invoice, clerk, browser):
    address = reverse("billing:invoice", args=[invoice.pk])
    assert "Waits to be printed" in browser.get(address).content.decode()
    answer = browser.post(reverse("billing:mark_printed"), {"selected": invoice.pk, "from": "document"})
    assert answer.url == address
    assert f"by {clerk}" in browser.get(address).content.decode().split("<dt>Paper</dt>")[1].split("</dd>")[0]


def test_somebody_elses_documents_are_neither_shown_nor_marked(invoice, company):
    sales = world.make_user(company, "clerk", only_own_customers=True)
    browser = Client()
    browser.force_login(sales)
    assert str(invoice) not in browser.get(reverse("billing:print_queue")).content.decode()
    named = {"documents": str(invoice.pk)}
    assert browser.get(reverse("billing:print_batch"), named).url == reverse("billing:print_queue")
    browser.post(reverse("billing:mark_printed"), {"selected": invoice.pk})
    assert refused(Program(sales).post("print-queue/printed/", {"invoices": [invoice.pk]})) == (404, "not_found")
    assert waiting() == [invoice]


def test_programs_read_the_queue_mark_and_undo(invoice, clerk):
    program = Program(clerk)
    assert [row["id"] for row in program.get("print-queue/").json()["results"]] == [invoice.pk]
    body = {"invoices": [invoice.pk]}
    [row] = program.post("print-queue/printed/", body).json()["results"]
    assert (row["invoice"], row["printed_by"], row["withdrawn_at"]) == (invoice.pk, clerk.pk, None)
    assert program.get("print-queue/").json()["results"] == []
    assert refused(program.post("print-queue/printed/", body)) == (409, "already_printed")
    [row] = program.post("print-queue/unprinted/", body).json()["results"]
    assert row["withdrawn_by"] == clerk.pk
    assert waiting() == [invoice]


def test_programs_say_who_gets_paper(clerk):
    program = Program(clerk)
    made = program.post("customers/", {"name": "Elm Ltd", "gets_paper": True}).json()
    assert made["gets_paper"] is True
    changed = program.put(f"customers/{made['id']}/", {"name": "Elm Ltd", "version": made["version"]}).json()
    assert changed["gets_paper"] is False
