from dataclasses import replace
from typing import Any

from django.db import transaction

from billing.models import DocumentKind, DocumentStatus, Invoice
from billing.operations.details import ZERO, invoice_as_typed
from billing.operations.draft_invoice import draft_invoice
from billing.reason_codes import chosen_reason, printed_reason
from ledger.refusals import Refused
from office.audit import record
from office.models import User

ITS_OWN: dict[str, Any] = {
    "kind": DocumentKind.DEBIT_NOTE,
    "lines": (),
    "dated_on": None,
    "due_on": None,
    "discount_amount": ZERO,
    "discount_percent": ZERO,
    "is_deposit": False,
    "source_reference": "",
}
"""What a debit note does not take over from its invoice; the rest, such as currency and terms, is the same."""


@transaction.atomic
def draft_debit_note(
    invoice_id: int, *, by: User | None, reason: str = "", reason_code_id: int | None = None
) -> Invoice:
    """Draft what is charged beside an issued invoice, and why; it has no lines yet.

    Raises Refused for any other document, and for a reason that the company does not offer.
    """
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
    if invoice.kind != DocumentKind.INVOICE or invoice.status != DocumentStatus.ISSUED:
        raise Refused("A debit note adds to an issued invoice.", code="invalid_move")
    code = chosen_reason(invoice.company, reason_code_id)
    draft = draft_invoice(invoice.company, replace(invoice_as_typed(invoice), adds_to_id=invoice.pk, **ITS_OWN), by=by)
    if code or reason.strip():
        draft.reason, draft.reason_code = printed_reason(code, reason, ""), code
        draft.save(update_fields=["reason", "reason_code"])
    record(by, "draft_debit_note", invoice, after={"debit_note": draft}, reason=draft.reason)
    return draft
