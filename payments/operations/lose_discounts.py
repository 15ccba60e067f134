from collections.abc import Collection
from datetime import date

from django.db import transaction

from billing.early_payment import discounts_granted
from billing.locking import lock_documents
from ledger.present import present
from payments.operations.void_discount import void_discount


@transaction.atomic
def lose_discounts(item_ids: Collection[int], *, on: date, reason: str) -> None:
    """Void the early-payment discounts on open items, as the payment that had earned them came back.

    The terms say so: it is the office's own act, for which nobody is asked.
    """
    memos = list(discounts_granted(item_ids).select_related("entry").order_by("pk"))
    lock_documents({pk for memo in memos for pk in (memo.pk, present(memo.credits_id))})
    for memo in memos:
        void_discount(memo, on=max(on, present(memo.dated_on)), by=None, reason=reason)
