from dataclasses import replace

from django.db import transaction

from customers.days_to_pay import given_to, require_may_give
from customers.models import Customer
from customers.operations.details import (
    CustomerDetails,
    checked,
    state_of,
    write_details,
)
from customers.operations.parents import locked
from ledger.refusals import Refused
from office.audit import record
from office.models import User


@transaction.atomic
def update_customer(
    customer_id: int,
    details: CustomerDetails,
    *,
    version: int,
    by: User | None,
    reason: str = "",
) -> Customer:
    """Change a customer that was read at `version`; their credit limit stays, it is changed by `change_credit_limit`.

    Raises Refused where somebody changed it meanwhile, another limit is given, or more days to pay than one may alone.
    """
    customer = locked([customer_id, details.parent_id])[customer_id]
    if customer.version != version:
        raise Refused(
            "Somebody changed this customer while you were editing. Load it again.",
            code="stale",
        )
    _require_same_limit(customer, details)
    details = replace(
        details,
        credit_limit=customer.credit_limit,
        number=details.number or customer.number,
        currency=details.currency or customer.currency,
        language=details.language or customer.language,
        net_days=customer.net_days if details.net_days is None else details.net_days,
    )
    details = checked(details)
    if (details.net_days, details.terms_id) != given_to(customer):
        require_may_give(customer.company, [(details.net_days, details.terms_id)], by)
    before = state_of(customer)
    customer.version += 1
    write_details(customer, details)
    after = state_of(customer)
    changed = {name for name, value in after.items() if before[name] != value}
    record(
        by,
        "update_customer",
        customer,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        reason=reason,
    )
    return customer


def _require_same_limit(customer: Customer, details: CustomerDetails) -> None:
    if details.credit_limit not in (None, customer.credit_limit):
        raise Refused(
            "The credit limit is changed by itself, with a reason, beside the holds.", code="limit_has_its_own_change"
        )
