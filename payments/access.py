"""Which receipts and bank lines a member of staff sees: of the customers, and of the bank accounts, that they see."""

from django.db.models import QuerySet
from django.http import Http404

from customers.access import items_for, rows_for
from ledger.models import Allocation, OpenItem
from office.access import companies_for, found
from office.models import BankAccount, Company, Run, RunStatus, User
from payments.account_numbers import plain_number
from payments.models import (
    BankFile,
    BankLine,
    BankMapping,
    BankMonth,
    BankStatement,
    BankTie,
    Chargeback,
    ChargebackFile,
    DebitNotice,
    DebitRun,
    FileOrder,
    FileState,
    OnlinePayment,
    PaidNotice,
    PaidNoticeFile,
    PayerAccount,
    PaymentFile,
    Payout,
    Receipt,
    ReceiptBatch,
    ReceiptExchange,
    Refund,
    Remittance,
    RepaymentBatch,
    Settlement,
    UnreadLine,
    WriteOff,
)
from payments.paid_notices import NoticeWithState
from payments.paid_notices import with_state as with_notice_state
from payments.repayment_choice import with_payer, with_repayment


def receipts_for(user: User) -> QuerySet[Receipt]:
    """The receipts of a person's customers."""
    return rows_for(user, Receipt.objects.all())


def get_receipt_for(user: User, receipt_id: int) -> Receipt:
    """The receipt, or Http404 where this person may not see one of that id."""
    return found(receipts_for(user).filter(pk=receipt_id).select_related("company", "customer"), "receipt")


def get_exchange_for(user: User, exchange_id: int) -> ReceiptExchange:
    """The exchange, or Http404 where this person may not see its receipt."""
    rows = rows_for(user, ReceiptExchange.objects.all()).select_related("company", "receipt")
    return found(rows.filter(pk=exchange_id), "exchange")


def write_offs_for(user: User) -> QuerySet[WriteOff]:
    """What was written off of a person's customers."""
    return rows_for(user, WriteOff.objects.all())


def get_write_off_for(user: User, write_off_id: int) -> WriteOff:
    """The write-off, or Http404 where this person may not see one of that id."""
    rows = write_offs_for(user).filter(pk=write_off_id)
    return found(rows.select_related("company", "customer", "reason_code", "created_by", "entry"), "write-off")


def chargebacks_for(user: User) -> QuerySet[Chargeback]:
    """The chargebacks of a person's customers."""
    return rows_for(user, Chargeback.objects.all())


def get_chargeback_for(user: User, chargeback_id: int) -> Chargeback:
    """The chargeback, or Http404 where this person may not see one of that id."""
    rows = chargebacks_for(user).filter(pk=chargeback_id)
    related = ("company", "customer", "receipt", "kept_receipt", "won_receipt", "decided_by", "created_by")
    return found(rows.select_related(*related), "chargeback")


def get_evidence_for(user: User, file_id: int) -> ChargebackFile:
    """The file, or Http404 where this person may not see its chargeback."""
    return found(ChargebackFile.objects.filter(pk=file_id, chargeback__in=chargebacks_for(user)), "file")


def paid_notices_for(user: User) -> QuerySet[PaidNotice]:
    """What a person's customers say they paid."""
    return rows_for(user, PaidNotice.objects.all())


def get_paid_notice_for(user: User, notice_id: int) -> NoticeWithState:
    """What a customer said, with its state, or Http404 where this person may not see one of that id."""
    rows = with_notice_state(paid_notices_for(user)).filter(pk=notice_id)
    related = ("company", "customer", "invoice", "contact", "closed_by", "file")
    return found(rows.select_related(*related).defer("file__content"), "notice")


def get_paid_file_for(user: User, notice_id: int) -> PaidNoticeFile:
    """What the customer sent along, or Http404 where this person may not see it."""
    return found(PaidNoticeFile.objects.filter(notice=notice_id, notice__in=paid_notices_for(user)), "file")


def batches_for(user: User) -> QuerySet[ReceiptBatch]:
    """The batches of a person's companies; only those with a receipt that they see, where they are limited."""
    batches = ReceiptBatch.objects.filter(company__in=companies_for(user))
    return batches.filter(receipts__in=receipts_for(user)).distinct() if user.only_own_customers else batches


def get_batch_for(user: User, batch_id: int) -> ReceiptBatch:
    """The batch, or Http404 where this person may not see one of that id."""
    return found(batches_for(user).filter(pk=batch_id).select_related("bank_account", "created_by", "company"), "batch")


def get_settlement_for(user: User, settlement_id: int) -> Settlement:
    """What one save on the allocation screen did, or Http404 where this person may not see one of that id."""
    rows = rows_for(user, Settlement.objects.all()).filter(pk=settlement_id)
    return found(
        rows.select_related("company", "customer", "credit", "refund", "settled_by", "undone_by"), "settlement"
    )


def get_item_for(user: User, item_id: int) -> OpenItem:
    """The open item, or Http404 where it is of a customer this person may not see."""
    return found(items_for(user).filter(pk=item_id), "item")


def get_allocation_for(user: User, allocation_id: int) -> Allocation:
    """The allocation, or Http404 where it is of a customer this person may not see."""
    seen = Allocation.objects.filter(pk=allocation_id, debit__in=items_for(user))
    return found(seen.select_related("debit"), "allocation")


def debit_notices_for(user: User) -> QuerySet[DebitNotice]:
    """The notices of debits that went to a person's customers."""
    return rows_for(user, DebitNotice.objects.all())


def debit_runs_for(user: User) -> QuerySet[DebitRun]:
    """The debit runs of a person's companies; none for one who is limited to their own customers."""
    runs = DebitRun.objects.filter(company__in=companies_for(user))
    return runs.none() if user.only_own_customers else runs


def get_debit_run_for(user: User, run_id: int) -> DebitRun:
    """The run, or Http404 where this person may not see one of that id."""
    runs = debit_runs_for(user).select_related("company", "bank_account", "file", "created_by", "approved_by")
    return found(runs.defer("file__sealed_content").filter(pk=run_id), "debit run")


def file_for_bank(order: FileOrder) -> PaymentFile:
    """The file of a debit run or repayment, or Http404 where it has none, or none that may go to the bank."""
    if order.file is None or order.state != FileState.READY:
        raise Http404("It has no file.")
    return order.file


def refunds_for(user: User) -> QuerySet[Refund]:
    """The refunds of a person's customers."""
    return rows_for(user, Refund.objects.all())


def get_refund_for(user: User, refund_id: int) -> Refund:
    """The refund with how its payment stands, or Http404 where this person may not see one of that id."""
    rows = with_payer(with_repayment(refunds_for(user))).filter(pk=refund_id)
    return found(rows.select_related("company", "customer", "account", "bank_account", "created_by"), "refund")


def repayments_for(user: User) -> QuerySet[RepaymentBatch]:
    """The repayments of a person's companies; none for one who is limited to their own customers."""
    batches = RepaymentBatch.objects.filter(company__in=companies_for(user))
    return batches.none() if user.only_own_customers else batches


def get_repayment_for(user: User, batch_id: int) -> RepaymentBatch:
    """The repayment, or Http404 where this person may not see one of that id."""
    batches = repayments_for(user).select_related("company", "bank_account", "file").defer("file__sealed_content")
    return found(batches.filter(pk=batch_id), "repayment")


def bank_accounts_for(user: User) -> QuerySet[BankAccount]:
    """The bank accounts of a person's companies; none for one who is limited to their own customers."""
    accounts = BankAccount.objects.filter(company__in=companies_for(user))
    return accounts.none() if user.only_own_customers else accounts


def get_bank_account_for(user: User, company: Company, number: str) -> BankAccount:
    """The company's account of a number, or Http404 where there is none, or several, that this person may see."""
    accounts = bank_accounts_for(user).filter(company=company)
    found = [account for account in accounts if plain_number(account.iban) == plain_number(number)]
    if len(found) != 1:
        raise Http404("No such bank account.")
    return found[0]


def require_bank(user: User) -> None:
    """Http404 for one who is limited to their own customers: what a bank says is of all of them."""
    if user.only_own_customers:
        raise Http404("No such page.")


def get_bank_file_for(user: User, file_id: int) -> BankFile:
    """The file, or Http404 where this person may not see one of that id."""
    require_bank(user)
    files = BankFile.objects.filter(company__in=companies_for(user)).defer("content")
    return found(files.filter(pk=file_id).select_related("taken_by"), "bank file")


def get_bank_line_for(user: User, line_id: int) -> BankLine:
    """The line, or Http404 where this person may not see one of that id."""
    lines = BankLine.objects.filter(bank_account__in=bank_accounts_for(user), pk=line_id)
    return found(lines.select_related("bank_account", "statement__file").defer("statement__file__content"), "bank line")


def get_bank_statement_for(user: User, statement_id: int) -> BankStatement:
    """The statement, or Http404 where this person may not see one of that id."""
    return found(BankStatement.objects.filter(bank_account__in=bank_accounts_for(user), pk=statement_id), "statement")


def get_unread_line_for(user: User, unread_id: int) -> UnreadLine:
    """The line, or Http404 where this person may not see one of that id."""
    lines = UnreadLine.objects.filter(bank_account__in=bank_accounts_for(user), pk=unread_id)
    return found(lines.select_related("bank_account", "statement__file", "line", "may_be", "settled_by"), "line")


def get_bank_mapping_for(user: User, mapping_id: int) -> BankMapping:
    """The mapping, or Http404 where this person may not see one of that id."""
    return found(BankMapping.objects.filter(bank_account__in=bank_accounts_for(user), pk=mapping_id), "mapping")


def get_bank_table_for(user: User, run_id: int) -> Run:
    """The table that waits for its columns or was taken since, or Http404 where this person may not see it."""
    require_bank(user)
    runs = Run.objects.filter(company__in=companies_for(user), kind="take_bank_table", pk=run_id)
    return found(runs.filter(status__in=[RunStatus.PREPARED, RunStatus.DONE]).select_related("company"), "table")


def remittances_for(user: User) -> QuerySet[Remittance]:
    """The advice of a person's companies; none for one who is limited to their own customers."""
    rows = Remittance.objects.filter(company__in=companies_for(user)).defer("content")
    return rows.none() if user.only_own_customers else rows


def get_remittance_for(user: User, remittance_id: int) -> Remittance:
    """The advice, or Http404 where this person may not see one of that id."""
    rows = remittances_for(user).select_related("company", "customer", "bank_line__bank_account", "taken_by")
    return found(rows.filter(pk=remittance_id), "advice")


def payer_accounts_for(user: User) -> QuerySet[PayerAccount]:
    """The accounts that matches of a person's companies taught; none for one limited to their own customers."""
    rows = PayerAccount.objects.filter(company__in=companies_for(user))
    return rows.none() if user.only_own_customers else rows


def get_payer_account_for(user: User, payer_id: int) -> PayerAccount:
    """The account, or Http404 where this person may not see one of that id."""
    rows = payer_accounts_for(user).filter(pk=payer_id)
    return found(rows.select_related("customer", "removed_by", "learned_from"), "account")


def online_payments_for(user: User) -> QuerySet[OnlinePayment]:
    """The online payments of a person's customers."""
    return rows_for(user, OnlinePayment.objects.all())


def get_online_payment_for(user: User, payment_id: int) -> OnlinePayment:
    """The payment, or Http404 where this person may not see one of that id."""
    rows = online_payments_for(user).select_related("company", "customer", "contact", "receipt", "settled_by")
    return found(rows.prefetch_related("parts__item").filter(pk=payment_id), "online payment")


def get_payout_for(user: User, payout_id: int) -> Payout:
    """The payout, or Http404 where this person may not see one of that id."""
    return found(Payout.objects.filter(line__bank_account__in=bank_accounts_for(user), pk=payout_id), "payout")


def get_own_bank_account_for(user: User, account_id: int) -> BankAccount:
    """Our bank account, or Http404 where this person may not see one of that id."""
    return found(bank_accounts_for(user).filter(pk=account_id).select_related("company"), "bank account")


def get_tie_for(user: User, tie_id: int) -> BankTie:
    """What was reconciled, or Http404 where this person may not see one of that id."""
    ties = BankTie.objects.filter(line__bank_account__in=bank_accounts_for(user), pk=tie_id)
    return found(ties.select_related("line", "book_line"), "tie")


def get_bank_month_for(user: User, month_id: int) -> BankMonth:
    """A closed month, or Http404 where this person may not see one of that id."""
    months = BankMonth.objects.filter(bank_account__in=bank_accounts_for(user), pk=month_id)
    return found(months.select_related("bank_account"), "month")
