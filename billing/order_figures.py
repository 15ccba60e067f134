"""How much of what was ordered has been shipped and billed: quantities by line, and what an order's state is.

What comes back is taken off what was shipped; cancelled shipments and void documents count for nothing, and a credit
memo gives back the quantity it credits.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypedDict

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce
from django_stubs_ext import WithAnnotations

from billing.models import (
    BilledLine,
    DocumentStatus,
    InvoiceLine,
    Order,
    OrderLine,
    OrderStatus,
    Shipment,
    ShipmentKind,
    ShipmentLine,
)
from ledger.fields import RateField
from office.dressing import dressed

ZERO = Decimal(0)
NOTHING = Value(ZERO, output_field=RateField())
STANDS = Q(shipment__cancelled_on=None)
BACK = Q(shipment__kind=ShipmentKind.RETURN)
STATES = (
    ("open", "Open"),
    ("part_shipped", "Part-shipped"),
    ("shipped", "Shipped"),
    ("late", "Late"),
    ("order_expired", "Expired"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
)


@dataclass(frozen=True)
class Figures:
    """Quantities of one line. `drafted` waits in drafts and is not among what is billed."""

    shipped: Decimal = ZERO
    returned: Decimal = ZERO
    billed: Decimal = ZERO
    drafted: Decimal = ZERO

    @property
    def out(self) -> Decimal:
        """What is with the customer: shipped, less what came back."""
        return self.shipped - self.returned


def order_figures(line_ids: Collection[int]) -> dict[int, Figures]:
    """The figures of order lines; three queries, however many they are."""
    moved = ShipmentLine.objects.filter(STANDS, order_line__in=line_ids).values_list("order_line").order_by()
    sums = {
        pk: (shipped, returned)
        for pk, shipped, returned in moved.annotate(
            shipped=Sum("quantity", filter=~BACK, default=ZERO), returned=Sum("quantity", filter=BACK, default=ZERO)
        )
    }
    billed = _billed("order_line", line_ids)
    return {pk: Figures(*sums.get(pk, (ZERO, ZERO)), *billed.get(pk, (ZERO, ZERO))) for pk in line_ids}


def shipment_figures(line_ids: Collection[int]) -> dict[int, Figures]:
    """The figures of shipment lines: what of each came back, is billed, and waits in drafts."""
    back = ShipmentLine.objects.filter(STANDS, returns__in=line_ids).values_list("returns").order_by()
    returned = dict(back.annotate(sum=Sum("quantity")))
    quantities = dict(ShipmentLine.objects.filter(pk__in=line_ids).values_list("pk", "quantity"))
    billed = _billed("shipment_line", line_ids)
    return {
        pk: Figures(quantities.get(pk, ZERO), returned.get(pk, ZERO), *billed.get(pk, (ZERO, ZERO))) for pk in line_ids
    }


def _billed(name: str, line_ids: Collection[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """By line, what documents bill of it less what is credited, and what waits in drafts."""
    is_issued, is_draft = (
        Q(invoice_line__invoice__status=each) for each in (DocumentStatus.ISSUED, DocumentStatus.DRAFT)
    )
    rows = BilledLine.objects.filter(**{f"{name}__in": line_ids}).values_list(name).order_by()
    sums = rows.annotate(
        billed=Sum("invoice_line__quantity", filter=is_issued, default=ZERO),
        drafted=Sum("invoice_line__quantity", filter=is_draft, default=ZERO),
    )
    credits = InvoiceLine.objects.filter(
        invoice__status=DocumentStatus.ISSUED,
        is_amount_only=False,
        credited_line__invoice__status=DocumentStatus.ISSUED,
        **{f"credited_line__billed__{name}__in": line_ids},
    )
    credited = dict(credits.values_list(f"credited_line__billed__{name}").order_by().annotate(sum=Sum("quantity")))
    return {pk: (billed - credited.get(pk, ZERO), drafted) for pk, billed, drafted in sums}


def lines_with_figures(order: Order) -> list[OrderLine]:
    """An order's lines, each with `figures` and with `left`, what is still to be shipped."""
    lines = list(order.lines.select_related("product", "tax"))
    figures = order_figures([line.pk for line in lines])
    return [
        dressed(line, figures=figures[line.pk], left=max(line.quantity - figures[line.pk].out, ZERO)) for line in lines
    ]


def _lines_to_ship() -> QuerySet[OrderLine]:
    """The lines of the order outside of which something is still to be shipped."""
    moved = Case(When(BACK, then=-F("quantity")), default=F("quantity"), output_field=RateField())
    of_line = ShipmentLine.objects.filter(STANDS, order_line=OuterRef("pk")).values("order_line").order_by()
    out = Coalesce(of_line.annotate(out=Sum(moved)).values("out"), NOTHING)
    return OrderLine.objects.filter(order=OuterRef("pk")).alias(out=out).filter(quantity__gt=F("out"))


class OrderState(TypedDict):
    """What `with_state` adds to a row."""

    state: str


OrderRow: TypeAlias = "WithAnnotations[Order, OrderState]"


def with_state(orders: QuerySet[Order], today: date) -> QuerySet[OrderRow]:
    """Each order with its `state` on a day: what somebody decided, else what was shipped and what its days say."""
    shipped = ShipmentLine.objects.filter(STANDS, order_line__order=OuterRef("pk"))
    to_ship = _lines_to_ship()
    return orders.alias(
        has_shipped=Exists(shipped), is_to_ship=Exists(to_ship), is_late=Exists(to_ship.filter(wanted_on__lt=today))
    ).annotate(
        state=Case(
            When(~Q(status=OrderStatus.OPEN), then=F("status")),
            When(has_shipped=True, is_to_ship=False, then=Value("shipped")),
            When(valid_until__lt=today, then=Value("order_expired")),
            When(is_late=True, then=Value("late")),
            When(has_shipped=True, then=Value("part_shipped")),
            default=Value("open"),
            output_field=CharField(),
        )
    )


def in_state(orders: QuerySet[OrderRow], state: str) -> QuerySet[OrderRow]:
    """Those of a state; needs `with_state`."""
    return orders.filter(state=state)


def to_bill(quantity: Decimal, figures: Figures) -> Decimal:
    """What of a shipped line is still to be billed: less what came back, is billed, or waits in a draft."""
    return max(quantity - figures.returned - figures.billed - figures.drafted, ZERO)


class Left(TypedDict):
    """What `with_left` adds to a row."""

    left: Decimal


ShippedRow: TypeAlias = "WithAnnotations[ShipmentLine, Left]"


def with_left(lines: QuerySet[ShipmentLine]) -> QuerySet[ShippedRow]:
    """Each line with `left`, what is still to be billed of it, as `to_bill` says; below zero where it is too much."""
    back = ShipmentLine.objects.filter(STANDS, returns=OuterRef("pk")).values("returns").order_by()
    returned = Coalesce(back.annotate(sum=Sum("quantity")).values("sum"), NOTHING)
    return lines.annotate(left=F("quantity") - returned - on_documents("shipment_line", "quantity"))


def on_documents(name: str, figure: str) -> CombinedExpression:
    """How much of the line, or order, outside stands on documents and drafts, less what is credited; `figure` is the
    name of what is summed up of their lines."""
    billed = BilledLine.objects.filter(**{name: OuterRef("pk")}).values(name).order_by()
    billed = billed.exclude(invoice_line__invoice__status=DocumentStatus.VOID)
    memos = InvoiceLine.objects.filter(
        invoice__status=DocumentStatus.ISSUED,
        credited_line__invoice__status=DocumentStatus.ISSUED,
        **{f"credited_line__billed__{name}": OuterRef("pk")},
    )
    if figure == "quantity":
        memos = memos.filter(is_amount_only=False)
    credited = memos.values(f"credited_line__billed__{name}").order_by()
    return Coalesce(billed.annotate(sum=Sum(f"invoice_line__{figure}")).values("sum"), NOTHING) - Coalesce(
        credited.annotate(sum=Sum(figure)).values("sum"), NOTHING
    )


def lines_to_bill() -> QuerySet[ShippedRow]:
    """The lines of the shipment outside of which something is still to be billed."""
    return with_left(ShipmentLine.objects.filter(shipment=OuterRef("pk"))).filter(left__gt=ZERO)


SHIPMENT_STATES = (
    ("to_bill", "Not billed"),
    ("part_billed", "Part-billed"),
    ("billed", "Billed"),
    ("came_back", "Came back"),
    ("cancelled", "Cancelled"),
)


class ShipmentState(TypedDict):
    """What `with_shipment_state` adds to a row."""

    state: str


ShipmentRow: TypeAlias = "WithAnnotations[Shipment, ShipmentState]"


def with_shipment_state(shipments: QuerySet[Shipment]) -> QuerySet[ShipmentRow]:
    """Each shipment with its `state`: whether it is billed, in drafts or issued."""
    billed = BilledLine.objects.filter(shipment_line__shipment=OuterRef("pk"))
    billed = billed.exclude(invoice_line__invoice__status=DocumentStatus.VOID)
    return shipments.alias(has_billed=Exists(billed), is_to_bill=Exists(lines_to_bill())).annotate(
        state=Case(
            When(cancelled_on__isnull=False, then=Value("cancelled")),
            When(kind=ShipmentKind.RETURN, then=Value("came_back")),
            When(is_to_bill=False, then=Value("billed")),
            When(has_billed=True, then=Value("part_billed")),
            default=Value("to_bill"),
            output_field=CharField(),
        )
    )


def in_shipment_state(shipments: QuerySet[ShipmentRow], state: str) -> QuerySet[ShipmentRow]:
    """Those of a state; needs `with_shipment_state`."""
    return shipments.filter(state=state)


def shipped_lines(shipment: Shipment) -> list[ShipmentLine]:
    """A shipment's lines, each with `figures`, with `left`, what is still to be billed, and `may_return`."""
    lines = list(shipment.lines.select_related("product", "order_line__order", "returns__shipment"))
    figures = shipment_figures([line.pk for line in lines])
    return [
        dressed(
            line,
            figures=figures[line.pk],
            left=to_bill(line.quantity, figures[line.pk]),
            may_return=line.quantity - figures[line.pk].returned,
        )
        for line in lines
    ]
