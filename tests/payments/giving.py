"""Mandates that customers give by themselves, for tests."""

from typing import Any

from customers.models import Mandate
from customers.operations.add_account import AccountDetails
from payments.operations.give_mandate import give_mandate
from tests.customers.accounts import IBAN


def given_by(customer: Any, number: str = IBAN) -> Mandate:
    """A mandate that the customer's contact gave."""
    details, today = AccountDetails("iban", number, "Bramble GmbH"), customer.company.today()
    return give_mandate(customer.contacts.first().pk, details, on=today, network="10.0.0.0/24").mandate
