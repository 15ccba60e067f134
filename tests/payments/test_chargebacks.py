"""A card payment that the bank took back: open again at once, answered in time, won back or lost."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from billing.operations.grant_discount import grant_discount
from customers.operations.declare_payer import declare_payer
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.allocating import Pair
from ledger.models import AccountRole
from ledger.refusals import Refused
from office.models import AuditRecord
from payments.models import Chargeback, Receipt
from payments.operations.apply_credits import apply_credits
from payments.operations.decide_chargeback import add_evidence, answer_chargeback, decide_chargeback
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback
from payments.operations.reverse_receipt import reverse_receipt
from reports.book_check import check_book
from reports.to_do import tasks
from tests import world
from tests.api.calling import Program, refused
from tests.payments.test_write_off import book, refusal

DAY, LATER = date(2026, 3, 2), date(2026, 3, 20)
PDF = b"%PDF-1.7 signed order"
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def take_back(receipt: Receipt, by: Any = None, **details: Any) -> Chargeback:
    """Charge a receipt back on the 20th, to be answered by the 27th."""
    values = {"opened_on": LATER, "respond_by": date(2026, 3, 27), "reason_code": "10.4", "reason": "Not theirs"}
    return open_chargeback(receipt.pk, ChargebackDetails(**values | details), by=by)


@pytest.fixture
def paid(customer: Any) -> tuple[list[Any], Receipt]:
    """Two invoices of 100.00 and 50.00, paid by card."""
    papers = [world.issue(customer, amount, DAY) for amount in ("100.00", "50.00")]
    receipt = world.receive(customer, "150.00", DAY, method="card")
    for paper, amount in zip(papers, ("100.00", "50.00"), strict=True):
        world.apply(receipt, paper, amount, DAY)
    return papers, receipt


def test_it_opens_what_was_settled_with_its_old_due_date_and_books_the_banks_fee(paid: Any, clerk: Any) -> None:
    papers, receipt = paid
    due = [world.item_of(paper).due_on for paper in papers]
    case = take_back(receipt, by=clerk, bank_fee=Decimal(15), customer_fee=Decimal(20))

    assert (case.number, case.amount, case.status, case.respond_by) == ("CB-2026-0001", 150, "open", date(2026, 3, 27))
    assert [world.open_of(paper) for paper in papers] == [100, 50]
    assert [world.item_of(paper).due_on for paper in papers] == due
    assert (book(AccountRole.BANK_CHARGES), book(AccountRole.BANK), book(AccountRole.FEE)) == (15, -15, -20)
    assert (world.owes(receipt.customer, LATER), world.owes(receipt.customer, DAY)) == (170, 0)
    assert AuditRecord.objects.filter(action="open_chargeback").count() == 1
    assert check_book() == []


def test_won_the_money_is_recorded_again_and_settles_the_same(paid: Any) -> None:
    papers, receipt = paid
    case = take_back(receipt)
    add_evidence(case.pk, "order.pdf", PDF, by=None)
    answer_chargeback(case.pk, on=LATER, by=None)
    case = decide_chargeback(case.pk, won=True, on=LATER, by=None, note="Issuer accepts")

    assert (case.status, case.won_receipt.amount, case.outcome_note) == ("won", 150, "Issuer accepts")
    assert [world.open_of(paper) for paper in (*papers, case.won_receipt)] == [0, 0, 0]
    assert book(AccountRole.BANK) == 150
    assert check_book() == []


def test_lost_the_customer_still_owes_it(paid: Any) -> None:
    papers, receipt = paid
    case = decide_chargeback(take_back(receipt).pk, won=False, on=LATER, by=None)
    assert (case.status, case.won_receipt, [world.open_of(paper) for paper in papers]) == ("lost", None, [100, 50])
    assert check_book() == []


def test_of_a_part_the_rest_stays_paid_and_winning_closes_what_was_opened(paid: Any) -> None:
    papers, receipt = paid
    case = take_back(receipt, amount=Decimal(30))
    assert (case.kept_receipt.amount, [world.open_of(paper) for paper in papers]) == (120, [0, 30])
    decide_chargeback(case.pk, won=True, on=LATER, by=None)
    assert [world.open_of(paper) for paper in papers] == [0, 0]
    assert check_book() == []


def test_what_was_paid_meanwhile_is_not_settled_twice_by_winning(paid: Any) -> None:
    papers, receipt = paid
    case = take_back(receipt)
    world.apply(world.receive(receipt.customer, "100.00", LATER), papers[0], "100.00", LATER)
    won = decide_chargeback(case.pk, won=True, on=LATER, by=None).won_receipt
    assert ([world.open_of(paper) for paper in papers], world.open_of(won)) == ([0, 0], 100)


@pytest.mark.parametrize(("won", "open_", "status"), [(True, 0, "issued"), (False, 100, "void")])
def test_the_discount_of_a_payment_goes_when_its_case_is_lost(
    company: Any, customer: Any, won: bool, open_: int, status: str
) -> None:
    terms = add_terms(company, TermsDetails("2/10", [PartDetails(net_days=30)], Decimal(2), 10), by=None)
    paper = world.issue(customer, "100.00", DAY, terms_id=terms.pk)
    receipt = world.receive(customer, "98.00", DAY, method="card")
    world.apply(receipt, paper, "98.00", DAY)
    memo = grant_discount(paper.pk, by=None, on=DAY)
    case = take_back(receipt)
    assert world.open_of(paper) == 98

    decide_chargeback(case.pk, won=won, on=LATER, by=None)
    memo.refresh_from_db()
    assert (world.open_of(paper), memo.status) == (open_, status)
    assert check_book() == []


@pytest.mark.parametrize("still_pays", [True, False])
def test_won_by_who_pays_for_others_it_settles_theirs_too_while_they_do(
    company: Any, customer: Any, still_pays: bool
) -> None:
    parent = world.make_customer(company, "Parent SE")
    declare_payer(customer.pk, parent.pk, by=None)
    papers = [world.issue(customer, "60.00", DAY), world.issue(parent, "40.00", DAY)]
    receipt = world.receive(parent, "100.00", DAY, method="card")
    pairs = [Pair(world.item_of(paper).pk, world.item_of(receipt).pk, world.open_of(paper)) for paper in papers]
    apply_credits(parent, pairs, dated_on=DAY, by=None)
    case = take_back(receipt, amount=Decimal(70))
    assert ([world.open_of(paper) for paper in papers], world.open_of(case.kept_receipt)) == ([30, 40], 0)

    if not still_pays:
        declare_payer(customer.pk, None, by=None)
    won = decide_chargeback(case.pk, won=True, on=LATER, by=None).won_receipt
    assert [world.open_of(paper) for paper in papers] == [0 if still_pays else 30, 0]
    assert world.open_of(won) == (0 if still_pays else 30)
    assert check_book() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount": Decimal("150.01")}, "bad_amounts"),
        ({"amount": Decimal(0)}, "bad_amounts"),
        ({"bank_fee": Decimal(-1)}, "bad_amounts"),
        ({"respond_by": date(2026, 3, 19)}, "deadline_too_early"),
        ({"reason": " "}, "reason_missing"),
        ({"reason_code": " "}, "reason_code_missing"),
        ({"opened_on": date(2026, 3, 1)}, "before_it_was_made"),
    ],
)
def test_what_cannot_be_is_refused_and_the_payment_stands(paid: Any, wrong: dict[str, Any], code: str) -> None:
    papers, receipt = paid
    assert refusal(lambda: take_back(receipt, **wrong)) == code
    assert ([world.open_of(paper) for paper in papers], Chargeback.objects.count()) == ([0, 0], 0)


def test_only_a_card_payment_is_charged_back_and_only_once(paid: Any, customer: Any) -> None:
    transfer = world.receive(customer, "5.00", DAY)
    assert refusal(lambda: take_back(transfer)) == "no_card_payment"
    take_back(paid[1])
    assert refusal(lambda: take_back(paid[1])) == "invalid_move"


def test_it_is_answered_once_with_evidence_and_decided_once(paid: Any) -> None:
    case = take_back(paid[1])
    assert refusal(lambda: answer_chargeback(case.pk, on=LATER, by=None)) == "no_evidence"
    add_evidence(case.pk, "order.pdf", PDF, by=None)
    assert refusal(lambda: add_evidence(case.pk, "order.pdf", PDF, by=None)) == "name_taken"
    assert refusal(lambda: add_evidence(case.pk, "order.exe", PDF, by=None)) == "unknown_kind_of_file"
    answer_chargeback(case.pk, on=LATER, by=None)
    assert refusal(lambda: answer_chargeback(case.pk, on=LATER, by=None)) == "invalid_move"
    assert refusal(lambda: decide_chargeback(case.pk, won=True, on=DAY, by=None)) == "before_it_was_made"
    decide_chargeback(case.pk, won=False, on=LATER, by=None)
    assert refusal(lambda: decide_chargeback(case.pk, won=True, on=LATER, by=None)) == "invalid_move"
    assert refusal(lambda: add_evidence(case.pk, "more.pdf", PDF, by=None)) == "invalid_move"


def test_a_case_whose_last_day_is_near_is_a_task_until_it_is_answered(company: Any, customer: Any, clerk: Any) -> None:
    today = company.today()
    near, far = (world.receive(customer, "5.00", today, method="card") for _ in range(2))
    case = take_back(near, opened_on=today, respond_by=today + timedelta(days=7))
    take_back(far, opened_on=today, respond_by=today + timedelta(days=8))

    def counted(user: Any) -> list[int]:
        return [task.count for task in tasks(user, company, today) if task.icon == "gavel"]

    assert (counted(clerk), counted(world.make_user(company, "auditor"))) == ([1], [])
    add_evidence(case.pk, "order.pdf", PDF, by=None)
    answer_chargeback(case.pk, on=today, by=None)
    assert counted(clerk) == []


@pytest.mark.django_db(transaction=True)
def test_decided_by_two_at_once_the_money_comes_back_once(paid: Any, in_parallel: Parallel) -> None:
    case = take_back(paid[1])
    results = in_parallel([lambda: decide_chargeback(case.pk, won=True, on=LATER, by=None)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Chargeback", "Refused"]
    assert book(AccountRole.BANK) == 150
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_charged_back_while_it_is_reversed_it_is_taken_back_once(paid: Any, in_parallel: Parallel) -> None:
    receipt = paid[1]
    undo = lambda: reverse_receipt(receipt.pk, dated_on=LATER, by=None, reason="x")  # noqa: E731
    results = in_parallel([lambda: take_back(receipt), undo])
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert book(AccountRole.BANK) == 0
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_charged_back_while_it_is_applied_it_settles_nothing(customer: Any, in_parallel: Parallel) -> None:
    for _ in range(4):
        invoice = world.issue(customer, "50.00", DAY)
        receipt = world.receive(customer, "50.00", DAY, method="card")
        apply = lambda receipt=receipt, invoice=invoice: world.apply(receipt, invoice, "50.00", DAY)  # noqa: E731
        in_parallel([lambda receipt=receipt: take_back(receipt), apply])
        assert (world.open_of(invoice), world.open_of(receipt)) == (50, 0)
    assert check_book() == []


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE payments_chargeback SET amount = 1", "chargeback_frozen"),
        ("DELETE FROM payments_chargeback", "chargeback_frozen"),
        ("UPDATE payments_chargeback SET status = 'won', decided_on = now()", "chargeback_won_has_its_money"),
        ("UPDATE payments_chargeback SET status = 'lost'", "chargeback_decided_has_its_day"),
    ],
)
def test_not_even_by_sql_is_it_changed(paid: Any, sql: str, constraint: str) -> None:
    take_back(paid[1])
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        connection.cursor().execute(sql)
    assert error.value.__cause__.diag.constraint_name == constraint


# Doors


def test_on_screen_a_case_is_opened_answered_and_won(paid: Any, clerk: Any) -> None:
    papers, receipt = paid
    browser = Client()
    browser.force_login(clerk)
    assert "Charged back?" in browser.get(reverse("payments:receipt", args=[receipt.pk])).content.decode()
    typed = {"opened_on": "2026-03-20", "respond_by": "2026-03-27", "amount": "150", "reason_code": "10.4"}
    address = reverse("payments:chargeback_new", args=[receipt.pk])
    page = browser.post(address, typed | {"reason": "Not theirs"}, follow=True).content.decode()
    case = Chargeback.objects.get()
    assert f"{case} is opened." in page
    proof = {"file": SimpleUploadedFile("order.pdf", PDF)}
    browser.post(reverse("payments:attach_evidence", args=[case.pk]), proof)
    assert browser.get(reverse("payments:evidence", args=[case.files.get().pk])).content == PDF
    act = reverse("payments:act_on_chargeback", args=[case.pk])
    browser.post(act, {"act": "answered"})
    page = browser.post(act, {"act": "won", "note": "Issuer accepts"}, follow=True).content.decode()
    assert "is recorded again." in page
    assert [world.open_of(paper) for paper in papers] == [0, 0]


def test_a_program_does_the_same(company: Any, paid: Any, clerk: Any) -> None:
    papers, receipt = paid
    program = Program(clerk)
    body = {"receipt": receipt.pk, "respond_by": "2999-03-27", "reason_code": "10.4", "reason": "Not theirs"}
    answer = program.post("chargebacks/", body | {"amount": "50.00"})
    case = answer.json()
    assert (answer.status_code, case["amount"], case["status"]) == (201, "50.00", "open")
    proof = {"name": "order.pdf", "content": "JVBERi0xLjc="}
    assert program.post(f"chargebacks/{case['id']}/files/", proof).json()["files"][0]["name"] == "order.pdf"
    assert program.post(f"chargebacks/{case['id']}/answer/").json()["status"] == "answered"
    won = program.post(f"chargebacks/{case['id']}/decide/", {"outcome": "won"}).json()
    assert (won["status"], [world.open_of(paper) for paper in papers]) == ("won", [0, 0])
    assert program.get("chargebacks/", status="won").json()["results"] == [won]
    assert program.get(f"chargebacks/{case['id']}/").json() == won
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.post("chargebacks/", body))[0] == 403
