"""What billing puts under a second person's word. What is approved is dated the day it is approved."""

from collections.abc import Mapping
from typing import Any

from billing.access import invoices_for
from billing.ceilings import DISCOUNT, LINE_DISCOUNT
from billing.models import Invoice
from billing.operations.correct_invoice import correct_invoice
from billing.operations.credit_dispute import credit_dispute, rebill_dispute
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import OVERRIDE, issue_invoice
from billing.operations.void_invoice import void_invoice
from billing.operations.wanted_credit import wanted_from_plain
from customers.days_to_pay import GIVE_DAYS
from ledger.present import present
from office.approvals.asking import Act, Unit
from office.models import ApprovalRequest


def do_credit(request: ApprovalRequest) -> Invoice:
    """Issue the credit memo that was asked for: a draft, or of an invoice, perhaps to end a dispute or bill it anew."""
    arguments = dict(request.arguments)
    if "wanted" not in arguments:
        return issue_invoice(request.subject_id, **arguments, **_how(request))
    if "dispute_id" in arguments:
        return _end_dispute(request, arguments)
    if arguments.get("redraft"):
        return correct_invoice(request.subject_id, **_why(arguments), **_how(request))
    wanted = wanted_from_plain(arguments.pop("wanted"))
    return credit_invoice(request.subject_id, wanted, **arguments, **_how(request))


def _end_dispute(request: ApprovalRequest, arguments: dict[str, Any]) -> Invoice:
    """Credit what was disputed, perhaps to draft it anew, and close the dispute."""
    dispute_id, note = arguments.pop("dispute_id"), arguments.pop("note")
    if arguments.get("redraft"):
        return present(rebill_dispute(dispute_id, **_why(arguments), note=note, **_how(request)).credit_memo)
    wanted = wanted_from_plain(arguments.pop("wanted"))
    return present(credit_dispute(dispute_id, wanted, **arguments, note=note, **_how(request)).credit_memo)


def _why(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: arguments[name] for name in ("reason", "reason_code_id")}


def do_issue(request: ApprovalRequest) -> Invoice:
    """Issue the draft as it was seen, perhaps against what the company's checks stop."""
    return issue_invoice(request.subject_id, **request.arguments, **_how(request))


def do_void(request: ApprovalRequest) -> Invoice:
    """Void what was to be voided."""
    return void_invoice(request.subject_id, **request.arguments, **_how(request))


def _how(request: ApprovalRequest) -> dict:
    return {"by": request.requested_by, "on": request.company.today(), "approved": request}


def _giving(name: str, label: str, unit: Unit, noun: str) -> Act:
    return Act(name, label, "billing.issue_invoice", do_issue, invoices_for, "billing:invoice", unit=unit, noun=noun)


ACTS = [
    Act("credit_invoice", "Credit", "billing.credit_invoice", do_credit, invoices_for, "billing:invoice"),
    Act(
        OVERRIDE,
        "Issue all the same",
        "billing.issue_invoice",
        do_issue,
        invoices_for,
        "billing:invoice",
        alone="billing.override_checks",
    ),
    _giving(LINE_DISCOUNT, "Give a discount on a line of", Unit.PERCENT, "Discount on a line"),
    _giving(DISCOUNT, "Give a discount on all of", Unit.PERCENT, "Discount on a whole document"),
    _giving(GIVE_DAYS, "Give longer to pay", Unit.DAYS, "Days to pay"),
    Act("void_invoice", "Void", "billing.void_invoice", do_void, invoices_for, "billing:invoice"),
]
