"""What the checks before issue would say of documents that are issued: the checks themselves, asked again.

Each document is judged as it stands. What the checks look at beside it, such as prices of its day or what is billed of
its order by now, is as it is kept now.
"""

from collections.abc import Iterable, Sequence

from django.db.models import Prefetch, Q, QuerySet

from billing.accuracy.registry import CHECKS
from billing.models import BilledLine, DocumentStatus, Invoice, IssueCheck, Severity
from billing.orders.compare import Compared, comparison_billed_by
from billing.orders.issue_findings import CHECK_OF, ORDER_CHECKS, check_of
from billing.orders.tolerances import Percents
from billing.totals import lines_with_taxes
from office.models import Company

Said = dict[tuple[IssueCheck, int], Severity]
"""By check and document that it says something of, how severely it is taken at most."""


def judged_checks() -> list[IssueCheck]:
    """The checks that can be asked of what is issued."""
    return [name for name, check in CHECKS.items() if check.looks_back or name in ORDER_CHECKS]


def faded_checks() -> list[IssueCheck]:
    """The checks before issue that cannot: what they look at has changed since."""
    return [
        name
        for name, check in CHECKS.items()
        if check.before_issue and not check.looks_back and name not in ORDER_CHECKS
    ]


def documents_to_judge(documents: QuerySet[Invoice]) -> list[Invoice]:
    """Documents with all that checks and ceilings look at."""
    rows = documents.select_related("company", "customer__company", "customer__terms", "terms")
    beside = (Prefetch("lines", lines_with_taxes()), "customer__addresses", "terms__parts", "customer__terms__parts")
    return list(rows.prefetch_related(*beside).order_by("pk"))


def said_of_issued(documents: Sequence[Invoice]) -> Said:
    """What the checks say of issued documents of one company, but those of their orders."""
    found: Said = {}
    for name, check in CHECKS.items():
        if name not in ORDER_CHECKS:
            for document, said in check.in_issued(documents):
                key = (name, document.pk)
                found[key] = max(found.get(key, said.most), said.most, key=list(Severity).index)
    return found


def said_of_orders(company: Company, document_ids: Sequence[int], tolerances: Percents) -> Said:
    """What the checks of orders say of issued documents, if these tolerances held for all customers and products.

    What is said of a line or an order as a whole is said of the last document that bills it.
    """
    if not document_ids:
        return {}
    rows = [row for row in comparison_billed_by(company, document_ids, tolerances) if row.result in CHECK_OF]
    last, asked = _last_billed(rows), set(document_ids)
    found: Said = {}
    for row in rows:
        document_id = row.invoice_id or next((last[key] for key in _things(row) if key in last), 0)
        if document_id in asked:
            found[check_of(row), document_id] = Severity.STOP
    return found


Thing = tuple[str, int]


def _things(row: Compared) -> list[Thing]:
    """What a row is about, the narrowest first."""
    named = (
        ("shipment_line", row.shipment_line_id),
        ("order_line", row.order_line_id),
        ("order", row.order_id),
    )
    return [(name, pk) for name, pk in named if pk]


def _last_billed(rows: Iterable[Compared]) -> dict[Thing, int]:
    """By line of a shipment or an order, and by order, the last issued document that bills it."""
    orders = {row.order_id for row in rows if row.order_id}
    lines = {row.shipment_line_id for row in rows if row.shipment_line_id}
    billing = BilledLine.objects.filter(Q(order__in=orders) | Q(shipment_line__in=lines))
    issued = billing.filter(invoice_line__invoice__status=DocumentStatus.ISSUED)
    names = ("shipment_line", "order_line", "order")
    found: dict[Thing, int] = {}
    ordered = issued.order_by("invoice_line__invoice__issued_at", "invoice_line__invoice")
    for *things, document_id in ordered.values_list(*names, "invoice_line__invoice"):
        found |= {(name, pk): document_id for name, pk in zip(names, things, strict=True) if pk}
    return found
