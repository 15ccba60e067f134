from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from billing.models import Dispute, DisputeOutcome, Invoice
from billing.operations.close_dispute import close_dispute
from billing.operations.correct_invoice import correct_invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.wanted_credit import LowerPrice, Wanted
from ledger.present import present
from ledger.refusals import Refused
from office.models import ApprovalRequest, User


@transaction.atomic
def credit_dispute(
    dispute_id: int,
    wanted: Wanted,
    *,
    reason: str,
    by: User | None,
    on: date,
    reason_code_id: int | None = None,
    apply: bool = True,
    note: str = "",
    approved: ApprovalRequest | None = None,
) -> Dispute:
    """Agree with a dispute: credit what is wanted of its document as `credit_invoice` does, and close it with that.

    A lower price makes it a price correction. Raises Refused as crediting and closing do, where there is no document to
    credit, and ApprovalNeeded, whose approval then does both.
    """
    dispute = _creditable(dispute_id)
    memo = credit_invoice(
        present(dispute.invoice_id),
        wanted,
        reason=reason,
        reason_code_id=reason_code_id,
        apply=apply,
        then={"dispute_id": dispute.pk, "note": note},
        by=by,
        on=on,
        approved=approved,
    )
    lowered = isinstance(wanted, Mapping) and any(isinstance(each, LowerPrice) for each in wanted.values())
    outcome = DisputeOutcome.PRICE_CORRECTION if lowered else DisputeOutcome.CREDIT_MEMO
    return close_dispute(dispute.pk, outcome, on=on, by=by, note=note, credit_memo=memo)


@transaction.atomic
def rebill_dispute(
    dispute_id: int,
    *,
    reason: str,
    by: User | None,
    on: date,
    reason_code_id: int | None = None,
    note: str = "",
    approved: ApprovalRequest | None = None,
) -> Dispute:
    """Agree that a document is wrong: credit it, draft the right one in its place, and close the dispute with that.

    Raises Refused and ApprovalNeeded as `correct_invoice` and `credit_dispute` do.
    """
    dispute = _creditable(dispute_id)
    why: dict[str, Any] = {"reason": reason, "reason_code_id": reason_code_id}
    then = {"dispute_id": dispute.pk, "note": note}
    draft = correct_invoice(present(dispute.invoice_id), **why, then=then, by=by, on=on, approved=approved)
    memo = Invoice.objects.filter(credits=dispute.invoice_id).order_by("-pk").first()
    return close_dispute(
        dispute.pk, DisputeOutcome.REBILLED, on=on, by=by, note=note, credit_memo=memo, replacement=draft
    )


def _creditable(dispute_id: int) -> Dispute:
    dispute = Dispute.objects.get(pk=dispute_id)
    if not dispute.is_open:
        raise Refused(f"Dispute {dispute} is closed already.", code="invalid_move")
    if dispute.invoice_id is None:
        raise Refused("It is about no document of ours that could be credited.", code="no_invoice")
    return dispute
