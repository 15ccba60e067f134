"""Locking documents before their open items, the order of all that credits, voids and settles them.

In the house's list what a document bills stands right after it: company period, customer, document, orders by id,
shipments by id, open items by id, and the number counter last. Whoever holds an order locks no document any more.
"""

from collections.abc import Collection

from django.db.models import QuerySet

from billing.models import BilledLine, Invoice, Order, Shipment


def lock_documents(ids: Collection[int] | QuerySet[Invoice, int]) -> None:
    """Lock documents, by id."""
    list(Invoice.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def lock_documents_of(item_ids: Collection[int]) -> None:
    """Lock the documents of open items, by id. Whoever will also credit them does so before it locks the items."""
    lock_documents(Invoice.objects.filter(entry__items__in=item_ids).values_list("pk", flat=True))


def lock_orders(ids: Collection[int]) -> None:
    """Lock orders, by id, so that what is billed on them is counted by one at a time."""
    list(Order.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def lock_what_is_billed(invoice_ids: Collection[int]) -> None:
    """Lock the orders whose lines documents bill, and the shipments that are for no order; the documents are locked."""
    billed = BilledLine.objects.filter(invoice_line__invoice__in=invoice_ids)
    pairs = list(billed.order_by().values_list("order", "shipment_line__shipment").distinct())
    if order_ids := {order_id for order_id, _ in pairs if order_id}:
        lock_orders(order_ids)
    if shipment_ids := {shipment_id for order_id, shipment_id in pairs if shipment_id and not order_id}:
        rows = Shipment.objects.select_for_update(no_key=True).filter(pk__in=shipment_ids)
        list(rows.order_by("pk").values_list("pk"))
