"""Customers that became part of others: whom their numbers find, and that nothing new is done in their name."""

from collections.abc import Collection

from django.db.models import F
from django.db.models.functions import Coalesce

from customers.models import Customer
from ledger.refusals import Refused
from office.models import Company

STANDING_ID = Coalesce(F("merged_into"), F("pk"))
"""Whose account a row of customers means: their own, or the one that it became part of."""


def ids_by_number(company: Company, numbers: Collection[str] | None = None) -> dict[str, int]:
    """The customers that these numbers mean, or all numbers: a merged one's means whom they were merged into."""
    rows = Customer.objects.filter(company=company)
    rows = rows if numbers is None else rows.filter(number__in=numbers)
    return dict(rows.values_list("number", STANDING_ID))


def require_not_merged(customer: Customer) -> None:
    """Raise Refused where this customer was merged into another one, and name that one."""
    if customer.merged_into_id:
        kept = customer.merged_into
        raise Refused(f"{customer} was merged into {kept}: choose that one.", code="customer_merged")
