"""The reasons for corrections that a company offers: by its screen, by the API, and who may change them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from billing.models import Invoice, ReasonCode
from billing.operations.details import invoice_as_typed
from billing.operations.draft_debit_note import draft_debit_note
from billing.operations.draft_invoice import edit_draft
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_reasons import add_reason
from billing.operations.void_invoice import void_invoice
from billing.pdf.page import page_of
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import AuditRecord
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(company: Any) -> Client:
    client = Client()
    client.force_login(world.make_user(company, "administrator"))
    return client


def test_a_company_begins_with_usual_reasons(company: Any) -> None:
    assert ReasonCode.objects.get(company=company, code="returned").words == "Goods returned"


def test_a_reason_is_added_and_retired_on_its_page(browser: Client, company: Any) -> None:
    browser.post(reverse("billing:reason_list"), {"purpose": "dispute", "code": "flood", "words": "Flood"})
    flood = ReasonCode.objects.get(company=company, code="flood")
    browser.post(reverse("billing:retire_reason", args=[flood.pk]))

    flood.refresh_from_db()
    assert (flood.words, flood.is_active) == ("Flood", False)
    assert AuditRecord.objects.filter(action__in=["add_reason", "retire_reason"]).count() == 2


@pytest.mark.parametrize(("code", "words"), [("", "x"), ("x", " "), ("x" * 21, "x"), ("x", "x" * 101)])
def test_a_reason_without_code_or_words_is_refused(company: Any, code: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        add_reason(company, code, words, by=None)

    assert refusal.value.code == "bad_reason"


def test_a_known_code_is_refused_and_keeps_its_words(browser: Client, company: Any) -> None:
    answer = browser.post(
        reverse("billing:reason_list"), {"purpose": "correction", "code": "returned", "words": "Came back"}
    )

    assert "There is a reason with the code returned: Goods returned." in answer.content.decode()
    assert ReasonCode.objects.get(company=company, code="returned").words == "Goods returned"


def test_another_companys_reason_is_not_found(browser: Client) -> None:
    foreign = ReasonCode.objects.filter(company=world.make_company()).first()

    assert browser.post(reverse("billing:retire_reason", args=[foreign.pk])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.is_active


# On voids and debit notes, as on credit memos


@pytest.fixture
def twice(company: Any) -> ReasonCode:
    return ReasonCode.objects.get(company=company, code="duplicate")


def test_a_void_keeps_its_code_and_prints_its_words(customer: Any, twice: ReasonCode) -> None:
    words = {}
    for typed in ("", "see INV-1"):
        invoice = world.issue(customer, "10.00", DAY)
        void = void_invoice(invoice.pk, reason=typed, reason_code_id=twice.pk, by=None, on=DAY)
        words[typed] = (void.void_reason, Invoice.objects.get(pk=void.pk).void_reason_code)
    assert words == {"": ("Billed twice", twice), "see INV-1": ("Billed twice: see INV-1", twice)}


def test_a_void_without_a_reason_or_by_a_foreign_one_changes_nothing(customer: Any, twice: ReasonCode) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    foreign = ReasonCode.objects.filter(company=world.make_company(legal_name="Birch Ltd")).first()
    for why, code in (
        ({"reason": " "}, "reason_missing"),
        ({"reason": "", "reason_code_id": foreign.pk}, "unknown_reason"),
    ):
        with pytest.raises(Refused) as refusal:
            void_invoice(invoice.pk, **why, by=None, on=DAY)
        assert refusal.value.code == code
    invoice.refresh_from_db()
    assert (invoice.status, invoice.void_reason_code) == ("issued", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", ["issued", "void"])
def test_the_database_lets_nobody_change_the_code_but_by_voiding(customer: Any, twice: ReasonCode, status: str) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    if status == "void":
        void_invoice(invoice.pk, reason="x", by=None, on=DAY)
    with pytest.raises(IntegrityError, match="void it or credit it"):
        Invoice.objects.filter(pk=invoice.pk).update(void_reason_code=twice)


def test_an_approved_void_keeps_the_code(customer: Any, company: Any, twice: ReasonCode, manager: Any) -> None:
    set_approval_rules(company, {"void_invoice": (Decimal(0), "manager")}, by=None)
    invoice = world.issue(customer, "10.00", DAY)
    with pytest.raises(ApprovalNeeded) as needed:
        void_invoice(invoice.pk, reason="", reason_code_id=twice.pk, by=manager, on=DAY)
    approve_request(ask_approval(needed.value, by=manager).pk, by=world.make_user(company, "manager"))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.void_reason, invoice.void_reason_code) == ("void", "Billed twice", twice)


def test_a_debit_note_prints_its_reason_and_keeps_the_code(customer: Any, twice: ReasonCode, clerk: Any) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    note = draft_debit_note(invoice.pk, reason="freight", reason_code_id=twice.pk, by=clerk)
    details = replace(invoice_as_typed(note), lines=[world.line("5.00")])
    issued = issue_invoice(edit_draft(note.pk, details, version=1, by=None).pk, by=None, on=DAY)
    assert (issued.reason, issued.reason_code) == ("Billed twice: freight", twice)
    assert "Billed twice: freight" in page_of(issued)
    plain = draft_debit_note(invoice.pk, by=clerk)
    assert (plain.reason, plain.reason_code) == ("", None)
    with pytest.raises(Refused) as refusal:
        draft_debit_note(invoice.pk, reason_code_id=0, by=clerk)
    assert (refusal.value.code, invoice.debit_notes.count()) == ("unknown_reason", 2)


def test_both_are_chosen_on_screen_and_found_in_their_lists(
    customer: Any, company: Any, twice: ReasonCode, manager: Any
) -> None:
    browser = Client()
    browser.force_login(manager)
    invoice, wrong = world.issue(customer, "10.00", DAY), world.issue(customer, "20.00", DAY)
    typed = {"reason_code": twice.pk, "reason": ""}
    assert "Billed twice" in browser.get(reverse("billing:invoice", args=[wrong.pk])).content.decode()
    browser.post(reverse("billing:void_invoice", args=[wrong.pk]), typed)
    assert "Billed twice" in browser.get(reverse("billing:draft_debit_note", args=[invoice.pk])).content.decode()
    browser.post(reverse("billing:draft_debit_note", args=[invoice.pk]), typed)
    world.issue_credit_memo(customer, "1.00", DAY)

    voided = browser.get(reverse("billing:invoice_list"), {"reason": "twice"}).content.decode()
    assert [f'href="/invoices/{each.pk}/"' in voided for each in (wrong, invoice)] == [True, False]
    notes = browser.get(reverse("billing:debit_note_list"), {"reason": "twice"}).content.decode()
    assert f"/invoices/{invoice.debit_notes.get().pk}/" in notes
    assert browser.post(reverse("billing:void_invoice", args=[invoice.pk]), {"reason_code": "x"}).status_code == 302
    invoice.refresh_from_db()
    assert invoice.status == "issued"


def test_both_are_chosen_by_programs(customer: Any, twice: ReasonCode, manager: Any) -> None:
    program = Program(manager)
    invoice, wrong = world.issue(customer, "10.00", DAY), world.issue(customer, "20.00", DAY)
    void = program.post(f"invoices/{wrong.pk}/void/", {"reason_code": twice.pk, "on": "2026-03-02"}).json()
    assert (void["void_reason"], void["void_reason_code_id"]) == ("Billed twice", twice.pk)
    note = program.post(f"invoices/{invoice.pk}/debit-note/", {"reason": "Freight", "reason_code": twice.pk}).json()
    assert (note["reason"], note["reason_code_id"]) == ("Billed twice: Freight", twice.pk)
    assert refused(program.post(f"invoices/{invoice.pk}/void/", {})) == (409, "reason_missing")
    assert refused(program.post(f"invoices/{invoice.pk}/debit-note/", {"reason_code": 10**9})) == (
        409,
        "unknown_reason",
    )
