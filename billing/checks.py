"""Whether the documents are as they must be, and agree with the book."""

from billing.chain_checks import CHAIN_CHECKS
from billing.dispute_checks import DISPUTE_CHECKS
from ledger.checks import Check, kept_files, missing_papers

OF_INVOICE = ("i.company_id", "JOIN billing_invoice i ON i.id = f.invoice_id")
FILES = [
    kept_files("billing_invoicepdf", "'PDF of ' || i.number || ', edition ' || f.edition", *OF_INVOICE),
    kept_files("billing_einvoice", "'e-invoice of ' || i.number || ', ' || f.format", *OF_INVOICE),
    kept_files("billing_attachment", "'attachment ' || f.name || ' of document ' || i.id", *OF_INVOICE),
    kept_files(
        "billing_disputefile",
        "'file ' || f.name || ' of ' || d.number",
        "d.company_id",
        "JOIN billing_dispute d ON d.id = f.dispute_id",
    ),
    kept_files(
        "billing_deliveryproof",
        "'proof ' || f.name || ' of shipment ' || s.number",
        "s.company_id",
        "JOIN billing_shipment s ON s.id = f.shipment_id",
    ),
    kept_files("office_logo", "'logo ' || f.id", "f.company_id"),
]
PAPERS = {
    "issue_invoice": "SELECT entry_id FROM billing_invoice WHERE status <> 'draft'",
    "void_invoice": "SELECT void_entry_id FROM billing_invoice",
    "load_opening": "SELECT entry_id FROM billing_openingitem",
    "undo_load": "SELECT reversal_entry_id FROM billing_openingitem",
}
CHECKS = [
    *DISPUTE_CHECKS,
    *CHAIN_CHECKS,
    *FILES,
    missing_papers(PAPERS),
    Check(
        "what was taken over and the book say the same amount and customer",
        """
        SELECT t.company_id, 'taken over: ' || t.number, 'open ' || t.amount || ', in the book '
            || coalesce(sum(o.amount), 0)
        FROM billing_openingitem t LEFT JOIN ledger_openitem o ON o.entry_id = t.entry_id AND o.kind = 'opening'
            AND o.customer_id = t.customer_id AND o.currency = t.currency AND o.due_on = t.due_on
            AND o.company_amount = t.company_amount
        GROUP BY t.id HAVING coalesce(sum(o.amount), 0) <> t.amount
        """,
    ),
    Check(
        "the mirror of what was taken over stands where its load was undone, and nowhere else",
        """
        SELECT t.company_id, 'taken over: ' || t.number, CASE WHEN t.reversal_entry_id IS NULL
            THEN 'a mirror is in the book, and the document says of none'
            ELSE 'it names an entry that is no mirror of it' END
        FROM billing_openingitem t LEFT JOIN ledger_entry m ON m.reverses_id = t.entry_id
        WHERE t.reversal_entry_id IS DISTINCT FROM m.id
        """,
    ),
    Check(
        "what was mailed to nobody is known as such",
        """
        SELECT i.company_id, 'document ' || i.number, CASE WHEN u.invoice_id IS NULL
            THEN 'mailed to nobody, and not known so'
            ELSE 'known as mailed to nobody, and it was mailed or is a draft' END
        FROM billing_invoice i LEFT JOIN billing_unmailed u ON u.invoice_id = i.id
        LEFT JOIN (SELECT DISTINCT about_id FROM office_outgoingmail WHERE about_type = 'billing.invoice') AS mailed
            ON mailed.about_id = i.id
        WHERE (u.invoice_id IS NOT NULL) <> (mailed.about_id IS NULL AND i.status <> 'draft')
        """,
    ),
    Check(
        "a document's lines and taxes add up to its totals",
        """
        SELECT i.company_id, 'document ' || i.number, 'net ' || i.net || ', lines ' || coalesce(lines.net, 0)
            || '; tax ' || i.tax
            || ', lines ' || coalesce(lines.tax, 0) || ', summary ' || coalesce(taxes.amount, 0)
        FROM billing_invoice i
        LEFT JOIN (SELECT invoice_id, sum(taxable) AS net, sum(tax_amount) AS tax FROM billing_invoiceline
            GROUP BY invoice_id) AS lines ON lines.invoice_id = i.id
        LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM billing_invoicetax GROUP BY invoice_id) AS taxes
            ON taxes.invoice_id = i.id
        WHERE i.status <> 'draft' AND (i.net <> coalesce(lines.net, 0) OR i.tax <> coalesce(lines.tax, 0)
            OR i.tax <> coalesce(taxes.amount, 0))
        """,
    ),
    Check(
        "a document and the book say the same amount, day and customer",
        """
        SELECT i.company_id, 'document ' || i.number, 'total ' || i.total || ', in the book '
            || coalesce(sum(o.amount), 0)
        FROM billing_invoice i LEFT JOIN ledger_openitem o ON o.entry_id = i.entry_id
            AND o.customer_id = i.customer_id AND o.currency = i.currency AND o.dated_on = i.dated_on
        WHERE i.status <> 'draft'
        GROUP BY i.id
        HAVING coalesce(sum(o.amount), 0) <> CASE i.kind WHEN 'credit_memo' THEN -i.total ELSE i.total END
        """,
    ),
    Check(
        "numbers run on without a gap and as far as the series says",
        """
        SELECT coalesce(i.company_id, s.company_id), 'series ' || coalesce(i.kind, s.kind) || ' '
            || coalesce(i.year, s.year) || ' of company '
            || coalesce(i.company_id, s.company_id),
            coalesce(i.documents, 0) || ' documents up to ' || coalesce(i.last, 0) || ', the series stands at '
            || coalesce(s.last, 0)
        FROM (
            SELECT company_id, kind, extract(year FROM dated_on)::int AS year, count(*) AS documents,
                max(sequence) AS last
            FROM billing_invoice WHERE status <> 'draft' GROUP BY 1, 2, 3
        ) AS i FULL JOIN (SELECT * FROM office_numberseries WHERE kind IN ('invoice', 'credit_memo', 'debit_note')
            AND last > 0) AS s
            ON s.company_id = i.company_id AND s.kind = i.kind AND s.year = i.year
        WHERE i.documents IS DISTINCT FROM i.last OR i.last IS DISTINCT FROM s.last
        """,
    ),
    Check(
        "a credit memo takes no more than is left of its lines",
        """
        SELECT max(bi.company_id), 'line ' || b.id || ' of ' || max(bi.number), 'credited ' || sum(c.taxable)
            || ' of ' || b.taxable
            || ', of its quantity ' || coalesce(sum(c.quantity) FILTER (WHERE NOT c.is_amount_only), 0) || ' of '
            || b.quantity
        FROM billing_invoiceline c JOIN billing_invoice ci ON ci.id = c.invoice_id AND ci.status = 'issued'
        JOIN billing_invoiceline b ON b.id = c.credited_line_id JOIN billing_invoice bi ON bi.id = b.invoice_id
        GROUP BY b.id HAVING abs(sum(c.quantity) FILTER (WHERE NOT c.is_amount_only)) > abs(b.quantity)
            OR abs(sum(c.taxable)) > abs(b.taxable) OR abs(sum(c.tax_amount)) > abs(b.tax_amount)
        """,
    ),
]
