"""Which documents wait to be printed: read from documents and customers, so that it covers whatever issued them."""

from django.db.models import Exists, F, OuterRef, QuerySet

from billing.models import DocumentStatus, Invoice, Printing


def waiting_for_print(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those that were issued since their customer gets paper, and that nobody has printed yet."""
    on_paper = invoices.filter(customer__gets_paper_since__isnull=False)  # said for the planner: they are few
    due = on_paper.filter(status=DocumentStatus.ISSUED, issued_at__gte=F("customer__gets_paper_since"))
    return due.filter(~Exists(_standing().filter(invoice=OuterRef("pk"))))


def is_waiting(invoice: Invoice) -> bool:
    """Whether this one waits to be printed."""
    return waiting_for_print(Invoice.objects.filter(pk=invoice.pk)).exists()


def printing_of(invoice: Invoice) -> Printing | None:
    """When a document went to paper and by whom, unless that was withdrawn."""
    return _standing().filter(invoice=invoice).select_related("printed_by").first()


def with_printing(invoices: QuerySet[Invoice]) -> list[tuple[Invoice, Printing | None]]:
    """Each document, oldest first, with its printing if it has one."""
    printings = {each.invoice_id: each for each in _standing().filter(invoice__in=invoices)}
    return [(invoice, printings.get(invoice.pk)) for invoice in invoices.order_by("issued_at", "pk")]


def _standing() -> QuerySet[Printing]:
    return Printing.objects.filter(withdrawn_at=None)
