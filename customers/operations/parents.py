"""Who belongs to whom: a customer may have a parent, and a parent has none itself."""

from collections.abc import Iterable

from customers.merging import require_not_merged
from customers.models import Customer
from ledger.refusals import Refused


def locked(customer_ids: Iterable[int | None]) -> dict[int, Customer]:
    """These customers, locked in the order of their ids, so that nobody makes a parent a child meanwhile."""
    wanted = {pk for pk in customer_ids if pk}
    rows = Customer.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted)
    return rows.order_by("pk").in_bulk()


def require_parent(customer: Customer, parent_id: int) -> None:
    """Raise Refused where that customer cannot be the parent of this one."""
    parent = Customer.objects.filter(company=customer.company_id, pk=parent_id).first()
    if parent is None:
        raise Refused("That parent is not one of this company's customers.", code="unknown_parent")
    if parent.pk == customer.pk:
        raise Refused("Nobody is their own parent.", code="own_parent")
    require_not_merged(parent)
    if parent.parent_id:
        raise Refused(f"{parent.name} belongs to another customer itself: choose that one.", code="parent_chain")
    if customer.pk and Customer.objects.filter(parent=customer).exists():
        raise Refused(f"{customer.name} has subsidiaries, and so belongs to nobody.", code="parent_chain")
