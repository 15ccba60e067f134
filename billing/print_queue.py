"""Which documents wait to be printed: read from documents and customers, so that it covers whatever issued them."""

from django.db.models import BooleanField, Exists, Func, OuterRef, QuerySet

from billing.models import DocumentStatus, Invoice, Printing


class IssuedSincePaper(Func):
    """Whether a document was issued since its customer gets paper, found customer by customer through an index.

    As a join the planner reads every invoice instead: it cannot know that few are younger than their customer's day.
    """

    template = """%(expressions)s = ANY (ARRAY(
        SELECT issued.id FROM customers_customer AS reader CROSS JOIN LATERAL (
            SELECT id FROM billing_invoice
            WHERE customer_id = reader.id AND status = 'issued' AND issued_at >= reader.gets_paper_since OFFSET 0
        ) AS issued WHERE reader.gets_paper_since IS NOT NULL))"""
    output_field = BooleanField()


def waiting_for_print(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those that were issued since their customer gets paper, and that nobody has printed yet."""
    return invoices.filter(IssuedSincePaper("pk"), ~Exists(_standing().filter(invoice=OuterRef("pk"))))


def is_waiting(invoice: Invoice) -> bool:
    """Whether this one waits to be printed."""
    since, issued_at = invoice.customer.gets_paper_since, invoice.issued_at
    if invoice.status != DocumentStatus.ISSUED or not since or not issued_at or issued_at < since:
        return False
    return printing_of(invoice) is None


def printing_of(invoice: Invoice) -> Printing | None:
    """When a document went to paper and by whom, unless that was withdrawn."""
    return _standing().filter(invoice=invoice).select_related("printed_by").first()


def with_printing(invoices: QuerySet[Invoice]) -> list[tuple[Invoice, Printing | None]]:
    """Each document, oldest first, with its printing if it has one."""
    printings = {each.invoice_id: each for each in _standing().filter(invoice__in=invoices)}
    return [(invoice, printings.get(invoice.pk)) for invoice in invoices.order_by("issued_at", "pk")]


def _standing() -> QuerySet[Printing]:
    return Printing.objects.filter(withdrawn_at=None)
