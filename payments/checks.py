"""Whether receipts and refunds agree with the book, and receipts with the bank."""

from ledger.checks import Check

CHECKS = [
    Check(
        "a receipt and the book say the same",
        """
        SELECT 'receipt ' || r.number, 'amount ' || r.amount || ', in the book ' || coalesce(sum(-o.amount), 0)
        FROM payments_receipt r LEFT JOIN ledger_openitem o ON o.entry_id = r.entry_id
            AND o.customer_id = r.customer_id AND o.currency = r.currency AND o.dated_on = r.received_on
        GROUP BY r.id HAVING coalesce(sum(-o.amount), 0) <> r.amount
        """,
    ),
    Check(
        "a reversed receipt has nothing free and settles nothing",
        """
        SELECT 'receipt ' || r.number, -o.balance || ' free, ' || coalesce(sum(a.amount), 0) || ' settling others'
        FROM payments_receipt r JOIN ledger_openitem o ON o.entry_id = r.entry_id
        LEFT JOIN (ledger_allocation a JOIN ledger_openitem d ON d.id = a.debit_id)
            ON a.credit_id = o.id AND d.entry_id <> r.reversal_entry_id
        WHERE r.status = 'reversed' GROUP BY r.id, o.id HAVING o.balance <> 0 OR sum(a.amount) <> 0
        """,
    ),
    Check(
        "receipts take no more than came in on their bank line",
        """
        SELECT 'bank line ' || l.id, sum(r.amount) || ' matched of ' || l.amount || ' ' || l.currency
        FROM payments_bankline l JOIN payments_receipt r ON r.bank_line_id = l.id AND NOT r.was_mistaken
        GROUP BY l.id HAVING sum(r.amount) > l.amount OR bool_or(r.currency <> l.currency)
        """,
    ),
    Check(
        "a refund and the book say the same",
        """
        SELECT 'refund ' || r.number, 'amount ' || r.amount || ', in the book ' || coalesce(sum(o.amount), 0)
        FROM payments_refund r LEFT JOIN ledger_openitem o ON o.entry_id = r.entry_id
            AND o.customer_id = r.customer_id AND o.currency = r.currency AND o.dated_on = r.refunded_on
        GROUP BY r.id HAVING coalesce(sum(o.amount), 0) <> r.amount
        """,
    ),
    Check(
        "numbers of receipts and refunds run on without a gap",
        """
        SELECT 'series ' || kind || ' ' || year || ' of company ' || s.company_id,
            count(n.id) || ' papers, the series stands at ' || s.last
        FROM office_numberseries s LEFT JOIN (
            SELECT id, company_id, 'receipt' AS paper, extract(year FROM received_on)::int AS paper_year
                FROM payments_receipt
            UNION ALL SELECT id, company_id, 'refund', extract(year FROM refunded_on)::int FROM payments_refund
        ) AS n ON n.company_id = s.company_id AND n.paper = s.kind AND n.paper_year = s.year
        WHERE s.kind IN ('receipt', 'refund') GROUP BY s.id HAVING count(n.id) <> s.last
        """,
    ),
]
