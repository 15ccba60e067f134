"""What customers have free that no other reminder of the day has taken off already."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from credit_control.models import Reminder, ReminderItem
from credit_control.reminders.arriving import never_arrived
from customers.queries import free_credits

ZERO = Decimal(0)


def free_beside(
    customer_ids: Collection[int], on: date, *, before: Reminder | None = None
) -> dict[int, dict[str, Decimal]]:
    """The free credit of each customer by currency, less what reminders of that day took off; of those before one,
    where it is said. A reminder takes off up to what it asks for."""
    free = free_credits(customer_ids)
    for customer_id, currency, asked in _asked(free, on, before):
        own = free[customer_id]
        if currency in own:
            own[currency] = max(own[currency] - asked, ZERO)
    return free


def _asked(customer_ids: Collection[int], on: date, before: Reminder | None) -> list[tuple[int, str, Decimal]]:
    rows = ReminderItem.objects.filter(reminder__customer__in=list(customer_ids), reminder__reminded_on=on, dropped="")
    if before:
        rows = rows.filter(reminder__lt=before.pk)
    rows = rows.exclude(pk__in=never_arrived(rows)).order_by()
    return list(rows.values_list("reminder__customer", "item__currency").annotate(Sum("amount")))
