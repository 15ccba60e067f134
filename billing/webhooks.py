"""What other programs hear of documents, disputes and orders."""

from billing.models import DocumentKind, Invoice
from office.webhooks.events import EventKind

INVOICE, DISPUTE, ORDER = ("/api/v1/invoices/{id}/", "/api/v1/disputes/{id}/", "/api/v1/orders/{id}/")


def is_invoice(document: Invoice) -> bool:
    return document.kind == DocumentKind.INVOICE


def is_credit_memo(document: Invoice) -> bool:
    return document.kind == DocumentKind.CREDIT_MEMO


def is_debit_note(document: Invoice) -> bool:
    return document.kind == DocumentKind.DEBIT_NOTE


EVENTS = (
    EventKind("invoice.issued", "An invoice was issued", INVOICE, "issue_invoice", is_invoice),
    EventKind("credit_memo.issued", "A credit memo was issued", INVOICE, "issue_invoice", is_credit_memo),
    EventKind("debit_note.issued", "A debit note was issued", INVOICE, "issue_invoice", is_debit_note),
    EventKind("invoice.sent", "A document was mailed to its customer", INVOICE, "send_invoice"),
    EventKind("invoice.voided", "A document was made void", INVOICE, "void_invoice"),
    EventKind(
        "invoice.settled",
        "Nothing is owed of an invoice or debit note any more: paid, credited, written off or void, as its state says",
        INVOICE,
    ),
    EventKind("invoice.owed_again", "What was settled is owed again, such as after a returned payment", INVOICE),
    EventKind("dispute.opened", "A dispute was opened", DISPUTE, "open_dispute"),
    EventKind("dispute.reopened", "A dispute was opened again", DISPUTE, "reopen_dispute"),
    EventKind("dispute.closed", "A dispute was closed", DISPUTE, "close_dispute"),
    EventKind("order.recorded", "An order was recorded", ORDER, "record_order"),
    EventKind("order.ended", "An order was ended", ORDER, "end_order"),
    EventKind("shipment.recorded", "A shipment was recorded", "/api/v1/shipments/{id}/", "record_shipment"),
)
