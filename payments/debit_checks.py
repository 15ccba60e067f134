"""Whether debits agree with what they take, with their receipts, and with the file that the bank got."""

from ledger.checks import Check

DEBIT_CHECKS = [
    Check(
        "a debit takes what its items add up to, of its own customer",
        """
        SELECT d.company_id, 'debit ' || d.end_to_end_id, d.amount || ', its parts ' || coalesce(sum(p.amount), 0)
        FROM payments_debitcollection d LEFT JOIN (payments_debitpart p JOIN ledger_openitem o ON o.id = p.item_id)
            ON p.collection_id = d.id AND o.customer_id = d.customer_id AND o.currency = d.currency
        GROUP BY d.id HAVING coalesce(sum(p.amount), 0) <> d.amount
        """,
    ),
    Check(
        "a debit and its receipt say the same, and a returned one is reversed",
        """
        SELECT d.company_id, 'debit ' || d.end_to_end_id, d.state || ' ' || d.amount || ', receipt ' || r.status
            || ' ' || r.amount
        FROM payments_debitcollection d JOIN payments_receipt r ON r.id = d.receipt_id
        WHERE r.amount <> d.amount OR r.currency <> d.currency OR r.customer_id <> d.customer_id
            OR (d.state = 'returned' AND r.status <> 'reversed')
        """,
    ),
    Check(
        "a debit file holds what its run debits",
        """
        SELECT f.company_id, 'file ' || f.name, f.count || ' of ' || f.total || ', the run has ' || count(d.id)
            || ' of '
            || coalesce(sum(d.amount), 0)
        FROM payments_debitrun r JOIN payments_paymentfile f ON f.id = r.file_id
        LEFT JOIN payments_debitcollection d ON d.run_id = r.id AND d.state <> 'left_out'
        WHERE r.state = 'ready' GROUP BY f.id HAVING count(d.id) <> f.count OR coalesce(sum(d.amount), 0) <> f.total
        """,
    ),
    Check(
        "a repayment file holds what its batch pays, each refund as it is",
        """
        SELECT f.company_id, 'repayment file ' || f.name, f.count || ' of ' || f.total || ', the batch '
            || count(l.id) || ' of '
            || coalesce(sum(r.amount), 0)
        FROM payments_repaymentbatch b JOIN payments_paymentfile f ON f.id = b.file_id
        LEFT JOIN (payments_repaymentline l JOIN payments_refund r ON r.id = l.refund_id AND r.amount = l.amount)
            ON l.batch_id = b.id AND l.account_id = r.account_id AND l.was_sent
        WHERE b.state = 'ready' GROUP BY f.id HAVING count(l.id) <> f.count OR coalesce(sum(r.amount), 0) <> f.total
        """,
    ),
    Check(
        "what has been settled is on its way no more",
        """
        SELECT d.company_id, 'debit ' || d.end_to_end_id, d.state || ', with ' || count(p.id) || ' parts on their way'
        FROM payments_debitcollection d JOIN payments_debitpart p ON p.collection_id = d.id AND p.is_under_way
        WHERE d.state <> 'pending' GROUP BY d.id
        """,
    ),
]
