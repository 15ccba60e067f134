"""What issued documents bill otherwise than was ordered or shipped, each difference with the document that makes it."""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q

from billing.models import BilledLine, DocumentStatus
from billing.orders.compare import FINE, Compared, Result, comparison_billed_by
from billing.orders.tolerances import Percents
from office.models import Company

NOT_OF_DOCUMENTS = (*FINE, Result.UNDER_BILLED, Result.SHIPPED_NOT_BILLED)
"""Results that need nobody, or that come of what no document bills yet."""


def differences_of(
    company: Company, document_ids: Sequence[int], tolerances: Percents | None = None
) -> Iterator[tuple[Compared, int]]:
    """What differs of what these issued documents bill, with the document; perhaps by other tolerances for everybody.

    What is said of a line or an order as a whole is said of the last document that bills it.
    """
    if not document_ids:
        return
    rows = [
        row for row in comparison_billed_by(company, document_ids, tolerances) if row.result not in NOT_OF_DOCUMENTS
    ]
    last, asked = _last_billed(rows), set(document_ids)
    for row in rows:
        document_id = row.invoice_id or next((last[key] for key in _things(row) if key in last), 0)
        if document_id in asked:
            yield row, document_id


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
