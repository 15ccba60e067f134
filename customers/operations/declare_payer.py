from django.db import transaction
from django.utils import timezone

from customers.merging import require_not_merged
from customers.models import Customer, DeclaredPayer
from ledger.refusals import Refused
from office.audit import record
from office.models import User


@transaction.atomic
def declare_payer(customer_id: int, payer_id: int | None, *, by: User | None) -> DeclaredPayer | None:
    """Say who pays what a customer owes, or None: each for themselves again. What was settled so far stands.

    Raises Refused for another company's customer, oneself, or a chain: whoever pays for others pays for themselves.
    """
    ids = {customer_id, payer_id} if payer_id else {customer_id}
    rows = Customer.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk").in_bulk()
    customer, payer = rows[customer_id], rows.get(payer_id) if payer_id else None
    if payer_id:
        _check(customer, payer)
    before = DeclaredPayer.objects.filter(customer=customer, ended_at=None).select_related("payer").first()
    if before and payer and before.payer_id == payer.pk:
        return before
    if before:
        before.ended_by, before.ended_at = by, timezone.now()
        before.save(update_fields=["ended_by", "ended_at"])
    declared = DeclaredPayer.objects.create(customer=customer, payer=payer, declared_by=by) if payer else None
    if before or declared:
        was = {"payer": before.payer if before else None}
        record(by, "declare_payer", customer, before=was, after={"payer": payer})
    return declared


def _check(customer: Customer, payer: Customer | None) -> None:
    if payer is None or payer.company_id != customer.company_id:
        raise Refused("That customer is not one of this company's.", code="unknown_customer")
    require_not_merged(customer)
    require_not_merged(payer)
    if payer.pk == customer.pk:
        raise Refused("Everybody pays for themselves unless another is named.", code="own_payer")
    standing = DeclaredPayer.objects.filter(ended_at=None)
    if standing.filter(customer=payer).exists() or standing.filter(payer=customer).exists():
        raise Refused("Whoever pays for others pays for themselves: no chains.", code="payer_chain")
