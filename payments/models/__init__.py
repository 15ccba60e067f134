"""The tables of payments."""

from payments.models.bank import BankFile, BankLine, BankStatement, SetAside, UnreadLine, UnreadOutcome
from payments.models.receipts import PaymentMethod, Receipt, ReceiptStatus, Refund

__all__ = [
    "BankFile",
    "BankLine",
    "BankStatement",
    "PaymentMethod",
    "Receipt",
    "ReceiptStatus",
    "Refund",
    "SetAside",
    "UnreadLine",
    "UnreadOutcome",
]
