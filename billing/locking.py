"""Locking documents before their open items, the order of all that credits, voids and settles them."""

from collections.abc import Collection

from django.db.models import QuerySet

from billing.models import Invoice


def lock_documents(ids: Collection[int] | QuerySet[Invoice, int]) -> None:
    """Lock documents, by id."""
    list(Invoice.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def lock_documents_of(item_ids: Collection[int]) -> None:
    """Lock the documents of open items, by id. Whoever will also credit them does so before it locks the items."""
    lock_documents(Invoice.objects.filter(entry__items__in=item_ids).values_list("pk", flat=True))
