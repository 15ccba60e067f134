"""Correct and reissue: the wrong invoice is credited, the right one drafted, and each says so of the other."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from billing.operations.correct_invoice import correct_invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.void_invoice import void_invoice
from billing.timeline import timeline
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import ApprovalRequest, AuditRecord
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request, decline_request
from office.operations.set_approval_rules import set_approval_rules
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 2)
LATER = date(2026, 3, 9)
pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    """An issued invoice with an order number and its own terms."""
    lines = [world.line("50.00", "2", world.make_tax(company, "20"), description="Paper")]
    return world.issue(customer, lines, DAY, net_days=14, po_number="PO-7", source_reference="OLD-1")


def correct(invoice: Invoice, **more: Any) -> Invoice:
    return correct_invoice(invoice.pk, **{"reason": "Wrong price", "by": None, "on": LATER} | more)


def test_the_wrong_invoice_is_credited_and_the_right_one_drafted(invoice: Invoice, clerk: Any) -> None:
    draft = correct(invoice, by=clerk)

    [memo] = invoice.credit_memos.all()
    assert (memo.status, memo.total, memo.reason, world.open_of(invoice)) == ("issued", 120, "Wrong price", 0)
    assert (draft.status, draft.replaces, draft.total, draft.po_number) == ("draft", invoice, 120, "PO-7")
    assert (draft.dated_on, draft.net_days, draft.source_reference) == (None, 14, "")
    assert [(line.description, line.quantity) for line in draft.lines.all()] == [("Paper", 2)]
    assert list(invoice.replacements.all()) == [draft]


def test_each_timeline_tells_of_the_other(invoice: Invoice, clerk: Any) -> None:
    draft = correct(invoice, by=clerk)

    assert f"Corrected: {draft} drafted in its place" in [fact.words for fact in timeline(invoice)]
    assert f"Drafted to replace {invoice}" in [fact.words for fact in timeline(draft)]


def test_the_new_invoice_is_issued_without_looking_like_a_duplicate(invoice: Invoice) -> None:
    issued = issue_invoice(correct(invoice).pk, by=None, on=LATER)

    assert (issued.number, issued.replaces.number) == ("INV-2026-0002", "INV-2026-0001")
    assert world.owes(invoice.customer, LATER) == 120
    assert check_book() == []


def test_what_was_paid_is_free_credit_for_the_new_invoice(invoice: Invoice, customer: Any) -> None:
    world.apply(world.receive(customer, "100.00", DAY), invoice, "100.00", DAY)
    issued = issue_invoice(correct(invoice).pk, by=None, on=LATER)
    memo = invoice.credit_memos.get()
    assert world.open_of(memo) == 100

    world.apply(memo, issued, "100.00", LATER)
    assert (world.open_of(memo), world.open_of(issued), world.owes(customer, LATER)) == (0, 20, 20)


def test_only_what_is_left_of_a_part_credited_invoice_is_credited(invoice: Invoice) -> None:
    credit_invoice(invoice.pk, Decimal("20.00"), reason="Goodwill", by=None, on=DAY)
    draft = correct(invoice)

    assert [memo.total for memo in invoice.credit_memos.order_by("pk")] == [20, 100]
    assert draft.total == 120


def spoil(invoice: Invoice, how: str) -> Invoice:
    if how == "void":
        return void_invoice(invoice.pk, reason="x", by=None, on=DAY)
    if how == "credited":
        return credit_invoice(invoice.pk, None, reason="x", by=None, on=DAY).credits
    return {"draft": world.draft, "memo": lambda *_: world.issue_credit_memo(invoice.customer, "5.00", DAY)}[how](
        invoice.customer, "5.00"
    )


@pytest.mark.parametrize(
    ("how", "code"),
    [("void", "invalid_move"), ("draft", "invalid_move"), ("memo", "invalid_move"), ("credited", "nothing_left")],
)
def test_what_cannot_be_credited_cannot_be_corrected(invoice: Invoice, how: str, code: str) -> None:
    paper = spoil(invoice, how)
    before = Invoice.objects.count()
    with pytest.raises(Refused) as refusal:
        correct(paper)

    assert (refusal.value.code, Invoice.objects.count()) == (code, before)


def test_without_a_reason_nothing_happens(invoice: Invoice) -> None:
    with pytest.raises(Refused) as refusal:
        correct(invoice, reason=" ")

    assert (refusal.value.code, Invoice.objects.count()) == ("reason_missing", 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_correct_at_once_make_one_credit_and_one_draft(invoice: Invoice, in_parallel: Any) -> None:
    results = in_parallel([lambda: correct(invoice)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["Invoice", "Refused"]
    assert (invoice.credit_memos.count(), invoice.replacements.count()) == (1, 1)


def test_its_page_says_what_was_paid_and_opens_the_draft(invoice: Invoice, clerk: Any) -> None:
    world.apply(world.receive(invoice.customer, "100.00", DAY), invoice, "100.00", DAY)
    browser = Client()
    browser.force_login(clerk)
    address = reverse("billing:correct_invoice", args=[invoice.pk])
    assert "€100.00 of it is paid" in browser.get(address).content.decode()

    answer = browser.post(address, {"reason": "Wrong price", "reason_code": ""})
    draft = invoice.replacements.get()
    assert answer.url == reverse("billing:invoice_edit", args=[draft.pk])
    assert f"/invoices/{draft.pk}/" in browser.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()


def test_a_program_corrects_once_per_key(invoice: Invoice, clerk: Any, company: Any) -> None:
    program = Program(clerk)
    answers = [program.post(f"invoices/{invoice.pk}/correct/", {"reason": "Wrong"}, key="k") for _ in range(2)]

    assert [(answer.status_code, answer.json()["replaces_id"]) for answer in answers] == [(201, invoice.pk)] * 2
    assert invoice.replacements.count() == 1
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.post(f"invoices/{invoice.pk}/correct/", {"reason": "x"})) == (403, "permission_denied")


# Above an amount, another person says yes first


@pytest.fixture
def under_rule(invoice: Invoice, company: Any) -> Invoice:
    """The invoice, in a company where a manager says yes to every credit."""
    set_approval_rules(company, {"credit_invoice": (Decimal(0), "manager")}, by=None)
    return invoice


def asked(invoice: Invoice, by: Any, **more: Any) -> ApprovalRequest:
    with pytest.raises(ApprovalNeeded) as needed:
        correct(invoice, by=by, on=invoice.company.today(), **more)
    return ask_approval(needed.value, by=by)


def test_before_the_yes_nothing_happens_and_after_it_both(under_rule: Invoice, company: Any, clerk: Any) -> None:
    code = company.reason_codes.get(code="wrong_price")
    request = asked(under_rule, clerk, reason="as agreed", reason_code_id=code.pk)
    assert (under_rule.credit_memos.count(), under_rule.replacements.count(), Invoice.objects.count()) == (0, 0, 1)

    manager = world.make_user(company, "manager")
    approve_request(request.pk, by=manager)
    memo, draft = under_rule.credit_memos.get(), under_rule.replacements.get()
    assert (memo.status, memo.total, memo.reason, memo.reason_code) == ("issued", 120, "Wrong price: as agreed", code)
    assert (draft.status, draft.total, draft.created_by) == ("draft", 120, clerk)
    assert f"Corrected: {draft} drafted in its place" in [fact.words for fact in timeline(under_rule)]
    credited = AuditRecord.objects.get(action="credit_invoice")
    assert (credited.by, credited.after["approved_by"]) == (clerk, str(manager))
    assert check_book() == []


def test_a_correction_declined_or_asked_twice_does_nothing(under_rule: Invoice, company: Any, clerk: Any) -> None:
    request = asked(under_rule, clerk)
    with pytest.raises(Refused) as refusal:
        asked(under_rule, clerk)
    assert refusal.value.code == "approval_waiting"
    decline_request(request.pk, by=world.make_user(company, "manager"), reason="No")
    assert Invoice.objects.count() == 1


def test_a_yes_to_what_was_credited_meanwhile_is_refused_and_does_neither(
    under_rule: Invoice, company: Any, clerk: Any
) -> None:
    request = asked(under_rule, clerk)
    credit_invoice(under_rule.pk, None, reason="Meanwhile", by=None, on=under_rule.company.today())
    with pytest.raises(Refused) as refusal:
        approve_request(request.pk, by=world.make_user(company, "manager"))
    assert (refusal.value.code, under_rule.replacements.count()) == ("nothing_left", 0)
    request.refresh_from_db()
    assert request.state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_say_yes_at_once_correct_it_once(
    under_rule: Invoice, company: Any, clerk: Any, in_parallel: Any
) -> None:
    request, managers = asked(under_rule, clerk), [world.make_user(company, "manager") for _ in range(2)]
    results = in_parallel([lambda by=by: approve_request(request.pk, by=by) for by in managers])
    assert sorted(type(result).__name__ for result in results) == ["ApprovalRequest", "Refused"]
    assert (under_rule.credit_memos.count(), under_rule.replacements.count()) == (1, 1)


def test_its_page_and_a_program_are_told_that_it_waits(under_rule: Invoice, clerk: Any, company: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    typed = {"reason": "Wrong price", "reason_code": ""}
    said = browser.post(reverse("billing:correct_invoice", args=[under_rule.pk]), typed, follow=True).content.decode()
    assert f"Once it is approved, {under_rule} is credited and a new draft takes its place." in said
    assert "and draft it anew: Wrong price." in said
    assert "copy it to a new draft" not in said
    approvals = browser.get(reverse("office:approval_list")).content.decode()
    assert "and draft it anew" in approvals

    other = world.issue(under_rule.customer, "5.00", DAY)
    answer = Program(clerk).post(f"invoices/{other.pk}/correct/", {"reason": "Wrong"})
    assert (answer.status_code, answer.json()["arguments"]["redraft"]) == (202, True)
