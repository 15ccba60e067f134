"""Which line of an order or shipment a line of a draft bills: as somebody says, or as the order's number and the
line itself tell."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from billing.models import (
    BilledLine,
    BilledWhy,
    DocumentKind,
    Invoice,
    InvoiceLine,
    LineKind,
    OrderLine,
    OrderStatus,
    ShipmentLine,
)
from ledger.bulk import insert_all
from ledger.present import present
from ledger.refusals import Refused
from office.dressing import dressed
from office.models import User

Pair = tuple[int | None, int | None]
"""The line of an order and of a shipment."""


@dataclass(frozen=True)
class Link:
    """What somebody says that a line bills: of an order, of a shipment, or, where it `is_none`, of neither.

    With none of these it is looked for.
    """

    order_line_id: int | None = None
    shipment_line_id: int | None = None
    is_none: bool = False
    why: str = BilledWhy.CHOSEN

    @property
    def pair(self) -> Pair:
        return self.order_line_id, self.shipment_line_id

    @property
    def is_said(self) -> bool:
        return self.is_none or any(self.pair)


Linked = tuple[Invoice, Sequence[InvoiceLine], Sequence[Link]]
"""A document, its lines, and what is said of each."""


def link_of(line: InvoiceLine) -> Link:
    """The link of a stored line, as somebody would say it."""
    billed = getattr(line, "billed", None)
    if billed is None:
        return Link()
    is_none = billed.why == BilledWhy.NONE
    return Link(billed.order_line_id, billed.shipment_line_id, is_none, billed.why)


def kept_links(draft: Invoice, links: Sequence[Link]) -> list[Link]:
    """What is said of a draft's lines, each with why it was said where the draft had that link before."""
    before: dict[Pair, list[Link]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(invoice=draft, billed__isnull=False).select_related("billed"):
        before[link_of(line).pair].append(link_of(line))
    return [before[link.pair].pop(0) if any(link.pair) and before[link.pair] else link for link in links]


def orders_named(links: Iterable[Link]) -> set[int]:
    """The orders whose lines, or whose shipments' lines, are named."""
    links = list(links)
    order_ids = [link.order_line_id for link in links if link.order_line_id]
    shipment_ids = [link.shipment_line_id for link in links if link.shipment_line_id]
    named = OrderLine.objects.filter(Q(pk__in=order_ids) | Q(shipment_lines__in=shipment_ids))
    return set(named.values_list("order", flat=True))


def said_links(lines: Sequence[InvoiceLine], links: Sequence[Link]) -> dict[str, str]:
    """What lines bill, in words, by the line's position."""
    words = words_of(links)
    return {f"line {line.position}": words[link.pair] for line, link in zip(lines, links, strict=True)}


def lines_with_links(document: Invoice) -> list[InvoiceLine]:
    """A document's lines, each saying in `order_link` what it bills, where it bills something."""
    lines = list(InvoiceLine.objects.filter(invoice=document).select_related("billed"))
    links = [link_of(line) for line in lines]
    words = words_of(links)
    return [
        dressed(line, order_link=f"Bills {words[link.pair]}" if any(link.pair) else "")
        for line, link in zip(lines, links, strict=True)
    ]


def words_of(links: Collection[Link], customer_id: int | None = None) -> dict[Pair, str]:
    """By what they name: "line 2 of order SO-12, line 1 of shipment DN-7"; of one customer's, where that is given."""
    known = _Known(links)
    found: dict[Pair, str] = {(None, None): "no order"}
    for pair in {link.pair for link in links}:
        order_line = known.order_lines.get(pair[0] or 0)
        shipment_line = known.shipment_lines.get(pair[1] or 0)
        if customer_id and order_line and order_line.order.customer_id != customer_id:
            order_line = None
        if customer_id and shipment_line and shipment_line.shipment.customer_id != customer_id:
            shipment_line = None
        parts = [f"line {order_line.position} of order {order_line.order}"] if order_line else []
        if shipment_line:
            parts.append(f"line {shipment_line.position} of shipment {shipment_line.shipment}")
        found[pair] = ", ".join(parts) or "no order"
    return found


def write_links(documents: Sequence[Linked], by: User | None) -> None:
    """Keep what the lines of new documents bill. Raises Refused for what they cannot bill."""
    known = _Known([link for _, _, links in documents for link in links])
    candidates = _candidates([document for document, _, _ in documents])
    rows = []
    for document, lines, links in documents:
        for line, link in zip(lines, links, strict=True):
            if link.is_said and not (_is_guessed(link) and not known.still_fits(document, line, link)):
                rows.append(_said(document, line, link, known, by))
            elif found := _found(line, candidates.get(document.pk, ())):
                order_line, why = found
                rows.append(BilledLine(invoice_line=line, order_line=order_line, why=why, linked_by=by))
    insert_all(rows)


def _is_guessed(link: Link) -> bool:
    return link.why in (BilledWhy.PRODUCT, BilledWhy.TEXT)


class _Known:
    """The lines of orders and shipments that are named, each read once."""

    def __init__(self, links: Iterable[Link]) -> None:
        links = list(links)
        order_ids = {link.order_line_id for link in links if link.order_line_id}
        shipment_ids = {link.shipment_line_id for link in links if link.shipment_line_id}
        shipments = ShipmentLine.objects.select_related("shipment", "order_line__order")
        self.shipment_lines = shipments.in_bulk(shipment_ids) if shipment_ids else {}
        self.order_lines = OrderLine.objects.select_related("order").in_bulk(order_ids) if order_ids else {}

    def still_fits(self, document: Invoice, line: InvoiceLine, link: Link) -> bool:
        """Whether what was found for a line once would be found for it still, whatever became of the order."""
        order_line = self.order_lines.get(link.order_line_id or 0)
        return (
            order_line is not None
            and not (document.is_credit_memo or document.is_deposit)
            and order_line.order.status != OrderStatus.CANCELLED
            and order_line.order.customer_id == document.customer_id
            and order_line.order.currency == document.currency
            and _is_named(order_line, document)
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
    if link.order_line_id or order_line:
        _require_order(document, line, order_line)
    return BilledLine(invoice_line=line, order_line=order_line, shipment_line=shipment_line, why=link.why, linked_by=by)


def _require_bills(document: Invoice) -> None:
    if document.is_credit_memo:
        raise Refused("A credit memo gives back what its invoice billed; it bills no order.", code="bills_no_order")
    if document.is_deposit:
        raise Refused("A deposit bills no order; the invoice of the whole does.", code="bills_no_order")


def _require_order(document: Invoice, line: InvoiceLine, order_line: OrderLine | None) -> None:
    if order_line is None or (order_line.order.company_id, order_line.order.customer_id) != _owner(document):
        raise Refused(f"Line {line.position}: that is no order line of this customer.", code="unknown_order_line")
    order = order_line.order
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


def _candidates(documents: Sequence[Invoice]) -> dict[int, list[OrderLine]]:
    """By document, the lines of the one open order that its order number names."""
    able = {
        document.pk: document
        for document in documents
        if document.po_number and not document.is_credit_memo and not document.is_deposit
    }
    if not able:
        return {}
    numbers = {document.po_number for document in able.values()}
    lines = OrderLine.objects.select_related("order").filter(
        Q(order__po_number__in=numbers) | Q(order__number__in=numbers),
        order__customer__in={document.customer_id for document in able.values()},
        order__status=OrderStatus.OPEN,
    )
    by_customer: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines:
        by_customer[line.order.customer_id].append(line)
    return {pk: _of_one_order(document, by_customer[document.customer_id]) for pk, document in able.items()}


def _of_one_order(document: Invoice, lines: Sequence[OrderLine]) -> list[OrderLine]:
    named = [line for line in lines if _is_named(line, document) and line.order.currency == document.currency]
    return named if len({line.order_id for line in named}) == 1 else []


def _is_named(line: OrderLine, document: Invoice) -> bool:
    return bool(document.po_number) and document.po_number in (line.order.po_number, line.order.number)


def _found(line: InvoiceLine, candidates: Sequence[OrderLine]) -> tuple[OrderLine, BilledWhy] | None:
    """The one line that is like this one: by its product, else by the item's code, else by the text."""
    if line.kind != LineKind.ITEM:
        return None
    likeness: Mapping[int, list[OrderLine]] = defaultdict(list)
    for each in candidates:
        if (rank := _likeness(line, each)) is not None:
            likeness[rank].append(each)
    if not likeness:
        return None
    rank = min(likeness)
    why = BilledWhy.TEXT if rank == TEXT else BilledWhy.PRODUCT
    return (likeness[rank][0], why) if len(likeness[rank]) == 1 else None


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
