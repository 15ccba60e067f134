"""A customer's own money with us: unapplied payments and credit memos, which can settle what they pay online."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import QuerySet

from customers.models import Contact
from ledger.allocating import Pair
from ledger.models import ItemKind, OpenItem

ZERO = Decimal(0)


def usable_credits(customer_id: int, currency: str) -> QuerySet[OpenItem]:
    """Their unapplied payments and credit memos in a currency, the oldest first."""
    kinds = (ItemKind.PAYMENT, ItemKind.CREDIT_MEMO)
    rows = OpenItem.objects.filter(customer_id=customer_id, currency=currency, kind__in=kinds, balance__lt=0)
    return rows.order_by("dated_on", "pk")


def credit_of(customer_id: int, currency: str) -> Decimal:
    """What that comes to."""
    return -sum(usable_credits(customer_id, currency).values_list("balance", flat=True), ZERO)


def credit_for(contact: Contact, currency: str) -> Decimal:
    """The same, for one of their people who is told how the account stands; nothing for others."""
    return credit_of(contact.customer_id, currency) if contact.is_active and contact.gets_statements else ZERO


def spread(wanted: Mapping[int, Decimal], credits: Iterable[OpenItem], most: Decimal) -> list[Pair]:
    """Pairs that settle what is wanted of each item, in its order, with the credits in theirs, up to `most` in all."""
    left, pairs = dict(wanted), []
    for credit in credits:
        free = -credit.balance
        for item_id, wants in left.items():
            amount = min(free, wants, most)
            if amount > 0:
                pairs.append(Pair(item_id, credit.pk, amount))
                left[item_id] -= amount
                free -= amount
                most -= amount
    return pairs
