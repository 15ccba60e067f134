from django.db import transaction
from django.utils import timezone

from ledger.models import OpenItem
from office.audit import record
from office.models import User
from payments.models import DisputedRest


@transaction.atomic
def withdraw_dispute(item: OpenItem, *, by: User | None) -> int:
    """Take the mark off an open item: it is not disputed any more. Gives how many marks there were, at most one."""
    rows = DisputedRest.objects.filter(item=item, withdrawn_at=None)
    standing = list(rows.select_for_update(no_key=True, of=("self",)).select_related("customer", "reason_code"))
    for row in standing:
        row.withdrawn_by, row.withdrawn_at = by, timezone.now()
        row.save(update_fields=["withdrawn_by", "withdrawn_at"])
        record(by, "withdraw_dispute", row.customer, after={"item": item.reference}, reason=row.reason_code.words)
    return len(standing)
