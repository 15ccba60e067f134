from django.db import transaction

from billing.disputes import holding
from billing.models import DisputeOutcome
from billing.operations.close_dispute import close_dispute
from ledger.models import OpenItem
from office.models import User


@transaction.atomic
def withdraw_disputes(item: OpenItem, *, by: User | None) -> int:
    """Say that an open item is not disputed any more: its disputes are taken back. Gives how many there were."""
    held = list(holding().filter(item=item).select_related("dispute__company").order_by("dispute"))
    for row in held:
        close_dispute(row.dispute_id, DisputeOutcome.WITHDRAWN, on=row.dispute.company.today(), by=by)
    return len(held)
