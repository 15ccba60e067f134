"""Above an amount another person says yes first: nothing is done until then, then once, and never by who asked."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from billing.models import DocumentKind, Invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.details import invoice_as_typed
from billing.operations.draft_invoice import edit_draft
from billing.operations.issue_invoice import issue_invoice, issue_invoices
from billing.operations.void_invoice import void_invoice
from billing.operations.wanted_credit import LowerPrice, plain_wanted, wanted_from_plain
from billing.timeline import timeline
from ledger.refusals import Refused
from office.approvals.asking import ACTS, ApprovalNeeded, waiting_for
from office.models import ApprovalRequest, ApprovalRule, AuditRecord, User
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request, decline_request, withdraw_request
from office.operations.set_approval_rules import set_approval_rules
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    """An invoice of 300.00 where credits above 100.00 and every void need a manager."""
    rules = {"credit_invoice": (Decimal("100.00"), "manager"), "void_invoice": (Decimal(0), "manager")}
    set_approval_rules(company, rules, by=None)
    return world.issue(customer, "300.00", DAY)


def credit(invoice: Invoice, amount: str, by: User | None) -> Invoice:
    return credit_invoice(invoice.pk, Decimal(amount), reason="Goodwill", by=by, on=DAY)


def asked(invoice: Invoice, by: User, amount: str = "150.00") -> ApprovalRequest:
    """A request for a credit memo, sent."""
    with pytest.raises(ApprovalNeeded) as needed:
        credit(invoice, amount, by)
    return ask_approval(needed.value, by=by)


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused_:
        act()
    return refused_.value.code


def test_up_to_the_amount_and_by_the_office_itself_nobody_is_asked(invoice: Invoice, clerk: Any) -> None:
    credit(invoice, "100.00", clerk)
    credit(invoice, "150.00", None)

    assert (world.open_of(invoice), ApprovalRequest.objects.count()) == (50, 0)


def test_above_it_nothing_is_done_until_another_person_approves(invoice: Invoice, clerk: Any, manager: Any) -> None:
    request = asked(invoice, clerk)
    assert (world.open_of(invoice), invoice.credit_memos.count()) == (300, 0)
    assert (request.amount, request.reason, request.role.name, request.state) == (150, "Goodwill", "manager", "waiting")
    assert list(waiting_for(manager, invoice.company)) == [request]
    assert list(waiting_for(clerk, invoice.company)) == []

    approve_request(request.pk, by=manager, reason="Agreed by phone")
    memo = invoice.credit_memos.get()
    assert (memo.total, memo.issued_by, world.open_of(invoice)) == (150, clerk, 150)
    row = AuditRecord.objects.get(action="credit_invoice")
    assert (row.by, row.after["approved_by"]) == (clerk, str(manager))
    assert check_book() == []


def test_voiding_is_under_a_rule_of_its_own(invoice: Invoice, manager: Any, company: Any) -> None:
    with pytest.raises(ApprovalNeeded) as needed:
        void_invoice(invoice.pk, reason="Twice", by=manager, on=DAY)
    request = ask_approval(needed.value, by=manager)
    assert refusal(lambda: approve_request(request.pk, by=manager)) == "own_request"

    approve_request(request.pk, by=world.make_user(company, "manager"))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.void_reason) == ("void", "Twice")


@pytest.fixture
def own_memo(invoice: Invoice, customer: Any) -> Invoice:
    """A draft credit memo of 150.00 for no invoice in particular."""
    return world.draft(customer, "150.00", kind=DocumentKind.CREDIT_MEMO, dated_on=DAY)


def test_a_credit_memo_of_its_own_is_under_the_same_rule(own_memo: Invoice, clerk: Any, manager: Any) -> None:
    for issue in (lambda: issue_invoice(own_memo.pk, by=clerk, on=DAY), lambda: issue_all(own_memo, clerk)):
        assert refusal(issue) == "approval_needed"
    client = Client()
    client.force_login(clerk)
    page = client.post(f"/invoices/{own_memo.pk}/issue/", follow=True)
    assert page.status_code == 200
    own_memo.refresh_from_db()
    assert own_memo.is_draft

    approve_request(ApprovalRequest.objects.get().pk, by=manager)

    own_memo.refresh_from_db()
    assert (own_memo.status, own_memo.total, own_memo.issued_by) == ("issued", 150, clerk)
    noted = AuditRecord.objects.get(action="credit_invoice", subject_id=own_memo.pk)
    assert noted.after == {"approved_by": str(manager)}


def issue_all(memo: Invoice, by: User) -> list[Invoice]:
    return issue_invoices([memo.pk], by=by, on=DAY)


def test_what_was_changed_after_it_was_asked_is_asked_anew(own_memo: Invoice, clerk: Any, manager: Any) -> None:
    with pytest.raises(ApprovalNeeded) as needed:
        issue_invoice(own_memo.pk, by=clerk, on=DAY)
    asked_for = ask_approval(needed.value, by=clerk)
    edit_draft(own_memo.pk, invoice_as_typed(own_memo), version=own_memo.version, by=clerk)

    assert refusal(lambda: approve_request(asked_for.pk, by=manager)) == "stale"
    own_memo.refresh_from_db()
    assert own_memo.is_draft


def test_nobody_decides_their_own_request_nor_without_the_role(invoice: Invoice, clerk: Any, manager: Any) -> None:
    request = asked(invoice, manager)
    assert refusal(lambda: approve_request(request.pk, by=manager)) == "own_request"
    assert refusal(lambda: decline_request(request.pk, by=manager, reason="x")) == "own_request"
    assert refusal(lambda: approve_request(request.pk, by=clerk)) == "not_your_role"
    assert (request.state, world.open_of(invoice)) == ("waiting", 300)


def test_not_even_by_sql(invoice: Invoice, clerk: Any) -> None:
    request = asked(invoice, clerk)
    with pytest.raises(IntegrityError, match="nobody_decides_their_own_request"):
        ApprovalRequest.objects.filter(pk=request.pk).update(
            state="approved", decided_by=clerk, decided_at=request.requested_at
        )


def test_a_request_is_declined_with_a_reason_or_taken_back(invoice: Invoice, clerk: Any, manager: Any) -> None:
    request = asked(invoice, clerk)
    assert refusal(lambda: decline_request(request.pk, by=manager, reason=" ")) == "reason_missing"
    assert refusal(lambda: withdraw_request(request.pk, by=manager)) == "not_yours"
    declined = decline_request(request.pk, by=manager, reason="Too much")
    assert (declined.state, declined.decision_reason) == ("declined", "Too much")

    assert withdraw_request(asked(invoice, clerk).pk, by=clerk).state == "withdrawn"
    assert world.open_of(invoice) == 300


def test_one_request_at_a_time_for_one_thing(invoice: Invoice, clerk: Any, manager: Any) -> None:
    asked(invoice, clerk)
    with pytest.raises(ApprovalNeeded) as needed:
        credit(invoice, "200.00", manager)
    assert refusal(lambda: ask_approval(needed.value, by=manager)) == "approval_waiting"


def test_what_can_no_longer_be_done_stays_waiting(invoice: Invoice, clerk: Any, manager: Any) -> None:
    request = asked(invoice, clerk, "250.00")
    credit(invoice, "100.00", clerk)
    assert refusal(lambda: approve_request(request.pk, by=manager)) == "more_than_left"

    request.refresh_from_db()
    assert (request.state, invoice.credit_memos.count()) == ("waiting", 1)


def test_who_lost_the_right_meanwhile_cannot_have_it_approved(invoice: Invoice, clerk: Any, manager: Any) -> None:
    request = asked(invoice, clerk)
    clerk.groups.clear()

    assert refusal(lambda: approve_request(request.pk, by=manager)) == "may_not_any_more"
    assert world.open_of(invoice) == 300


def test_who_sees_the_thing_no_more_cannot_have_it_approved(invoice: Invoice, clerk: Any, manager: Any) -> None:
    request = asked(invoice, clerk)
    clerk.companies.set([world.make_company(legal_name="Birch")])

    assert refusal(lambda: approve_request(request.pk, by=manager)) == "may_not_any_more"
    assert world.open_of(invoice) == 300


def test_an_approval_is_for_what_was_asked_and_no_more(invoice: Invoice, clerk: Any, manager: Any) -> None:
    request = approve_request(asked(invoice, clerk).pk, by=manager)
    again = ApprovalRequest.objects.get(pk=request.pk)

    def more() -> Invoice:
        return credit_invoice(invoice.pk, Decimal("149.00"), reason="Goodwill", by=clerk, on=DAY, approved=again)

    assert refusal(more) == "approval_outdated"


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_do_it_once(invoice: Invoice, clerk: Any, company: Any, in_parallel: Parallel) -> None:
    request = asked(invoice, clerk, "120.00")
    managers = [world.make_user(company, "manager") for _ in range(2)]
    results = in_parallel([lambda by=by: approve_request(request.pk, by=by) for by in managers])

    assert sorted(type(result).__name__ for result in results) == ["ApprovalRequest", "Refused"]
    assert [memo.total for memo in invoice.credit_memos.all()] == [120]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("guard", "done"), [("ENABLE", 1), ("DISABLE", 2)])
def test_control_without_the_lock_the_guard_holds_and_without_both_it_is_done_twice(
    invoice: Invoice,
    clerk: Any,
    company: Any,
    in_parallel: Parallel,
    monkeypatch: pytest.MonkeyPatch,
    superuser_cursor: Any,
    guard: str,
    done: int,
) -> None:
    request = asked(invoice, clerk, "120.00")
    managers = [world.make_user(company, "manager") for _ in range(2)]
    read = [ApprovalRequest.objects.get(pk=request.pk) for _ in managers]
    monkeypatch.setattr("office.operations.decide_request._waiting", lambda _: read.pop())
    superuser_cursor.execute(f"ALTER TABLE office_approvalrequest {guard} TRIGGER request_frozen")
    try:
        in_parallel([lambda by=by: approve_request(request.pk, by=by) for by in managers])
    finally:
        superuser_cursor.execute("ALTER TABLE office_approvalrequest ENABLE TRIGGER request_frozen")

    assert invoice.credit_memos.count() == done


@pytest.mark.parametrize(
    "wanted", [None, Decimal("12.50"), {3: Decimal("1.5"), 4: LowerPrice(Decimal(2), Decimal("9.99"))}]
)
def test_what_is_to_be_credited_is_kept_as_it_was_asked(wanted: Any) -> None:
    assert wanted_from_plain(plain_wanted(wanted)) == wanted


# Rules


@pytest.mark.parametrize(
    ("action", "rule", "code"),
    [
        ("fly", (Decimal(1), "manager"), "unknown_action"),
        ("credit_invoice", (Decimal(-1), "manager"), "bad_amounts"),
        ("credit_invoice", (Decimal("1.005"), "manager"), "bad_amounts"),
        ("credit_invoice", (Decimal(1), "clerk"), "unknown_role"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(company: Any, action: str, rule: tuple, code: str) -> None:
    assert refusal(lambda: set_approval_rules(company, {action: rule}, by=None)) == code
    assert ApprovalRule.objects.count() == 0


def test_a_rule_is_set_and_taken_away_on_its_page(company: Any) -> None:
    browser = Client()
    browser.force_login(world.make_user(company, "administrator"))
    typed = {f"role_{name}": "manager" for name in ACTS} | {"above_credit_invoice": "50"}
    browser.post(reverse("office:approval_rules"), typed)
    rule = ApprovalRule.objects.get()
    assert (rule.action, rule.above, rule.role) == ("credit_invoice", 50, Group.objects.get(name="manager"))

    browser.post(reverse("office:approval_rules"), typed | {"above_credit_invoice": ""})
    assert ApprovalRule.objects.count() == 0
    assert AuditRecord.objects.filter(action="set_approval_rules").count() == 2


# Doors


def test_the_screen_sends_it_and_the_inbox_decides(invoice: Invoice, clerk: Any, manager: Any) -> None:
    browser, decider = Client(), Client()
    browser.force_login(clerk)
    decider.force_login(manager)
    typed = {"way": "amount", "amount": "150", "reason": "Goodwill", "apply": "on"}
    page = browser.post(reverse("billing:credit_invoice", args=[invoice.pk]), typed, follow=True).content.decode()
    assert "Sent for approval by a manager" in page
    assert "has to approve it" in page
    request = ApprovalRequest.objects.get()

    inbox = decider.get(reverse("office:approval_list")).content.decode()
    assert reverse("office:decide_request", args=[request.pk]) in inbox
    assert '1<span class="visually-hidden"> to decide' in inbox
    assert "Requests to approve" in decider.get(reverse("home")).content.decode()
    decide = reverse("office:decide_request", args=[request.pk])
    own = browser.post(decide, {"decision": "approve"}, follow=True).content.decode()
    assert "Nobody approves their own request" in own
    decider.post(reverse("office:decide_request", args=[request.pk]), {"decision": "approve"})

    assert invoice.credit_memos.get().total == 150
    words = [fact.words for fact in timeline(invoice)]
    assert {"Asked to be credited", "Approved: to be credited"} <= set(words)


def test_a_program_is_answered_202_and_asks_once_per_key(invoice: Invoice, clerk: Any, manager: Any) -> None:
    program, decider = Program(clerk), Program(manager)
    body = {"amount": "150.00", "reason": "Goodwill"}
    answers = [program.post(f"invoices/{invoice.pk}/credit/", body, key="k") for _ in range(2)]
    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [(202, "waiting")] * 2
    request = answers[0].json()["id"]

    assert refused(program.post(f"approvals/{request}/approve/")) == (409, "own_request")
    assert decider.post(f"approvals/{request}/approve/").json()["state"] == "approved"
    assert refused(decider.post(f"approvals/{request}/decline/", {"reason": "x"})) == (409, "already_decided")
    assert [row["state"] for row in decider.get("approvals/").json()["results"]] == ["approved"]
    assert invoice.credit_memos.get().total == 150


def test_another_companys_request_is_not_found(invoice: Invoice, clerk: Any) -> None:
    request = asked(invoice, clerk)
    stranger = Program(world.make_user(world.make_company(), "manager"))

    assert refused(stranger.post(f"approvals/{request.pk}/approve/")) == (404, "not_found")
    assert stranger.get("approvals/").json()["results"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal("1.00")},
        {"arguments": {"amount": "299.00"}},
        {"subject_id": 1},
        {"reason": "Another"},
        {"decision_reason": "x"},
    ],
)
def test_what_was_asked_never_changes_whoever_writes_the_sql(
    invoice: Invoice, clerk: Any, change: dict[str, Any]
) -> None:
    request = asked(invoice, clerk)
    with pytest.raises(IntegrityError, match="stays as it was asked"), transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk).update(**change)
    with pytest.raises(IntegrityError, match="stays as it was asked"):
        ApprovalRequest.objects.filter(pk=request.pk).delete()


def test_a_decision_stands_and_no_request_begins_decided(invoice: Invoice, clerk: Any, manager: Any) -> None:
    request = asked(invoice, clerk)
    decline_request(request.pk, by=manager, reason="Too much")
    rows = ApprovalRequest.objects.filter(pk=request.pk)
    with pytest.raises(IntegrityError, match="is decided once"), transaction.atomic():
        rows.update(state="approved")
    with pytest.raises(IntegrityError, match="is decided once"), transaction.atomic():
        rows.update(state="waiting", decided_by=None, decided_at=None)
    request.pk, request.state = None, "approved"
    with pytest.raises(IntegrityError, match="begins waiting"), transaction.atomic():
        request.save(force_insert=True)
    assert rows.get().state == "declined"
