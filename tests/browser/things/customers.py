"""Customers' accounts and mandates to look at."""

from typing import Any

from customers.operations.manage_mandates import amend_mandate
from tests.customers.accounts import NEW_IBAN, confirmed, iban_account
from tests.customers.test_mandates import signed


def with_mandate(customer: Any) -> dict[str, int]:
    """An account, with a mandate that was put to it in another's place."""
    account = confirmed(customer)
    mandate = signed(customer, confirmed(customer, iban_account(NEW_IBAN)))
    amend_mandate(mandate.pk, account.pk, on=customer.company.today(), reason="New bank", by=None)
    return {"account": account.pk, "mandate": mandate.pk}
