"""Who is on hold, and why."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, QuerySet

from customers.models import CreditHold, Customer
from office.dressing import dressed


def standing_holds(customer_ids: Collection[int]) -> dict[int, list[CreditHold]]:
    """The holds that stand, of each of these customers that has one, the oldest first."""
    found: dict[int, list[CreditHold]] = defaultdict(list)
    for hold in CreditHold.objects.filter(customer_id__in=list(customer_ids), released_on=None):
        found[hold.customer_id].append(hold)
    return dict(found)


def add_standing_holds(customers: Iterable[Customer]) -> list[Customer]:
    """The customers, each with its `standing_holds`."""
    customers = list(customers)
    holds = standing_holds([customer.pk for customer in customers])
    return [dressed(customer, standing_holds=holds.get(customer.pk, [])) for customer in customers]


def with_hold(rows: QuerySet, customer: str = "pk") -> QuerySet:
    """Add `is_held`: whether any hold stands; `customer` is where the rows have the customer's id."""
    return rows.annotate(is_held=Exists(CreditHold.objects.filter(customer=OuterRef(customer), released_on=None)))


def in_words(holds: Iterable[CreditHold]) -> str:
    """All causes in one line."""
    return "; ".join(hold.words.removesuffix(".") for hold in holds)


def in_hold_state(holds: QuerySet[CreditHold], state: str) -> QuerySet[CreditHold]:
    """Those that stand ("on_hold") or were released."""
    return holds.filter(released_on__isnull=state == "on_hold")
