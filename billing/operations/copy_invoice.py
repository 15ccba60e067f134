from django.db import transaction

from billing.models import Invoice
from billing.operations.details import InvoiceDetails, line_as_typed
from billing.operations.draft_invoice import draft_invoice
from ledger.refusals import Refused
from office.audit import record
from office.models import User


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
    copy = draft_invoice(original.company, _details(original), by=by)
    record(by, "copy_invoice", copy, after={"copied_from": original})
    return copy


def _details(original: Invoice) -> InvoiceDetails:
    return InvoiceDetails(
        customer_id=original.customer_id,
        lines=[line_as_typed(line) for line in original.lines.all()],
        kind=original.kind,
        net_days=original.net_days,
        terms_id=original.terms_id,
        currency=original.currency,
        exchange_rate=None if original.currency == original.company.currency else original.exchange_rate,
        prices_include_tax=original.prices_include_tax,
        discount_amount=original.discount_amount,
        note=original.note,
        internal_note=original.internal_note,
    )
