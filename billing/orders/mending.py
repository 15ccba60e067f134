"""What mends a difference between an order and what is billed of it: a draft invoice, a credit memo, a debit note."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse

from billing.models import BilledLine, DocumentStatus, Invoice, Order
from billing.operations.draft_credit import left_of
from billing.orders.compare import Compared, Result, comparison_of
from billing.totals import lines_with_taxes

TOO_MUCH = (Result.OVER_BILLED, Result.BILLED_TWICE)
TO_BILL = (Result.SHIPPED_NOT_BILLED, Result.UNDER_BILLED)
HUNDRED = Decimal(100)


class Mend(NamedTuple):
    """Words for a link, and where it leads."""

    words: str
    url: str


def mend_of(row: Compared, latest: dict[int, int]) -> Mend | None:
    """The page that mends a difference, filled in; `latest` has the last document that bills each line of an order.

    What is to bill is mended by drafting the shipments, which is one act for all lines.
    """
    if row.result in TOO_MUCH and row.order_line_id in latest:
        return _credit(latest[row.order_line_id], row)
    if row.result == Result.PRICE_DIFFERS and row.invoice_id:
        if row.difference > 0:
            return _credit(row.invoice_id, row)
        return Mend("Charge more…", reverse("billing:draft_debit_note", args=[row.invoice_id]))
    return None


def _credit(invoice_id: int, row: Compared) -> Mend:
    return Mend("Credit…", f"{reverse('billing:credit_invoice', args=[invoice_id])}?order={row.order_id}")


def latest_billed(order: Order) -> dict[int, int]:
    """By line of an order, the last issued document that bills it."""
    rows = BilledLine.objects.filter(order=order, invoice_line__invoice__status=DocumentStatus.ISSUED)
    found = rows.order_by("invoice_line__invoice").values_list("order_line", "invoice_line__invoice")
    return {line_id: invoice_id for line_id, invoice_id in found if line_id}


def what_to_credit(invoice: Invoice, order: Order) -> dict[str, Any]:
    """The credit form's first values for what an invoice bills of an order beyond it; empty where it bills nothing so.

    Quantities come first; where they are right, prices that are too high.
    """
    rows = comparison_of(order)
    quantities = _quantities(invoice, [row for row in rows if row.result in TOO_MUCH and row.order_line_id])
    if quantities:
        return {"way": "lines", **{f"line_{pk}": f"{number.normalize():f}" for pk, number in quantities.items()}}
    return _prices(invoice, [row for row in rows if row.result == Result.PRICE_DIFFERS and row.difference > 0])


def _quantities(invoice: Invoice, rows: Sequence[Compared]) -> dict[int, Decimal]:
    """By line of the invoice, how much of what is left of it is too much, the last lines first."""
    over = {row.order_line_id: row.billed - row.ordered for row in rows}
    billed = BilledLine.objects.filter(invoice_line__invoice=invoice, order_line__in=[pk for pk in over if pk])
    found: dict[int, Decimal] = defaultdict(Decimal)
    left = left_of(list(lines_with_taxes().filter(invoice=invoice)))
    for link in billed.order_by("-invoice_line__position"):
        taken = min(over[link.order_line_id], left[link.invoice_line_id].left_quantity)
        over[link.order_line_id] -= taken
        if taken > 0:
            found[link.invoice_line_id] = taken
    return found


def _prices(invoice: Invoice, rows: Sequence[Compared]) -> dict[str, Any]:
    """The prices ordered, for lines of this invoice that cost more; none where prices hold tax, as no order's do."""
    if invoice.prices_include_tax:
        return {}
    lines = {line.pk: line for line in invoice.lines.all()}
    found: dict[str, Any] = {}
    for row in rows:
        line = lines.get(row.invoice_line_id or 0)
        if line and row.expected is not None and line.discount_percent < HUNDRED:
            price = row.expected * HUNDRED / (HUNDRED - line.discount_percent)
            found |= {"way": "prices", f"price_{line.pk}": f"{price:.6f}".rstrip("0").rstrip(".")}
            found[f"line_{line.pk}"] = f"{line.quantity.normalize():f}"
    return found
