"""What other programs hear of money that came in and went out."""

from office.webhooks.events import EventKind

RECEIPT, DEBIT_RUN = "/api/v1/receipts/{id}/", "/api/v1/debit-runs/{id}/"
EVENTS = (
    EventKind("receipt.recorded", "A payment was recorded", RECEIPT, "record_receipt"),
    EventKind("receipt.reversed", "A payment was taken back", RECEIPT, "reverse_receipt"),
    EventKind("refund.recorded", "Money is given back", "/api/v1/refunds/{id}/", "refund_credit"),
    EventKind("write_off.recorded", "An amount was written off", "/api/v1/write-offs/{id}/", "write_off"),
    EventKind("write_off.reversed", "A write-off was taken back", "/api/v1/write-offs/{id}/", "reverse_write_off"),
    EventKind("chargeback.opened", "A card payment is contested", "/api/v1/chargebacks/{id}/", "open_chargeback"),
    EventKind("chargeback.decided", "A contest was decided", "/api/v1/chargebacks/{id}/", "decide_chargeback"),
    EventKind("debit_run.approved", "A direct debit run was approved", DEBIT_RUN, "approve_debit_run"),
)
