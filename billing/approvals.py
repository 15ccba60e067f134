"""What billing puts under a second person's word. What is approved is dated the day it is approved."""

from billing.access import invoices_for
from billing.models import Invoice
from billing.operations.correct_invoice import correct_invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.void_invoice import void_invoice
from billing.operations.wanted_credit import wanted_from_plain
from office.approvals import Act
from office.models import ApprovalRequest


def do_credit(request: ApprovalRequest) -> Invoice:
    """Issue the credit memo that was asked for: of an invoice, perhaps to draft it anew, or a draft of its own."""
    arguments = dict(request.arguments)
    if "wanted" not in arguments:
        return issue_invoice(request.subject_id, **arguments, **_how(request))
    if arguments.get("redraft"):
        why = {name: arguments[name] for name in ("reason", "reason_code_id")}
        return correct_invoice(request.subject_id, **why, **_how(request))
    wanted = wanted_from_plain(arguments.pop("wanted"))
    return credit_invoice(request.subject_id, wanted, **arguments, **_how(request))


def do_void(request: ApprovalRequest) -> Invoice:
    """Void what was to be voided."""
    return void_invoice(request.subject_id, **request.arguments, **_how(request))


def _how(request: ApprovalRequest) -> dict:
    return {"by": request.requested_by, "on": request.company.today(), "approved": request}


ACTS = [
    Act("credit_invoice", "Credit", "billing.credit_invoice", do_credit, invoices_for, "billing:invoice"),
    Act("void_invoice", "Void", "billing.void_invoice", do_void, invoices_for, "billing:invoice"),
]
