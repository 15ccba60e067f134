"""Locking documents before their open items, the order of all that credits, voids and settles them.

In the house's list the orders that a document bills stand right after it: company period, customer, document, orders by
id, shipments by id, open items by id, and the number counter last. Whoever holds an order locks no document any more.
"""

from collections.abc import Collection

from django.db.models import QuerySet

from billing.models import Invoice, Order


def lock_documents(ids: Collection[int] | QuerySet[Invoice, int]) -> None:
    """Lock documents, by id."""
    list(Invoice.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def lock_documents_of(item_ids: Collection[int]) -> None:
    """Lock the documents of open items, by id. Whoever will also credit them does so before it locks the items."""
    lock_documents(Invoice.objects.filter(entry__items__in=item_ids).values_list("pk", flat=True))


def lock_orders(ids: Collection[int]) -> None:
    """Lock orders, by id, so that what is billed on them is counted by one at a time."""
    list(Order.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def orders_billed_in(invoice_ids: Collection[int]) -> set[int]:
    """The orders that lines of documents bill."""
    lines = Order.objects.filter(lines__billed_lines__invoice_line__invoice__in=invoice_ids)
    return set(lines.values_list("pk", flat=True))
