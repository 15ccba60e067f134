"""The day on which an item is due now: as the book has it, or as it was put off."""

from collections.abc import Collection
from datetime import date

from credit_control.models import DueDayChange
from ledger.models import OpenItem


def due_days(items: Collection[OpenItem]) -> dict[int, date]:
    """When each of these items is due, by its id."""
    changes = DueDayChange.objects.filter(item__in=[item.pk for item in items]).order_by("pk")
    return {item.pk: item.due_on for item in items} | dict(changes.values_list("item", "due_on"))
