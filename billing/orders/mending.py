"""What mends a difference between an order and what is billed of it: a draft invoice, a credit memo, a debit note."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse

from billing.models import BilledLine, DocumentStatus, Invoice, Order
from billing.operations.draft_credit import left_of
from billing.order_figures import order_figures, shipment_figures
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
    """By line of the invoice, how much of what is left of it is too much."""
    over = {("order_line", row.order_line_id): row.billed - row.ordered for row in rows if row.order_line_id}
    return _taken_back(invoice, over)


Thing = tuple[str, int]
"""A line of an order or of a shipment: which of the two, and its id."""


def _taken_back(invoice: Invoice, over: Mapping[Thing, Decimal]) -> dict[int, Decimal]:
    """By line of the invoice, how much of what is left of it takes back so much of what it bills, the last first."""
    rest = dict(over)
    found: dict[int, Decimal] = {}
    left = left_of(list(lines_with_taxes().filter(invoice=invoice)))
    for link in BilledLine.objects.filter(invoice_line__invoice=invoice).order_by("-invoice_line__position"):
        thing = next((each for each in _things(link) if each in rest), None)
        taken = min(rest[thing], left[link.invoice_line_id].left_quantity) if thing else Decimal(0)
        if thing and taken > 0:
            rest[thing] -= taken
            found[link.invoice_line_id] = taken
    return found


def _things(link: BilledLine) -> list[Thing]:
    named = (("shipment_line", link.shipment_line_id), ("order_line", link.order_line_id))
    return [(name, pk) for name, pk in named if pk]


def what_came_back(invoice: Invoice) -> dict[str, Any]:
    """The credit form's first values for what came back of what an invoice bills; empty where all of it is credited.

    A line that bills a shipment is held against that; one that bills an order alone, against all shipped on it.
    """
    quantities = _taken_back(invoice, _came_back(BilledLine.objects.filter(invoice_line__invoice=invoice)))
    lines = {f"line_{pk}": f"{number.normalize():f}" for pk, number in quantities.items()}
    return {"way": "lines", **lines} if lines else {}


def _came_back(links: Iterable[BilledLine]) -> dict[Thing, Decimal]:
    """How much of what came back is billed and not credited, by the line of a shipment or an order."""
    things = {thing for link in links for thing in _things(link)[:1]}
    shipped = shipment_figures([pk for name, pk in things if name == "shipment_line"])
    ordered = order_figures([pk for name, pk in things if name == "order_line"])
    figures = {("shipment_line", pk): each for pk, each in shipped.items()}
    figures |= {("order_line", pk): each for pk, each in ordered.items()}
    over = {thing: min(each.returned, each.billed - each.out) for thing, each in figures.items()}
    return {thing: quantity for thing, quantity in over.items() if quantity > 0}


def credits_of_returns(invoices: Iterable[Invoice]) -> list[Mend]:
    """For issued invoices that bill what came back, the page that credits it, filled in."""
    issued = [each for each in invoices if each.status == DocumentStatus.ISSUED and not each.is_credit_memo]
    links = list(BilledLine.objects.filter(invoice_line__invoice__in=issued).select_related("invoice_line"))
    back = _came_back(links)
    billing = {link.invoice_line.invoice_id for link in links if any(thing in back for thing in _things(link)[:1])}
    return [
        Mend(f"Credit what came back of {each}…", f"{reverse('billing:credit_invoice', args=[each.pk])}?came_back=yes")
        for each in issued
        if each.pk in billing
    ]


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
