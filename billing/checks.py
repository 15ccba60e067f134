"""Whether the documents are as they must be, and agree with the book."""

from collections.abc import Iterator
from hashlib import sha256

from django.db.models import Prefetch

from billing.chain import document_hash
from billing.dispute_checks import DISPUTE_CHECKS
from billing.models import DocumentKind, DocumentStatus, EInvoice, Invoice, InvoiceLine, InvoicePdf
from ledger.checks import Check, Finding, missing_papers
from ledger.present import present
from office.models import NumberSeries

SERIES = ("company_id", "kind", "year")
PAPERS = {
    "issue_invoice": "SELECT entry_id FROM billing_invoice WHERE status <> 'draft'",
    "void_invoice": "SELECT void_entry_id FROM billing_invoice",
}
CHECKS = [
    *DISPUTE_CHECKS,
    missing_papers(PAPERS),
    Check(
        "a document's lines and taxes add up to its totals",
        """
        SELECT 'document ' || i.number, 'net ' || i.net || ', lines ' || coalesce(lines.net, 0) || '; tax ' || i.tax
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
        SELECT 'document ' || i.number, 'total ' || i.total || ', in the book ' || coalesce(sum(o.amount), 0)
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
        SELECT 'series ' || coalesce(i.kind, s.kind) || ' ' || coalesce(i.year, s.year) || ' of company '
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
        SELECT 'line ' || b.id || ' of ' || max(bi.number), 'credited ' || sum(c.taxable) || ' of ' || b.taxable
            || ', of its quantity ' || coalesce(sum(c.quantity) FILTER (WHERE NOT c.is_amount_only), 0) || ' of '
            || b.quantity
        FROM billing_invoiceline c JOIN billing_invoice ci ON ci.id = c.invoice_id AND ci.status = 'issued'
        JOIN billing_invoiceline b ON b.id = c.credited_line_id JOIN billing_invoice bi ON bi.id = b.invoice_id
        GROUP BY b.id HAVING abs(sum(c.quantity) FILTER (WHERE NOT c.is_amount_only)) > abs(b.quantity)
            OR abs(sum(c.taxable)) > abs(b.taxable) OR abs(sum(c.tax_amount)) > abs(b.tax_amount)
        """,
    ),
]


def broken_chain() -> Iterator[Finding]:
    """Documents whose content or predecessor is no longer what was hashed at issue, and series that end otherwise."""
    lines = Prefetch("lines", InvoiceLine.objects.order_by("position"))
    issued = Invoice.objects.exclude(status=DocumentStatus.DRAFT).prefetch_related(lines)
    last: dict[tuple[int, str, int], str] = {}
    for invoice in issued.order_by("company_id", "kind", "dated_on__year", "sequence").iterator(chunk_size=1000):
        series = (invoice.company_id, invoice.kind, present(invoice.dated_on).year)
        if invoice.previous_hash != last.get(series, ""):
            yield Finding(
                "each document holds the hash of the one before", f"document {invoice}", "the chain is broken here"
            )
        if document_hash(invoice, list(invoice.lines.all())) != invoice.hash:
            yield Finding("a document says what it said when issued", f"document {invoice}", "its content has changed")
        last[series] = invoice.hash
    yield from _other_ends(last)


def _other_ends(last: dict[tuple[int, str, int], str]) -> Iterator[Finding]:
    """Series that do not end with the hash of their last document."""
    ends = NumberSeries.objects.filter(kind__in=DocumentKind.values)
    kept = {(company, kind, year): end for company, kind, year, end in ends.values_list(*SERIES, "last_hash")}
    for series in sorted(kept.keys() | last.keys()):
        if kept.get(series, "") != last.get(series, ""):
            company, kind, year = series
            yield Finding(
                "a series ends with the hash of its last document",
                f"series {kind} {year} of company {company}",
                f"kept {kept.get(series) or 'none'}, the last document has {last.get(series) or 'none'}",
            )


def changed_files() -> Iterator[Finding]:
    """Kept PDFs and e-invoices whose bytes do not match the hash kept beside them."""
    for pdf in InvoicePdf.objects.select_related("invoice").iterator(chunk_size=50):
        if sha256(bytes(pdf.content)).hexdigest() != pdf.sha256:
            yield Finding("the file kept matches the hash kept", f"PDF of {pdf.invoice}", f"edition {pdf.edition}")
    for einvoice in EInvoice.objects.select_related("invoice").iterator(chunk_size=50):
        if sha256(bytes(einvoice.content)).hexdigest() != einvoice.sha256:
            yield Finding("the file kept matches the hash kept", f"e-invoice of {einvoice.invoice}", einvoice.format)
