"""A debit note charges more beside an invoice: with its own number, owed and late like an invoice, and joined to it."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from billing.einvoice.kept import kept_einvoice
from billing.mail import compose
from billing.models import DocumentKind, Invoice
from billing.operations.copy_invoice import copy_invoice
from billing.operations.correct_invoice import correct_invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.details import invoice_as_typed
from billing.operations.draft_debit_note import draft_debit_note
from billing.operations.draft_invoice import edit_draft
from billing.operations.issue_invoice import issue_invoice
from billing.operations.send_invoice import send_invoice
from billing.operations.void_invoice import void_invoice
from billing.queries import in_state, with_state
from customers.models import EInvoiceFormat
from ledger.refusals import Refused
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.billing.einvoices import buyer, seller

DAY = date(2026, 3, 2)
LATER = date(2026, 5, 4)
pytestmark = pytest.mark.django_db


def charge(invoice: Invoice, price: str = "15.00", **more: Any) -> Invoice:
    """A debit note of one line, issued."""
    draft = draft_debit_note(invoice.pk, by=None)
    tax = invoice.lines.first().tax
    details = replace(invoice_as_typed(draft), lines=[world.line(price, tax=tax)], dated_on=DAY, **more)
    return issue_invoice(edit_draft(draft.pk, details, version=1, by=None).pk, by=None, on=DAY)


def test_it_takes_over_terms_and_nothing_that_was_billed(customer: Any) -> None:
    lines = [world.line("100.00")]
    invoice = world.issue(
        customer, lines, DAY, net_days=14, po_number="PO-7", discount_amount=Decimal(5), source_reference="O-1"
    )
    draft = draft_debit_note(invoice.pk, by=None)

    assert (draft.kind, draft.adds_to, draft.lines.count(), draft.total) == ("debit_note", invoice, 0, 0)
    assert (draft.net_days, draft.po_number, draft.discount_amount, draft.source_reference) == (14, "PO-7", 0, "")
    assert draft.dated_on is None


def test_it_is_no_deposit_though_it_adds_to_one(customer: Any) -> None:
    deposit = world.issue(customer, "100.00", DAY, is_deposit=True)

    assert not draft_debit_note(deposit.pk, by=None).is_deposit


def test_it_has_its_own_number_and_is_owed(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    note = charge(invoice)

    assert (note.number, world.item_of(note).kind, world.open_of(note)) == ("DN-2026-0001", "debit_note", 15)
    assert world.owes(customer, DAY) == 115
    assert check_book() == []


def test_it_is_late_like_an_invoice(customer: Any) -> None:
    note = charge(world.issue(customer, "100.00", DAY))
    late = in_state(with_state(Invoice.objects.filter(kind=DocumentKind.DEBIT_NOTE), LATER), "overdue")

    assert [row.pk for row in late] == [note.pk]


def test_it_is_credited_voided_and_corrected_like_an_invoice(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    credited, voided, corrected = charge(invoice), charge(invoice, "16.00"), charge(invoice, "17.00")
    credit_invoice(credited.pk, None, reason="x", by=None, on=DAY)
    void_invoice(voided.pk, reason="x", by=None, on=DAY)
    draft = correct_invoice(corrected.pk, reason="x", by=None, on=DAY)

    assert (draft.kind, draft.adds_to, draft.replaces) == ("debit_note", invoice, corrected)
    assert world.owes(customer, DAY) == 100


def test_a_copy_keeps_what_it_adds_to(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)

    assert copy_invoice(charge(invoice).pk, by=None).adds_to == invoice


def test_it_goes_to_the_customer_of_its_invoice(company: Any, customer: Any) -> None:
    draft = draft_debit_note(world.issue(customer, "100.00", DAY).pk, by=None)
    other = world.make_customer(company, "Castell AG")
    with pytest.raises(Refused) as refusal:
        edit_draft(draft.pk, replace(invoice_as_typed(draft), customer_id=other.pk), version=1, by=None)

    assert refusal.value.code == "other_customer"


def test_only_an_issued_invoice_is_added_to(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    void = void_invoice(world.issue(customer, "5.00", DAY).pk, reason="x", by=None, on=DAY)
    papers = [void, world.draft(customer, "5.00"), world.issue_credit_memo(customer, "5.00", DAY), charge(invoice)]
    for paper in papers:
        with pytest.raises(Refused) as refusal:
            draft_debit_note(paper.pk, by=None)
        assert refusal.value.code == "invalid_move"


def test_the_database_knows_no_debit_note_without_its_invoice(customer: Any) -> None:
    draft = world.draft(customer, "5.00")
    with pytest.raises(IntegrityError, match="debit_note_adds_to_an_invoice"):
        Invoice.objects.filter(pk=draft.pk).update(kind=DocumentKind.DEBIT_NOTE)


@pytest.mark.parametrize(
    ("form", "code"), [(EInvoiceFormat.PEPPOL_UBL, b">383<"), (EInvoiceFormat.XRECHNUNG_CII, b">380<")]
)
def test_its_e_invoice_is_right_and_names_the_invoice(form: str, code: bytes) -> None:
    company = seller()
    invoice = world.issue(buyer(company, form), [world.line("80.00", tax=world.make_tax(company, "19"))], DAY)
    content = bytes(kept_einvoice(charge(invoice)).content)

    assert code in content
    assert invoice.number.encode() in content


def test_its_mail_calls_it_by_its_name(customer: Any) -> None:
    note = charge(world.issue(customer, "100.00", DAY))
    [mail] = send_invoice(note.pk, by=None)

    letter = compose(mail)
    assert (mail.subject, letter.subject[:12]) == ("Debit note DN-2026-0001 from Alder Ltd", "Debit note D")
    assert "Here is debit note DN-2026-0001" in letter.text
    assert ">See and pay the debit note</a>" in letter.html
    assert "invoice" not in f"{letter.text}{letter.html}".lower()


def test_its_pages_call_it_by_its_name(customer: Any, manager: Any) -> None:
    note = charge(world.issue(customer, "100.00", DAY))
    draft = draft_debit_note(note.adds_to_id, by=None)
    browser = Client()
    browser.force_login(manager)
    for name, document in (
        ("credit_invoice", note),
        ("correct_invoice", note),
        ("invoice", note),
        ("invoice", draft),
        ("invoice_edit", draft),
    ):
        page = browser.get(reverse(f"billing:{name}", args=[document.pk])).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        words = re.sub(r"<[^>]*>|INV-2026-0001|E-invoice|Deposit invoice.*?deducts it", " ", main, flags=re.DOTALL)
        assert f'<a href="{reverse("billing:debit_note_list")}" data-back>Debit notes</a>' in page, name
        assert not re.search(r"(?i)\binvoices?\b", words), (name, re.findall(r"(?i).{40}invoice.{40}", words))


def test_charge_more_opens_the_draft_and_the_pages_name_each_other(customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    browser = Client()
    browser.force_login(clerk)
    answer = browser.post(reverse("billing:draft_debit_note", args=[invoice.pk]))
    draft = invoice.debit_notes.get()

    assert answer.url == reverse("billing:invoice_edit", args=[draft.pk])
    page = reverse("billing:invoice", args=[draft.pk])
    assert page in browser.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()
    assert f'adds to <a href="{reverse("billing:invoice", args=[invoice.pk])}' in browser.get(page).content.decode()
    assert str(draft) in browser.get(reverse("billing:debit_note_list")).content.decode()


def test_a_program_drafts_one(customer: Any, clerk: Any, company: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    note = Program(clerk).post(f"invoices/{invoice.pk}/debit-note/").json()

    assert (note["kind"], note["adds_to_id"]) == ("debit_note", invoice.pk)
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.post(f"invoices/{invoice.pk}/debit-note/")) == (403, "permission_denied")
