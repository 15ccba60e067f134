from datetime import date

from billing.early_payment import REASON, WORDS
from billing.models import Invoice, ReasonCode
from billing.operations.credit_invoice import credit_invoice
from billing.operations.wanted_credit import EarlyDiscount
from office.models import ApprovalRequest, User


def grant_discount(invoice_id: int, *, by: User | None, on: date, approved: ApprovalRequest | None = None) -> Invoice:
    """Credit the discount that a customer earned by paying early, with its part of every tax; it closes the invoice.

    Raises Refused where none was earned: the terms give none, or the rest was not paid in time.
    """
    invoice = Invoice.objects.get(pk=invoice_id)
    code = ReasonCode.objects.filter(company=invoice.company_id, code=REASON, is_active=True).first()
    return credit_invoice(
        invoice_id,
        EarlyDiscount(),
        reason=f"paid by {invoice.early_until}" if code else f"{WORDS}: paid by {invoice.early_until}",
        reason_code_id=code.pk if code else None,
        by=by,
        on=on,
        approved=approved,
    )
