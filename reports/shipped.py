"""What was shipped and stands on no invoice and no draft, line by line."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from billing.models import ShipmentKind, ShipmentLine
from billing.order_figures import with_left
from ledger.fields import RateField, rounded
from reports.frame import Asked, Column, Row, Table
from reports.registers import mark_of, place_of

SHIPPED = "s."
"""Before the marks of this table's pages, beside those of another."""
COLUMNS = (
    Column("shipment", "Shipment"),
    Column("customer", "Customer"),
    Column("what", "What"),
    Column("shipped_on", "Shipped", "day"),
    Column("days", "Days since", "number"),
    Column("left", "Not billed", "number"),
    Column("amount", "Worth, net", "money", adds=True),
)
HUNDRED = Decimal(100)


def shipped_not_billed(asked: Asked) -> Table:
    """The lines of which something is still to be billed, the oldest first, and what they come to by currency.

    A line costs what its order says, else what it says itself; one without a price is counted and worth nothing yet.
    """
    lines = _lines(asked)
    rows, following = _page(asked, lines)
    empty = "All that was shipped is billed."
    return Table("Shipped, not billed", COLUMNS, rows, _foot(lines), following, empty, notes="Note")


def _lines(asked: Asked) -> QuerySet[Any]:
    stands = ShipmentLine.objects.filter(shipment__company=asked.company, shipment__cancelled_on=None)
    if asked.owner_ids is not None:
        stands = stands.filter(shipment__customer__sales_owner__in=asked.owner_ids)
    ordered = F("order_line__unit_price") * (HUNDRED - F("order_line__discount_percent")) / HUNDRED
    found = with_left(stands.exclude(shipment__kind=ShipmentKind.RETURN)).filter(left__gt=Decimal(0))
    found = found.annotate(
        of_currency=Coalesce("order_line__order__currency", "shipment__customer__currency"),
        worth=F("left") * Coalesce(ordered, F("unit_price"), output_field=RateField()),
    )
    return found.annotate(amount=rounded("worth", "of_currency")).order_by("shipment__shipped_on", "pk")


def _page(asked: Asked, lines: QuerySet[Any]) -> tuple[Iterable[Row], str]:
    lines = lines.select_related("shipment__customer")
    if asked.limit is None:
        return (_row(asked, line) for line in lines.iterator()), ""
    mark = asked.after.removeprefix(SHIPPED) if asked.after.startswith(SHIPPED) else ""
    day, last_id = place_of(mark)
    on = Value(day, output_field=DateField())
    later = Q(shipment__shipped_on__gt=on) | Q(shipment__shipped_on=on, pk__gt=last_id)
    found = list(lines.filter(later)[: asked.limit + 1])
    shown = found[: asked.limit]
    has_more = len(found) > asked.limit
    following = SHIPPED + mark_of((shown[-1].shipment.shipped_on, shown[-1].pk)) if has_more else ""
    return [_row(asked, line) for line in shown], following


def _row(asked: Asked, line: Any) -> Row:
    shipment = line.shipment
    return Row(
        {
            "shipment": f"{shipment.number}, line {line.position}",
            "customer": shipment.customer.name,
            "what": line.description[:80],
            "shipped_on": shipment.shipped_on,
            "days": (asked.company.today() - shipment.shipped_on).days,
            "left": line.left.normalize(),
            "amount": line.amount,
        },
        line.of_currency,
        {
            "shipment": reverse("billing:shipment", args=[shipment.pk]),
            "customer": reverse("customers:customer", args=[shipment.customer_id]),
        },
        note="" if line.amount is not None else "No price yet: the lists say it when it is drafted.",
    )


def _foot(lines: QuerySet[Any]) -> list[Row]:
    sums = lines.order_by("of_currency").values_list("of_currency").annotate(count=Count("pk"), sum=Sum("amount"))
    return [
        Row({"shipment": f"{count} together", "amount": amount or Decimal(0)}, currency)
        for currency, count, amount in sums
    ]
