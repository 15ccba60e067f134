"""What open orders add to what a customer would owe: what is ordered and stands on no document and no draft."""

from django.db.models import Case, ExpressionWrapper, F, OuterRef, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from billing.models import Order, OrderLine, OrderStatus
from billing.order_figures import NOTHING, on_documents
from customers.exposure import Part
from customers.models import HoldPolicy
from ledger.fields import AmountField, RateField, rounded


def open_orders() -> QuerySet[Order]:
    """The open orders of everybody, each with `left`, what is still to be billed of it, without tax.

    Of a blanket order that is what is left of its amount, of others what is left of each line's quantity at its price.
    """
    rest = Greatest(F("quantity") - on_documents("order_line", "quantity"), NOTHING, output_field=RateField())
    worth = ExpressionWrapper(rest * F("net") / F("quantity"), output_field=RateField())
    lines = OrderLine.objects.filter(order=OuterRef("pk")).annotate(worth=worth).values("order").order_by()
    of_lines = Coalesce(lines.annotate(sum=Sum("worth")).values("sum"), NOTHING, output_field=RateField())
    of_blanket = Greatest(F("blanket_amount") - on_documents("order", "taxable"), NOTHING, output_field=RateField())
    orders = Order.objects.filter(status=OrderStatus.OPEN).annotate(
        exact=Case(When(blanket_amount__isnull=False, then=of_blanket), default=of_lines, output_field=RateField())
    )
    return orders.annotate(left=rounded("exact", "currency")).exclude(left=Value(0, output_field=AmountField()))


def counts_orders(policy: HoldPolicy) -> bool:
    """Whether the company lets them count."""
    return policy.counts_orders


ORDERED = Part("ordered", "Ordered", open_orders, F("left"), counts_orders)
