"""The tables of payments."""

from payments.models.bank import BankFile, BankLine, BankMapping, BankStatement, SetAside, UnreadLine, UnreadOutcome
from payments.models.chargebacks import Chargeback, ChargebackFile, ChargebackStatus
from payments.models.debits import (
    CollectionState,
    DebitCollection,
    DebitNotice,
    DebitNoticeLine,
    DebitPart,
    DebitRun,
)
from payments.models.exchanges import ReceiptExchange
from payments.models.files import FileOrder, FileState, PaymentFile, PaymentFileKind
from payments.models.matching import BankMatch, MatchPolicy, MatchRule, PayerAccount
from payments.models.online import UNDER_WAY, OnlinePayment, OnlinePaymentPart, OnlineStatus, ProviderEvent
from payments.models.paid_notices import NoticeStatus, PaidHow, PaidNotice, PaidNoticeFile
from payments.models.payouts import Payout
from payments.models.policies import PaymentPolicy, policy_of
from payments.models.receipts import PaymentMethod, Receipt, ReceiptBatch, ReceiptPdf, ReceiptStatus, Refund
from payments.models.reconciling import BankMonth, BankTie, BookedBank
from payments.models.remittances import Remittance, RemittanceLine, RemittanceUse
from payments.models.repayments import HandPayment, RepaymentBatch, RepaymentLine
from payments.models.revaluing import Revaluation
from payments.models.settlements import Rest, SettledItem, Settlement
from payments.models.write_offs import Recovery, RecoveryTax, WriteOff, WriteOffKind, WriteOffStatus, WriteOffTax

__all__ = [
    "UNDER_WAY",
    "BankFile",
    "BankLine",
    "BankMapping",
    "BankMatch",
    "BankMonth",
    "BankStatement",
    "BankTie",
    "BookedBank",
    "Chargeback",
    "ChargebackFile",
    "ChargebackStatus",
    "CollectionState",
    "DebitCollection",
    "DebitNotice",
    "DebitNoticeLine",
    "DebitPart",
    "DebitRun",
    "FileOrder",
    "FileState",
    "HandPayment",
    "MatchPolicy",
    "MatchRule",
    "NoticeStatus",
    "OnlinePayment",
    "OnlinePaymentPart",
    "OnlineStatus",
    "PaidHow",
    "PaidNotice",
    "PaidNoticeFile",
    "PayerAccount",
    "PaymentFile",
    "PaymentFileKind",
    "PaymentMethod",
    "PaymentPolicy",
    "Payout",
    "ProviderEvent",
    "Receipt",
    "ReceiptBatch",
    "ReceiptExchange",
    "ReceiptPdf",
    "ReceiptStatus",
    "Recovery",
    "RecoveryTax",
    "Refund",
    "Remittance",
    "RemittanceLine",
    "RemittanceUse",
    "RepaymentBatch",
    "RepaymentLine",
    "Rest",
    "Revaluation",
    "SetAside",
    "SettledItem",
    "Settlement",
    "UnreadLine",
    "UnreadOutcome",
    "WriteOff",
    "WriteOffKind",
    "WriteOffStatus",
    "WriteOffTax",
    "policy_of",
]
