"""Which line of an order or shipment a line of a draft bills: as somebody says, or as the order's number and the
line itself tell."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from billing.models import (
    BilledLine,
    BilledWhy,
    DocumentKind,
    Invoice,
    InvoiceLine,
    LineKind,
    Order,
    OrderLine,
    OrderStatus,
    ShipmentLine,
)
from ledger.bulk import insert_all
from ledger.present import present
from ledger.refusals import Refused
from office.dressing import dressed
from office.models import User

Named = tuple[int | None, int | None, int | None]
"""The ids of a line of an order, of a line of a shipment, and of an order as a whole."""


@dataclass(frozen=True)
class Link:
    """What somebody says that a line bills: of an order, of a shipment, or, where it `is_none`, of neither.

    `order_id` is for an order as a whole, without a line of it. With none of these it is looked for.
    """

    order_line_id: int | None = None
    shipment_line_id: int | None = None
    order_id: int | None = None
    is_none: bool = False
    why: str = BilledWhy.CHOSEN

    @property
    def named(self) -> Named:
        return self.order_line_id, self.shipment_line_id, self.order_id

    @property
    def is_said(self) -> bool:
        return self.is_none or any(self.named)


Linked = tuple[Invoice, Sequence[InvoiceLine], Sequence[Link]]
"""A document, its lines, and what is said of each."""


def link_of(line: InvoiceLine) -> Link:
    """The link of a stored line, as somebody would say it."""
    billed = getattr(line, "billed", None)
    if billed is None:
        return Link()
    is_none = billed.why == BilledWhy.NONE
    order_id = None if billed.order_line_id else billed.order_id
    return Link(billed.order_line_id, billed.shipment_line_id, order_id, is_none, billed.why)


def kept_links(draft: Invoice, links: Sequence[Link]) -> list[Link]:
    """What is said of a draft's lines, each with why it was said where the draft had that link before."""
    before: dict[Named, list[Link]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(invoice=draft, billed__isnull=False).select_related("billed"):
        before[link_of(line).named].append(link_of(line))
    return [before[link.named].pop(0) if any(link.named) and before[link.named] else link for link in links]


def orders_named(links: Iterable[Link]) -> set[int]:
    """The orders whose lines, or whose shipments' lines, are named."""
    links = list(links)
    line_ids = [link.order_line_id for link in links if link.order_line_id]
    shipment_ids = [link.shipment_line_id for link in links if link.shipment_line_id]
    of_lines = OrderLine.objects.filter(pk__in=line_ids).values_list("order", flat=True)
    of_shipments = ShipmentLine.objects.filter(pk__in=shipment_ids, order_line__isnull=False)
    shipped = of_shipments.values_list("order_line__order", flat=True)
    return {*of_lines, *shipped, *(link.order_id for link in links if link.order_id)}


def said_links(lines: Sequence[InvoiceLine], links: Sequence[Link]) -> dict[str, str]:
    """What lines bill, in words, by the line's position."""
    words = words_of(links)
    return {f"line {line.position}": words[link.named] for line, link in zip(lines, links, strict=True)}


def lines_with_links(document: Invoice) -> list[InvoiceLine]:
    """A document's lines, each saying in `order_link` what it bills, where it bills something."""
    lines = list(InvoiceLine.objects.filter(invoice=document).select_related("billed"))
    links = [link_of(line) for line in lines]
    words = words_of(links)
    return [
        dressed(line, order_link=f"Bills {words[link.named]}" if any(link.named) else "")
        for line, link in zip(lines, links, strict=True)
    ]


def words_of(links: Collection[Link], customer_id: int | None = None) -> dict[Named, str]:
    """By what they name: "line 2 of order SO-12, line 1 of shipment DN-7"; of one customer's, where that is given."""
    known = _Known(links)
    found: dict[Named, str] = {(None, None, None): "no order"}
    for named in {link.named for link in links}:
        order_line = known.order_lines.get(named[0] or 0)
        shipment_line = known.shipment_lines.get(named[1] or 0)
        order = known.orders.get(named[2] or 0)
        parts = [
            (order_line and order_line.order, order_line and f"line {order_line.position} of order {order_line.order}"),
            (order, f"order {order}"),
            (
                shipment_line and shipment_line.shipment,
                shipment_line and f"line {shipment_line.position} of shipment {shipment_line.shipment}",
            ),
        ]
        seen = [words for paper, words in parts if paper and customer_id in (None, paper.customer_id)]
        found[named] = ", ".join(map(str, seen)) or "no order"
    return found


def write_links(documents: Sequence[Linked], by: User | None) -> None:
    """Keep what the lines of new documents bill. Raises Refused for what they cannot bill."""
    known = _Known([link for _, _, links in documents for link in links])
    orders = _orders_named_by([document for document, _, _ in documents])
    rows = []
    for document, lines, links in documents:
        for line, link in zip(lines, links, strict=True):
            if link.is_said and not (link.why in GUESSED and not known.still_fits(document, line, link)):
                rows.append(_said(document, line, link, known, by))
            elif document.pk in orders and line.kind == LineKind.ITEM:
                order = orders[document.pk]
                order_line, why = _found(line, order)
                rows.append(BilledLine(invoice_line=line, order=order, order_line=order_line, why=why, linked_by=by))
    insert_all(rows)


GUESSED = (BilledWhy.PRODUCT, BilledWhy.TEXT, BilledWhy.NUMBER)


class _Known:
    """The lines of orders and shipments that are named, each read once."""

    def __init__(self, links: Iterable[Link]) -> None:
        links = list(links)
        order_ids = {link.order_line_id for link in links if link.order_line_id}
        shipment_ids = {link.shipment_line_id for link in links if link.shipment_line_id}
        shipments = ShipmentLine.objects.select_related("shipment", "order_line__order")
        self.shipment_lines = shipments.in_bulk(shipment_ids) if shipment_ids else {}
        self.order_lines = OrderLine.objects.select_related("order").in_bulk(order_ids) if order_ids else {}
        whole_ids = {link.order_id for link in links if link.order_id}
        self.orders = Order.objects.in_bulk(whole_ids) if whole_ids else {}

    def still_fits(self, document: Invoice, line: InvoiceLine, link: Link) -> bool:
        """Whether what was found for a line once would be found for it still, whatever became of the order."""
        order_line = self.order_lines.get(link.order_line_id or 0)
        return (
            order_line is not None
            and not (document.is_credit_memo or document.is_deposit)
            and order_line.order.status != OrderStatus.CANCELLED
            and order_line.order.customer_id == document.customer_id
            and order_line.order.currency == document.currency
            and _is_named(order_line.order, document)
            and _likeness(line, order_line) is not None
        )


def _said(document: Invoice, line: InvoiceLine, link: Link, known: _Known, by: User | None) -> BilledLine:
    """What somebody says that a line bills, as far as it can; a shipment's line brings its order's along."""
    if link.is_none:
        return BilledLine(invoice_line=line, why=BilledWhy.NONE, linked_by=by)
    _require_bills(document)
    shipment_line = known.shipment_lines.get(link.shipment_line_id) if link.shipment_line_id else None
    order_line = known.order_lines.get(link.order_line_id) if link.order_line_id else None
    if link.shipment_line_id:
        _require_shipment(document, line, shipment_line)
        shipped_for = present(shipment_line).order_line
        if order_line and shipped_for and order_line != shipped_for:
            raise Refused(
                f"Line {line.position}: {present(shipment_line).shipment} shipped another line of an order.",
                code="unknown_shipment_line",
            )
        order_line = order_line or shipped_for
    order = order_line.order if order_line else known.orders.get(link.order_id or 0)
    if link.order_line_id or link.order_id or order_line:
        _require_order(document, line, order)
    return BilledLine(
        invoice_line=line,
        order=order,
        order_line=order_line,
        shipment_line=shipment_line,
        why=link.why,
        linked_by=by,
    )


def _require_bills(document: Invoice) -> None:
    if document.is_credit_memo:
        raise Refused("A credit memo gives back what its invoice billed; it bills no order.", code="bills_no_order")
    if document.is_deposit:
        raise Refused("A deposit bills no order; the invoice of the whole does.", code="bills_no_order")


def _require_order(document: Invoice, line: InvoiceLine, order: Order | None) -> None:
    if order is None or (order.company_id, order.customer_id) != _owner(document):
        raise Refused(f"Line {line.position}: that is no order line of this customer.", code="unknown_order_line")
    if order.status == OrderStatus.CANCELLED:
        raise Refused(f"Line {line.position}: order {order} is cancelled.", code="order_cancelled")
    if order.currency != document.currency:
        raise Refused(
            f"Line {line.position}: order {order} is in {order.currency}, this is in {document.currency}.",
            code="order_currency",
        )


def _require_shipment(document: Invoice, line: InvoiceLine, shipment_line: ShipmentLine | None) -> None:
    if shipment_line is None:
        raise Refused(f"Line {line.position}: that was not shipped to this customer.", code="unknown_shipment_line")
    shipment = shipment_line.shipment
    if (shipment.company_id, shipment.customer_id) != _owner(document):
        raise Refused(f"Line {line.position}: that was not shipped to this customer.", code="unknown_shipment_line")
    if shipment.is_cancelled:
        raise Refused(f"Line {line.position}: shipment {shipment} is cancelled.", code="shipment_cancelled")
    if shipment.is_return:
        raise Refused(f"Line {line.position}: {shipment} is a return, which is credited.", code="shipment_is_return")


def _owner(document: Invoice) -> tuple[int, int]:
    return document.company_id, document.customer_id


def _orders_named_by(documents: Sequence[Invoice]) -> dict[int, Order]:
    """By document, the one open order that its order number names."""
    able = [each for each in documents if each.po_number and not (each.is_credit_memo or each.is_deposit)]
    if not able:
        return {}
    numbers = {document.po_number for document in able}
    orders = Order.objects.filter(
        Q(po_number__in=numbers) | Q(number__in=numbers),
        customer__in={document.customer_id for document in able},
        status=OrderStatus.OPEN,
    )
    found = {}
    by_customer = defaultdict(list)
    for order in orders.prefetch_related("lines"):
        by_customer[order.customer_id].append(order)
    for document in able:
        named = [order for order in by_customer[document.customer_id] if _is_named(order, document)]
        if len(named) == 1 and named[0].currency == document.currency:
            found[document.pk] = named[0]
    return found


def _is_named(order: Order, document: Invoice) -> bool:
    return bool(document.po_number) and document.po_number in (order.po_number, order.number)


def _found(line: InvoiceLine, order: Order) -> tuple[OrderLine | None, BilledWhy]:
    """The one line of an order that is like this one: by its product, else by the item's code, else by the text."""
    likeness: dict[int, list[OrderLine]] = defaultdict(list)
    for each in order.lines.all():
        if (rank := _likeness(line, each)) is not None:
            likeness[rank].append(each)
    alike = likeness[min(likeness)] if likeness else []
    if len(alike) != 1:
        return None, BilledWhy.NUMBER
    return alike[0], BilledWhy.TEXT if min(likeness) == TEXT else BilledWhy.PRODUCT


TEXT = 2


def _likeness(line: InvoiceLine, ordered: OrderLine) -> int | None:
    """How a line is like one that was ordered, the surest first; None where it is not."""
    if line.product_id and line.product_id == ordered.product_id:
        return 0
    if line.item_code and line.item_code.casefold() == ordered.item_code.casefold():
        return 1
    return TEXT if _plain(line.description) == _plain(ordered.description) else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def may_bill(document: Invoice) -> bool:
    """Whether lines of a document may bill an order: those of invoices and debit notes that are not void."""
    return document.kind != DocumentKind.CREDIT_MEMO and not document.is_deposit and document.status != "void"
