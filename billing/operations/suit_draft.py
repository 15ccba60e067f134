from collections.abc import Callable
from dataclasses import replace

from billing.models import Invoice
from billing.operations.details import LineDetails, invoice_as_typed
from billing.operations.draft_invoice import edit_draft
from ledger.refusals import Refused
from office.models import User

ACTS: dict[str, Callable[[LineDetails], LineDetails]] = {
    "prices": lambda line: replace(line, unit_price=None),
    "taxes": lambda line: replace(line, usual_tax=True),
}
"""By name, what is asked anew of each line that has a product."""


def suit_draft(invoice_id: int, act: str, *, version: int, by: User | None) -> Invoice:
    """Give a draft's products the prices of the lists, or the taxes that suit the customer.

    Raises Refused for another act, and as edit_draft does.
    """
    if act not in ACTS:
        raise Refused("There is no such way to mend a draft.", code="unknown_act")
    details = invoice_as_typed(Invoice.objects.select_related("company").get(pk=invoice_id))
    lines = [ACTS[act](line) if line.product_id else line for line in details.lines]
    return edit_draft(invoice_id, replace(details, lines=lines), version=version, by=by)
