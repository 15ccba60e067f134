from datetime import date

from django.db import transaction

from billing.models import Invoice
from billing.operations.void_invoice import void_invoice
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import User
from payments.taking_back import undo_standing


@transaction.atomic
def void_discount(memo: Invoice, *, on: date, by: User | None, reason: str) -> None:
    """Void the credit memo that granted an early-payment discount: what it settled is open again.

    Whether the person may void is for who calls. Raises Refused where that needs another person's word.
    """
    undo_standing(present(memo.entry).items.get(), dated_on=on, by_id=by.pk if by else None, reason=reason)
    try:
        void_invoice(memo.pk, reason=reason, by=by, on=on)
    except ApprovalNeeded as needed:
        words = f"{needed.message} Have the discount's credit memo voided first."
        raise Refused(words, code="approval_needed") from needed
