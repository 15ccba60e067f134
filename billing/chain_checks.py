"""Whether issued documents say what they said, and none of them is missing from the chain of its series."""

from django.db.models import Prefetch

from billing.chain import document_hash
from billing.models import DocumentStatus, Invoice, InvoiceLine
from customers.models import Customer
from ledger.checks import ALL_IDS, Check, Finding
from ledger.present import present


class SaysTheSame(Check):
    """Works the hash of each document out anew."""

    def find(self, company_id: int | None = None, ids: tuple[int, int] = ALL_IDS) -> list[Finding]:
        """The documents whose content is no longer what was hashed when they were issued."""
        after, until = ids
        rows = Invoice.objects.exclude(status=DocumentStatus.DRAFT).filter(pk__gt=after, pk__lte=until)
        rows = rows.filter(company=company_id) if company_id else rows
        lines = Prefetch("lines", InvoiceLine.objects.order_by("position"))
        merged = _merged()
        return [
            Finding(self.name, f"document {invoice}", "its content has changed")
            for invoice in rows.order_by("pk").prefetch_related(lines).iterator(chunk_size=1000)
            if not _says_the_same(invoice, [invoice.customer_id, *merged.get(invoice.customer_id, ())])
        ]


def _merged() -> dict[int, list[int]]:
    """By customer, those who were merged into them."""
    found: dict[int, list[int]] = {}
    for gone in Customer.objects.exclude(merged_into=None).only("merged_into"):
        found.setdefault(present(gone.merged_into_id), []).append(gone.pk)
    return found


def _says_the_same(invoice: Invoice, customer_ids: list[int]) -> bool:
    """Whether the hash is that of the document as it was issued to one of these, who are one customer now."""
    for customer_id in customer_ids:
        invoice.customer_id = customer_id
        if document_hash(invoice, list(invoice.lines.all())) == invoice.hash:
            return True
    return False


CHAIN_CHECKS = [
    SaysTheSame("a document says what it said when issued", over="billing_invoice"),
    Check(
        "each document holds the hash of the one before",
        """
        SELECT company_id, 'document ' || number, 'holds ' || previous_hash || ', before it is ' || before
        FROM (
            SELECT company_id, number, previous_hash, lag(hash, 1, '') OVER (
                PARTITION BY company_id, kind, extract(year FROM dated_on) ORDER BY sequence) AS before
            FROM billing_invoice WHERE status <> 'draft'
        ) AS chained WHERE previous_hash <> before
        """,
    ),
    Check(
        "a series ends with the hash of its last document",
        """
        SELECT coalesce(i.company_id, s.company_id), 'series ' || coalesce(i.kind, s.kind) || ' '
            || coalesce(i.year, s.year), 'ends with ' || coalesce(i.hash, 'no document') || ', kept is '
            || coalesce(s.last_hash, 'no series')
        FROM (
            SELECT DISTINCT ON (1, 2, 3) company_id, kind, extract(year FROM dated_on)::int AS year, hash
            FROM billing_invoice WHERE status <> 'draft' ORDER BY 1, 2, 3, sequence DESC
        ) AS i FULL JOIN (SELECT * FROM office_numberseries WHERE kind IN ('invoice', 'credit_memo', 'debit_note')
            AND last > 0) AS s
            ON s.company_id = i.company_id AND s.kind = i.kind AND s.year = i.year
        WHERE i.hash IS DISTINCT FROM s.last_hash
        """,
    ),
]
