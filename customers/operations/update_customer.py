from dataclasses import replace

from django.db import transaction

from customers.days_to_pay import given_to, require_may_give
from customers.duplicates import Asked
from customers.merging import require_not_merged
from customers.models import AccountApplication, ApplicationStatus, Customer
from customers.names import plain_name, plain_tax_id
from customers.operations.details import (
    CustomerDetails,
    checked,
    state_of,
    write_details,
)
from customers.operations.parents import locked
from customers.operations.tell_apart import asked_of, keep_apart, require_another
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
    is_another: bool = False,
) -> Customer:
    """Change a customer that was read at `version`; their credit limit stays, it is changed by `change_credit_limit`.

    Raises Refused where somebody changed it meanwhile, they were merged, another limit is given, another currency while
    they have a limit, or more days to pay than one may alone, and MaybeKnown where another name or tax id makes them
    look like somebody else, unless they are said to be another.
    """
    customer = locked([customer_id, details.parent_id])[customer_id]
    require_not_merged(customer)
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
    _require_currency_of_limit(customer, details)
    if (details.net_days, details.terms_id) != given_to(customer):
        require_may_give(customer.company, [(details.net_days, details.terms_id)], by)
    asked = _changed(customer, details)
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
    hits = require_another(customer.company, asked, by=by, is_another=is_another, besides=customer)
    keep_apart(customer, hits, by=by)
    return customer


def _changed(customer: Customer, details: CustomerDetails) -> Asked:
    """The tax id and the name, with where they are, as far as they are others now."""
    asked = asked_of(details)
    is_same_name = plain_name(details.name) == customer.plain_name
    is_same_id = plain_tax_id(details.tax_id) == customer.plain_tax_id
    return replace(asked, emails=(), name="" if is_same_name else asked.name, tax_id="" if is_same_id else asked.tax_id)


def _require_same_limit(customer: Customer, details: CustomerDetails) -> None:
    if details.credit_limit not in (None, customer.credit_limit):
        raise Refused(
            "The credit limit is changed by itself, with a reason, beside the holds.", code="limit_has_its_own_change"
        )


def _require_currency_of_limit(customer: Customer, details: CustomerDetails) -> None:
    """A limit is an amount in the customer's currency, by the word of whoever may give it: as many of another are
    another limit."""
    if details.currency == customer.currency:
        return
    wanted = AccountApplication.objects.filter(customer=customer, status=ApplicationStatus.OPEN, wanted_limit__gt=0)
    if customer.credit_limit or customer.limit_on(customer.company.today()) or wanted.exists():
        raise Refused(
            f"Their credit limit is in {customer.currency}. Set it to 0 before they get another currency, and give one"
            f" in {details.currency} then.",
            code="limit_in_currency",
        )
