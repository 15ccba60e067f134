from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason
from reports.models import JournalBatch
from reports.operations.export_journal import lock_exporting


@transaction.atomic
def withdraw_journal(batch_id: int, *, reason: str, by: User | None) -> JournalBatch:
    """Take back an export that was wrong: its entries wait for the next; the batch and its file stay, and say so.

    Raises Refused without a reason, and twice.
    """
    reason = required_reason(reason, "Say why the export is withdrawn.")
    lock_exporting(JournalBatch.objects.select_related("company").get(pk=batch_id).company)
    batch = JournalBatch.objects.get(pk=batch_id)
    if batch.withdrawn_at:
        raise Refused(f"{batch} is withdrawn already.", code="invalid_move")
    batch.withdrawn_at, batch.withdrawn_by, batch.withdrawn_reason = timezone.now(), by, reason
    batch.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    batch.entries.update(stands=False)
    record(by, "withdraw_journal", batch, reason=reason)
    return batch
