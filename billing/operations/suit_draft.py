from dataclasses import replace
from decimal import Decimal

from billing.deposits import open_deposits
from billing.models import Invoice
from billing.operations.details import LineDetails, invoice_as_typed
from billing.operations.draft_invoice import edit_draft
from ledger.refusals import Refused
from office.models import User

ACTS = ("prices", "taxes", "deposits")


def suit_draft(invoice_id: int, act: str, *, version: int, by: User | None) -> Invoice:
    """Mend a draft in one go: give its products the prices of the lists, or the taxes that suit the customer, or
    deduct the customer's deposits.

    Raises Refused for another act, for deposits of more than it comes to, and as edit_draft does.
    """
    if act not in ACTS:
        raise Refused("There is no such way to mend a draft.", code="unknown_act")
    invoice = Invoice.objects.select_related("company", "customer__company").get(pk=invoice_id)
    details = invoice_as_typed(invoice)
    if act == "deposits":
        lines = [*details.lines, *_deductions(invoice)]
    else:
        lines = [_anew(line, act) if line.product_id else line for line in details.lines]
    return edit_draft(invoice_id, replace(details, lines=lines), version=version, by=by)


def _anew(line: LineDetails, act: str) -> LineDetails:
    """The line with its price, or its tax, left to be decided again."""
    return replace(line, unit_price=None) if act == "prices" else replace(line, usual_tax=True)


def _deductions(invoice: Invoice) -> list[LineDetails]:
    """A deduction of all that is left of the customer's deposits, as far as the invoice comes to as much."""
    on_it = sum((line.net - line.discount_share for line in invoice.lines.all()), Decimal(0))
    found = []
    for line, left in open_deposits(invoice):
        amount = min(left, on_it)
        if amount > 0:
            found.append(LineDetails(unit_price=amount, deducts_id=line.pk))
            on_it -= amount
    if not found:
        raise Refused("There is no deposit that it could deduct.", code="no_deposit")
    return found
