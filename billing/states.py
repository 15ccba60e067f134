"""The moves a document may make."""

from billing.models import DocumentStatus, Invoice
from ledger.refusals import Refused

MOVES = {
    DocumentStatus.DRAFT: {DocumentStatus.ISSUED},
    DocumentStatus.ISSUED: {DocumentStatus.VOID},
    DocumentStatus.VOID: set(),
}


def require_move(current: str, wanted: DocumentStatus) -> None:
    """Raise Refused where the table does not allow the move."""
    if wanted not in MOVES[DocumentStatus(current)]:
        raise Refused(
            f"This document is {current}; it cannot become {wanted}.",
            code="invalid_move",
        )


def require_draft(invoice: Invoice) -> None:
    """Raise Refused where the document is issued or void: nothing of it changes any more."""
    if not invoice.is_draft:
        raise Refused(
            f"{invoice} is {invoice.status}; only a draft can be changed.",
            code="not_a_draft",
        )
