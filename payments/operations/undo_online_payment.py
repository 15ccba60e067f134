from datetime import date

from django.db import transaction

from billing.locking import lock_documents_of
from ledger.allocating import lock_items
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import User
from office.reasons import required_reason
from payments.models import OnlinePayment
from payments.operations.apply_credits import undo_allocation


@transaction.atomic
def undo_online_payment(payment_id: int, *, on: date, by: User | None, reason: str) -> OnlinePayment:
    """Bring back all that an online payment and the credit used with it settled; its money stays, on account.

    What was undone by itself meanwhile is passed over. Raises Refused without a reason, and where nothing stands.
    """
    reason = required_reason(reason, "Say why it is undone.")
    rows = OnlinePayment.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    payment = rows.get(pk=payment_id)
    standing = list(payment.made.filter(reversed_by=None).order_by("-pk"))
    if not standing:
        raise Refused("Nothing that it settled stands any more.", code="nothing_to_undo")
    require_bookable_day(payment.company, on)
    debits = [allocation.debit_id for allocation in standing]
    lock_documents_of(debits)
    lock_items([*debits, *(allocation.credit_id for allocation in standing)])
    for allocation in standing:
        undo_allocation(allocation.pk, dated_on=on, by=by, reason=reason)
    record(by, "undo_online_payment", payment, after={"undone": len(standing)}, reason=reason)
    return payment
