from dataclasses import replace
from typing import Any

from django.db import transaction

from billing.models import Invoice
from billing.operations.details import invoice_as_typed, unlinked
from billing.operations.draft_invoice import draft_invoice
from ledger.refusals import Refused
from office.audit import record
from office.models import User

LEFT_BEHIND: dict[str, Any] = {
    **dict.fromkeys(("dated_on", "due_on", "period_from", "period_to")),
    **dict.fromkeys(("po_number", "source_reference"), ""),
}
"""What belongs to one document alone."""


@transaction.atomic
def copy_invoice(invoice_id: int, *, by: User | None) -> Invoice:
    """Draft the same again: customer, lines, prices, terms and texts, with the taxes as they are now and no day.

    What belongs to one order alone stays behind: the customer's order number and the number in another system. A
    foreign document keeps its exchange rate until somebody types another. Raises Refused for a credit memo of an
    invoice, whose lines are that invoice's.
    """
    original = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
    if original.credits_id:
        raise Refused(
            f"{original} gives back lines of {original.credits}. Credit that invoice instead of copying.",
            code="credits_an_invoice",
        )
    typed = invoice_as_typed(original)
    copy = draft_invoice(original.company, replace(typed, **LEFT_BEHIND, lines=unlinked(typed.lines)), by=by)
    record(by, "copy_invoice", copy, after={"copied_from": original})
    return copy
