"""What a check stops is issued all the same when somebody who may says why, or a second person says yes to it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Invoice
from billing.operations.details import invoice_as_typed
from billing.operations.draft_invoice import edit_draft
from billing.operations.issue_invoice import issue_invoice
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import ApprovalRequest, AuditRecord, User
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request, decline_request
from office.operations.set_approval_rules import set_approval_rules
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def draft(company: Any) -> Invoice:
    """A draft of 300.00 that lacks the customer's order number, which stops it."""
    return world.draft(world.make_customer(company, needs_po_number=True), "300.00")


def asked(draft: Invoice, by: User) -> ApprovalRequest:
    with pytest.raises(ApprovalNeeded) as needed:
        issue_invoice(draft.pk, by=by, on=DAY, override="They never send one")
    return ask_approval(needed.value, by=by)


def test_a_clerk_asks_and_a_manager_says_yes(draft: Invoice, clerk: Any, manager: Any) -> None:
    request = asked(draft, clerk)
    assert (request.amount, request.reason, request.role.name) == (300, "They never send one", "manager")
    draft.refresh_from_db()
    assert draft.is_draft

    approve_request(request.pk, by=manager, reason="So it is")
    draft.refresh_from_db()
    assert (draft.status, draft.issued_by) == ("issued", clerk)
    noted = AuditRecord.objects.get(action="override_checks")
    assert noted.after == {"checks": "order_number", "approved_by": str(manager)}
    assert (noted.by, noted.reason) == (clerk, "They never send one")


def test_declined_it_stays_a_draft(draft: Invoice, clerk: Any, manager: Any) -> None:
    decline_request(asked(draft, clerk).pk, by=manager, reason="Ask for it")
    draft.refresh_from_db()
    assert draft.is_draft
    assert not AuditRecord.objects.filter(action="override_checks").exists()


def test_a_yes_is_to_the_draft_that_was_seen(draft: Invoice, clerk: Any, manager: Any) -> None:
    request = asked(draft, clerk)
    edit_draft(draft.pk, invoice_as_typed(draft), version=draft.version, by=clerk)
    with pytest.raises(Refused) as refusal:
        approve_request(request.pk, by=manager)
    assert refusal.value.code == "stale"


def test_above_an_amount_who_may_decide_alone_is_asked_too(draft: Invoice, company: Any, manager: Any) -> None:
    set_approval_rules(company, {"override_checks": (Decimal("299.99"), "manager")}, by=None)
    request = asked(draft, manager)
    with pytest.raises(Refused, match="Nobody approves their own"):
        approve_request(request.pk, by=manager)
    approve_request(request.pk, by=world.make_user(company, "manager"))
    draft.refresh_from_db()
    assert draft.issued_by == manager


def test_where_nothing_stops_nobody_is_asked(customer: Any, clerk: Any) -> None:
    issued = issue_invoice(world.draft(customer, "1.00").pk, by=clerk, on=DAY, override="To be safe")
    assert issued.status == "issued"
    assert not AuditRecord.objects.filter(action="override_checks").exists()


def test_programs_are_told_that_it_waits(draft: Invoice, clerk: Any, manager: Any) -> None:
    answer = Program(clerk).post(f"invoices/{draft.pk}/issue/", {"override": "They never send one"})
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    done = Program(manager).post(f"approvals/{answer.json()['id']}/approve/", {})
    assert done.json()["state"] == "approved"
    draft.refresh_from_db()
    assert draft.status == "issued"
