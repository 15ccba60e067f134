from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone

from billing.dispute_mail import queue_dispute_mails
from billing.dispute_text import CLOSED
from billing.models import Dispute, DisputeOutcome, DisputeStatus, Invoice
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import User
from office.reasons import required_reason

MOST_WORDS = 4000


@transaction.atomic
def close_dispute(
    dispute_id: int,
    outcome: DisputeOutcome,
    *,
    on: date,
    by: User | None,
    note: str = "",
    credit_memo: Invoice | None = None,
    replacement: Invoice | None = None,
) -> Dispute:
    """End a dispute: what it held is let go, and the customer is told by mail, with `note`, unless it is taken back.

    What was credited for it stands already, see `credit_dispute` and `rebill_dispute`. Raises Refused the second time,
    and where it is refused without a reason.
    """
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("customer__company", "invoice")
    dispute = rows.select_related("company", "entry").get(pk=dispute_id)
    if dispute.status != DisputeStatus.OPEN:
        raise Refused(f"Dispute {dispute} is closed already.", code="invalid_move")
    if outcome == DisputeOutcome.REFUSED:
        note = required_reason(note, "Say why it is refused: the customer is told.")
    if len(note) > MOST_WORDS:
        raise Refused(f"Say it in {MOST_WORDS} signs or fewer.", code="too_long")
    now = timezone.now()
    dispute.amounts.filter(released_at=None).update(released_on=Greatest("held_on", Value(on)), released_at=now)
    dispute.status, dispute.outcome = DisputeStatus.CLOSED, outcome
    dispute.outcome_note = without_card_numbers(note.replace("\0", "").strip())
    dispute.closed_on, dispute.closed_by, dispute.closed_at = on, by, now
    dispute.credit_memo, dispute.replacement = credit_memo, replacement
    dispute.save()
    after: dict[str, Any] = {"outcome": dispute.get_outcome_display()}
    after |= {"credit_memo": credit_memo} if credit_memo else {}
    after |= {"replacement": replacement} if replacement else {}
    record(by, "close_dispute", dispute, after=after, reason=dispute.outcome_note[:300])
    if outcome != DisputeOutcome.WITHDRAWN:
        queue_dispute_mails(dispute, CLOSED)
    return dispute
