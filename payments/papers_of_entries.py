"""By the kind of an entry, the query of the entries that this room's papers name: no other may be in the book."""

UNDONE_FILE_PAYMENTS = """SELECT m.id FROM payments_repaymentline l JOIN ledger_entry m ON m.reverses_id = l.entry_id
    WHERE NOT l.is_under_way"""
UNDONE_EXCHANGES = """SELECT m.id FROM payments_receiptexchange x
    JOIN ledger_entry m ON m.reverses_id IN (x.taken_entry_id, x.given_entry_id) WHERE x.status = 'reversed'"""
REVERSED_RECEIPTS = """SELECT reversal_entry_id FROM payments_receipt
    UNION ALL SELECT m.id FROM payments_recovery v JOIN payments_receipt r ON r.id = v.receipt_id
        JOIN ledger_entry m ON m.reverses_id = v.entry_id WHERE r.status = 'reversed'"""


def keyed(table: str, operation: str) -> str:
    """The query of entries that are known by their key alone: it ends with the paper's id."""
    return f"SELECT e.id FROM {table} p JOIN ledger_entry e ON e.key = '{operation}:' || p.id"  # noqa: S608  our own


PAPERS = {
    "record_receipt": "SELECT entry_id FROM payments_receipt",
    "reverse_receipt": REVERSED_RECEIPTS,
    "returned_payment_fee": keyed("payments_receipt", "returned_payment_fee"),
    "chargeback_fee": "SELECT fee_entry_id FROM payments_chargeback",
    "exchange_receipt": """SELECT taken_entry_id FROM payments_receiptexchange
        UNION ALL SELECT given_entry_id FROM payments_receiptexchange""",
    "undo_exchange": UNDONE_EXCHANGES,
    "refund_credit": "SELECT entry_id FROM payments_refund",
    "withdraw_refund": keyed("payments_refund", "withdraw_refund"),
    "approve_repayment": "SELECT entry_id FROM payments_repaymentline",
    "cancel_repayment": UNDONE_FILE_PAYMENTS,
    "reject_repayment_line": UNDONE_FILE_PAYMENTS,
    "return_repayment_line": UNDONE_FILE_PAYMENTS,
    "pay_refund_by_hand": "SELECT entry_id FROM payments_handpayment",
    "undo_refund_by_hand": """SELECT m.id FROM payments_handpayment p
        JOIN ledger_entry m ON m.reverses_id = p.entry_id WHERE p.undone_at IS NOT NULL""",
    "write_off": "SELECT entry_id FROM payments_writeoff WHERE kind = 'bad_debt'",
    "write_off_tolerance": "SELECT entry_id FROM payments_writeoff WHERE kind = 'tolerance'",
    "write_off_bank_fee": "SELECT entry_id FROM payments_writeoff WHERE kind = 'bank_fee'",
    "reverse_write_off": "SELECT reversal_entry_id FROM payments_writeoff",
    "record_recovery": "SELECT entry_id FROM payments_recovery",
    "record_payout": "SELECT entry_id FROM payments_payout",
    "reverse_payout": "SELECT reversal_entry_id FROM payments_payout",
    "revalue_month": "SELECT entry_id FROM payments_revaluation",
    "reverse_revaluation": "SELECT reversal_entry_id FROM payments_revaluation",
    "book_bank_line": "SELECT l.entry_id FROM payments_banktie t JOIN ledger_line l ON l.id = t.book_line_id",
    "book_opening_balance": keyed("office_bankaccount", "book_opening_balance"),
}
