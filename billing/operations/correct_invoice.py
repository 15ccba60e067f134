from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from billing.medical_facts import carry_diagnoses, carry_services, lines_with_services
from billing.models import Invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.details import invoice_as_typed
from billing.operations.draft_invoice import draft_invoice
from ledger.present import present
from office.audit import record
from office.models import ApprovalRequest, User

LEFT_BEHIND: dict[str, Any] = {"dated_on": None, "due_on": None, "source_reference": ""}
"""What the new invoice does not take over: its day, and its number in another system, belong to the wrong one."""


@transaction.atomic
def correct_invoice(
    invoice_id: int,
    *,
    reason: str,
    by: User | None,
    on: date,
    reason_code_id: int | None = None,
    then: Mapping[str, Any] | None = None,
    approved: ApprovalRequest | None = None,
) -> Invoice:
    """Credit all that is left of a wrong invoice, and draft the right one from it. Returns the draft, to be changed.

    What was paid of the wrong one stays paid: so much of the credit memo is free, to be applied to the new invoice.
    Raises Refused as crediting does: for what is no issued invoice, or is credited already; and ApprovalNeeded, whose
    approval then does both, and `then` what else goes on.
    """
    then = {"redraft": True, **(then or {})}
    memo = credit_invoice(
        invoice_id, None, reason=reason, reason_code_id=reason_code_id, by=by, on=on, then=then, approved=approved
    )
    wrong = present(memo.credits)
    draft = draft_invoice(wrong.company, replace(invoice_as_typed(wrong), **LEFT_BEHIND), by=by)
    draft.replaces = wrong
    draft.save(update_fields=["replaces"])
    if wrong.company.bills_healthcare:
        carry_diagnoses(wrong, draft)
        carry_services(lines_with_services(wrong), list(draft.lines.all()))
    record(by, "correct_invoice", wrong, after={"replaced_by": draft}, reason=memo.reason)
    record(by, "correct_invoice", draft, after={"replaces": wrong})
    return draft
