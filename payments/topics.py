"""What of the money that comes in people talk about."""

from office.talk.topics import Topic
from payments.access import chargebacks_for, paid_notices_for, receipts_for, refunds_for, write_offs_for

SEE = "payments.view_receipt"
TOPICS = (
    Topic("payments.receipt", "Receipt", receipts_for, SEE, "payments:receipt"),
    Topic("payments.chargeback", "Chargeback", chargebacks_for, SEE, "payments:chargeback"),
    Topic("payments.paidnotice", "Payment told of", paid_notices_for, SEE, "payments:paid_notice"),
    Topic("payments.refund", "Refund", refunds_for, SEE, "payments:refund"),
    Topic("payments.writeoff", "Write-off", write_offs_for, SEE, "payments:write_off"),
)
