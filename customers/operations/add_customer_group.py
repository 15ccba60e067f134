from django.db import transaction

from customers.models import CustomerGroup
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User


@transaction.atomic
def add_customer_group(company: Company, name: str, *, by: User | None) -> CustomerGroup:
    """Add a group that customers can be in. Raises Refused without a name, or where there is one of that name."""
    name = name.strip()
    if not name:
        raise Refused("A customer group needs a name.", code="name_missing")
    group, is_new = CustomerGroup.objects.get_or_create(company=company, name=name)
    if not is_new:
        raise Refused(f"There is a customer group {name} already.", code="name_taken")
    record(by, "add_customer_group", group)
    return group
