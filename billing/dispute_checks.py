"""Whether disputes agree with the book, with their documents and with themselves."""

from ledger.checks import Check

DISPUTE_CHECKS = [
    Check(
        "an open dispute holds a part of what was disputed, a closed one nothing",
        """
        SELECT d.company_id, 'dispute ' || d.number, d.status || ', holds ' || coalesce(sum(a.amount), 0) || ' of '
            || d.amount
        FROM billing_dispute d LEFT JOIN billing_disputedamount a ON a.dispute_id = d.id AND a.released_at IS NULL
        GROUP BY d.id HAVING (d.status = 'open') <> (coalesce(sum(a.amount), 0) > 0)
            OR coalesce(sum(a.amount), 0) > d.amount
        """,
    ),
    Check(
        "disputes hold no more of an item than it came to",
        """
        SELECT o.company_id, 'item ' || o.id || ' of ' || o.reference, 'held ' || sum(a.amount) || ' of ' || o.amount
        FROM billing_disputedamount a JOIN ledger_openitem o ON o.id = a.item_id
        WHERE a.released_at IS NULL GROUP BY o.id HAVING sum(a.amount) > o.amount
        """,
    ),
    Check(
        "a dispute holds items of its own document, customer and currency",
        """
        SELECT d.company_id, 'dispute ' || d.number, 'item ' || o.id || ' of ' || o.reference
        FROM billing_disputedamount a JOIN billing_dispute d ON d.id = a.dispute_id
        JOIN ledger_openitem o ON o.id = a.item_id
        WHERE o.entry_id <> d.entry_id OR o.customer_id <> d.customer_id OR o.company_id <> d.company_id
            OR o.currency <> d.currency
        """,
    ),
    Check(
        "the lines of a dispute are its document's and add up to it",
        """
        SELECT d.company_id, 'dispute ' || d.number, 'lines ' || sum(p.amount) || ' of ' || d.amount
        FROM billing_dispute d JOIN billing_disputedline p ON p.dispute_id = d.id
        JOIN billing_invoiceline l ON l.id = p.line_id
        GROUP BY d.id HAVING sum(p.amount) <> d.amount OR bool_or(l.invoice_id IS DISTINCT FROM d.invoice_id)
        """,
    ),
    Check(
        "the credit memo that ended a dispute credits what was disputed",
        """
        SELECT d.company_id, 'dispute ' || d.number, 'credit memo ' || m.number
        FROM billing_dispute d JOIN billing_invoice m ON m.id = d.credit_memo_id
        WHERE m.kind <> 'credit_memo' OR m.credits_id IS DISTINCT FROM d.invoice_id
        """,
    ),
    Check(
        "numbers of disputes run on without a gap",
        """
        SELECT s.company_id, 'series ' || s.kind || ' ' || s.year || ' of company ' || s.company_id,
            count(d.id) || ' disputes, the series stands at ' || s.last
        FROM office_numberseries s LEFT JOIN billing_dispute d ON d.company_id = s.company_id
            AND extract(year FROM d.opened_on)::int = s.year
        WHERE s.kind = 'dispute' GROUP BY s.id HAVING count(d.id) <> s.last
        """,
    ),
]
