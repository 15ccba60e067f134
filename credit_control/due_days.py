"""The day on which an item is due now: as the book has it, or as it was put off.

What of an item is in a payment plan is due with its instalments instead: plans/sql.py says when which part of it is.
"""

from collections.abc import Collection
from datetime import date

from credit_control.models import DueDayChange
from ledger.models import OpenItem


def put_off(items: Collection[OpenItem]) -> dict[int, date]:
    """The newest day of those of these items that were put off, by id."""
    changes = DueDayChange.objects.filter(item__in=[item.pk for item in items]).order_by("pk")
    return dict(changes.values_list("item", "due_on"))


def due_days(items: Collection[OpenItem]) -> dict[int, date]:
    """When each of these items is due, by its id, as far as it is in no plan."""
    return {item.pk: item.due_on for item in items} | put_off(items)
