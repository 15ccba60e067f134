"""Whether receipts, refunds and write-offs agree with the book, and receipts with the bank."""

from ledger.checks import Check, missing_papers
from payments.debit_checks import DEBIT_CHECKS
from payments.file_checks import FILE_CHECKS
from payments.papers_of_entries import PAPERS

CHECKS = [
    missing_papers(PAPERS),
    *DEBIT_CHECKS,
    *FILE_CHECKS,
    Check(
        "a receipt and the book say the same",
        """
        SELECT r.company_id, 'receipt ' || r.number, 'amount ' || r.amount || ', in the book '
            || coalesce(sum(-o.amount), 0)
        FROM payments_receipt r LEFT JOIN ledger_openitem o ON o.entry_id = r.entry_id
            AND o.customer_id = r.customer_id AND o.currency = r.currency AND o.dated_on = r.received_on
        GROUP BY r.id HAVING coalesce(sum(-o.amount), 0) <> r.amount
        """,
    ),
    Check(
        "a reversed receipt has nothing free and settles nothing",
        """
        SELECT r.company_id, 'receipt ' || r.number, -o.balance || ' free, ' || coalesce(sum(a.amount), 0)
            || ' settling others'
        FROM payments_receipt r JOIN ledger_openitem o ON o.entry_id = r.entry_id
        LEFT JOIN (ledger_allocation a JOIN ledger_openitem d ON d.id = a.debit_id)
            ON a.credit_id = o.id AND d.entry_id <> r.reversal_entry_id
        WHERE r.status = 'reversed' GROUP BY r.id, o.id HAVING o.balance <> 0 OR sum(a.amount) <> 0
        """,
    ),
    Check(
        "receipts take no more than came in on their bank line",
        """
        SELECT min(r.company_id), 'bank line ' || l.id, sum(r.amount - r.bank_fee) || ' matched of ' || l.amount
            || ' ' || l.currency
        FROM payments_bankline l JOIN payments_receipt r ON r.bank_line_id = l.id AND NOT r.was_mistaken
        GROUP BY l.id HAVING sum(r.amount - r.bank_fee) > l.amount OR bool_or(r.currency <> l.currency)
        """,
    ),
    Check(
        "the receipts of a batch add up to its control total",
        """
        SELECT b.company_id, 'batch ' || b.number, coalesce(sum(r.amount), 0) || ' in ' || count(r.id)
            || ' receipts, counted '
            || b.control_total || ' in ' || b.line_count
        FROM payments_receiptbatch b LEFT JOIN payments_receipt r ON r.batch_id = b.id AND r.currency = b.currency
        GROUP BY b.id HAVING coalesce(sum(r.amount), 0) <> b.control_total OR count(r.id) <> b.line_count
        """,
    ),
    Check(
        "an online payment and its receipt say the same",
        """
        SELECT p.company_id, 'online payment ' || p.id, 'reported ' || p.reported_amount || ' ' || p.reported_currency
            || ', received ' || r.amount || ' ' || r.currency
        FROM payments_onlinepayment p JOIN payments_receipt r ON r.id = p.receipt_id
        WHERE p.reported_amount IS DISTINCT FROM r.amount OR p.reported_currency <> r.currency
            OR p.customer_id <> r.customer_id
        """,
    ),
    Check(
        "an online payment asks for no less than its parts say, less the credit used",
        """
        SELECT p.company_id, 'online payment ' || p.id, 'asked ' || p.amount || ', with credit ' || p.from_credit
            || ', parts of ' || sum(o.amount)
        FROM payments_onlinepayment p JOIN payments_onlinepaymentpart o ON o.payment_id = p.id
        GROUP BY p.id HAVING sum(o.amount) > p.amount + p.from_credit
        """,
    ),
    Check(
        "a payout and the book say the same, and its bank line",
        """
        SELECT p.company_id, 'payout ' || p.id, p.amount || ' and ' || p.fee || ', in the book '
            || coalesce(sum(-l.amount), 0)
        FROM payments_payout p JOIN payments_bankline b ON b.id = p.line_id LEFT JOIN (
            ledger_line l JOIN ledger_account a ON a.id = l.account_id AND a.code = '1050'
        ) ON l.entry_id = p.entry_id
        GROUP BY p.id, b.id HAVING coalesce(sum(-l.amount), 0) <> p.amount + p.fee OR b.amount <> p.amount
        """,
    ),
    Check(
        "a chargeback's payment is reversed, and what it kept and won is recorded again",
        """
        SELECT c.company_id, 'chargeback ' || c.number, c.amount || ' of ' || r.amount || ', kept '
            || coalesce(k.amount, 0)
            || ', won ' || coalesce(w.amount, 0)
        FROM payments_chargeback c JOIN payments_receipt r ON r.id = c.receipt_id
        LEFT JOIN payments_receipt k ON k.id = c.kept_receipt_id LEFT JOIN payments_receipt w ON w.id = c.won_receipt_id
        WHERE r.status <> 'reversed' OR c.currency <> r.currency OR c.amount + coalesce(k.amount, 0) <> r.amount
            OR (c.status = 'won') <> (w.amount IS NOT DISTINCT FROM c.amount)
        """,
    ),
    Check(
        "a refund and the book say the same",
        """
        SELECT r.company_id, 'refund ' || r.number, 'amount ' || r.amount || ', in the book '
            || coalesce(sum(o.amount), 0)
        FROM payments_refund r LEFT JOIN ledger_openitem o ON o.entry_id = r.entry_id
            AND o.customer_id = r.customer_id AND o.currency = r.currency AND o.dated_on = r.refunded_on
        GROUP BY r.id HAVING coalesce(sum(o.amount), 0) <> r.amount
        """,
    ),
    Check(
        "an exchange of a receipt and the book say the same",
        """
        SELECT e.company_id, 'receipt ' || r.number, e.amount || ' ' || e.currency || ' as ' || e.into_amount || ' '
            || e.into_currency || ', in the book ' || t.amount || ' ' || t.currency || ' as ' || -g.amount || ' '
            || g.currency || ', ' || t.balance || ' and ' || -g.balance || ' open'
        FROM payments_receiptexchange e JOIN payments_receipt r ON r.id = e.receipt_id
        JOIN ledger_openitem t ON t.entry_id = e.taken_entry_id JOIN ledger_openitem g ON g.entry_id = e.given_entry_id
        WHERE (t.amount, t.currency, -g.amount, g.currency)
                IS DISTINCT FROM (e.amount, e.currency, e.into_amount, e.into_currency)
            OR t.customer_id <> e.customer_id OR g.customer_id <> e.customer_id OR e.currency <> r.currency
            OR t.balance <> 0 OR (e.status = 'reversed' AND g.balance <> 0)
        """,
    ),
    Check(
        "what stands on the account of refunds are the refunds that wait to be paid",
        """
        SELECT company_id, 'refunds of company ' || company_id || ' in ' || currency,
            sum(standing) || ' on the account, ' || sum(waiting) || ' waiting'
        FROM (
            SELECT a.company_id, l.currency, -l.amount AS standing, 0 AS waiting FROM ledger_line l
                JOIN ledger_account a ON a.id = l.account_id AND a.role = 'refunds'
            UNION ALL SELECT r.company_id, r.currency, 0, r.amount FROM payments_refund r
                JOIN ledger_account a ON a.id = r.bank_account_id AND a.role = 'refunds'
                WHERE NOT EXISTS (SELECT FROM payments_repaymentline l
                    JOIN payments_repaymentbatch b ON b.id = l.batch_id AND b.state = 'ready'
                    WHERE l.refund_id = r.id AND l.is_under_way)
                AND NOT EXISTS (SELECT FROM payments_handpayment h WHERE h.refund_id = r.id AND h.undone_at IS NULL)
                AND NOT EXISTS (SELECT FROM ledger_entry m WHERE m.reverses_id = r.entry_id)
        ) AS sides GROUP BY company_id, currency HAVING sum(standing) <> sum(waiting)
        """,
    ),
    Check(
        "a refund paid by hand left the account that is named, once, and is in no file",
        """
        SELECT r.company_id, 'refund ' || r.number, r.amount || ' by hand, in the book ' || coalesce(-l.amount, 0)
        FROM payments_handpayment h JOIN payments_refund r ON r.id = h.refund_id
        JOIN payments_bookedbank b ON b.bank_account_id = h.bank_account_id
        LEFT JOIN ledger_line l ON l.entry_id = coalesce(h.entry_id, r.entry_id) AND l.account_id = b.account_id
        WHERE l.amount IS DISTINCT FROM -r.amount OR h.undone_at IS NULL AND EXISTS (
            SELECT FROM payments_repaymentline p WHERE p.refund_id = r.id AND p.is_under_way)
        """,
    ),
    Check(
        "a write-off and the book say the same",
        """
        SELECT w.company_id, 'write-off ' || w.number, 'amount ' || w.amount || ', in the book '
            || coalesce(sum(-o.amount), 0)
        FROM payments_writeoff w LEFT JOIN ledger_openitem o ON o.entry_id = w.entry_id
            AND o.customer_id = w.customer_id AND o.currency = w.currency AND o.dated_on = w.written_off_on
        GROUP BY w.id HAVING coalesce(sum(-o.amount), 0) <> w.amount
        """,
    ),
    Check(
        "a write-off settles its whole amount, and nothing once it is reversed",
        """
        SELECT w.company_id, 'write-off ' || w.number, w.status || ', settles ' || coalesce(sum(a.amount), 0)
        FROM payments_writeoff w JOIN ledger_openitem o ON o.entry_id = w.entry_id
        LEFT JOIN (ledger_allocation a JOIN ledger_openitem d ON d.id = a.debit_id)
            ON a.credit_id = o.id AND d.entry_id IS DISTINCT FROM w.reversal_entry_id
        GROUP BY w.id
        HAVING coalesce(sum(a.amount), 0) <> CASE w.status WHEN 'recorded' THEN w.amount ELSE 0 END
        """,
    ),
    Check(
        "the tax that a write-off relieves is what its entry took off the tax accounts",
        """
        SELECT w.company_id, 'write-off ' || w.number, 'account ' || a.code || ': ' || sum(sides.said) || ' said, '
            || sum(sides.booked) || ' entered'
        FROM (
            SELECT t.write_off_id, t.account_id, t.amount AS said, 0 AS booked FROM payments_writeofftax t
                JOIN payments_writeoff w ON w.id = t.write_off_id WHERE w.relieves_tax
            UNION ALL SELECT w.id, l.account_id, 0, l.amount FROM payments_writeoff w
                JOIN ledger_line l ON l.entry_id = w.entry_id JOIN ledger_account a ON a.id = l.account_id
                WHERE a.role = 'tax'
        ) AS sides
        JOIN payments_writeoff w ON w.id = sides.write_off_id JOIN ledger_account a ON a.id = sides.account_id
        GROUP BY w.id, a.id HAVING sum(sides.said) <> sum(sides.booked)
        """,
    ),
    Check(
        "no more is recovered than was written off, and as its receipt says",
        """
        SELECT w.company_id, 'write-off ' || w.number, coalesce(sum(v.amount) FILTER (WHERE r.status = 'recorded'), 0)
            || ' recovered of ' || w.amount
        FROM payments_writeoff w JOIN payments_recovery v ON v.write_off_id = w.id
        JOIN payments_receipt r ON r.id = v.receipt_id
        GROUP BY w.id HAVING coalesce(sum(v.amount) FILTER (WHERE r.status = 'recorded'), 0) > w.amount
            OR bool_or(v.amount <> r.amount OR r.customer_id <> w.customer_id OR r.currency <> w.currency)
            OR w.status = 'reversed' AND bool_or(r.status = 'recorded')
        """,
    ),
    Check(
        "numbers of receipts, refunds, write-offs and chargebacks run on without a gap",
        """
        SELECT s.company_id, 'series ' || kind || ' ' || year || ' of company ' || s.company_id,
            count(n.id) || ' papers, the series stands at ' || s.last
        FROM office_numberseries s LEFT JOIN (
            SELECT id, company_id, 'receipt' AS paper, extract(year FROM received_on)::int AS paper_year
                FROM payments_receipt
            UNION ALL SELECT id, company_id, 'refund', extract(year FROM refunded_on)::int FROM payments_refund
            UNION ALL SELECT id, company_id, 'write_off', extract(year FROM written_off_on)::int
                FROM payments_writeoff
            UNION ALL SELECT id, company_id, 'chargeback', extract(year FROM opened_on)::int FROM payments_chargeback
        ) AS n ON n.company_id = s.company_id AND n.paper = s.kind AND n.paper_year = s.year
        WHERE s.kind IN ('receipt', 'refund', 'write_off', 'chargeback') GROUP BY s.id HAVING count(n.id) <> s.last
        """,
    ),
]
