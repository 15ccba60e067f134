"""Bank accounts of customers, for tests: published sample numbers, none of them anybody's."""

from collections.abc import Callable
from typing import Any

import pytest

from customers.models import Customer, CustomerAccount
from customers.operations.add_account import AccountDetails, add_account
from ledger.refusals import Refused
from office.models import ApprovalRequest
from office.operations.decide_request import approve_request

IBAN = "DE89370400440532013000"
OTHER_IBAN = "GB29NWBK60161331926819"
NEW_IBAN = "FR1420041010050500013M02606"
ROUTING, US_NUMBER = "026009593", "123456789"


def iban_account(number: str = IBAN, **details: Any) -> AccountDetails:
    """An account as typed."""
    return AccountDetails(**{"kind": "iban", "number": number, "holder": "Bramble GmbH"} | details)


def us_account(**details: Any) -> AccountDetails:
    """A US account as typed."""
    values = {"kind": "us", "number": US_NUMBER, "holder": "Bramble Inc", "bank_code": ROUTING}
    return AccountDetails(**values | details)


def confirmed(customer: Customer, details: AccountDetails | None = None) -> CustomerAccount:
    """An account that the office itself added, so that it is confirmed at once."""
    return add_account(customer, details or iban_account(), by=None)


def approve_last(by: Any) -> ApprovalRequest:
    """Say yes to the newest request."""
    return approve_request(ApprovalRequest.objects.latest("pk").pk, by=by)


def refusal_of(act: Callable[[], Any]) -> str:
    """The code of what is refused."""
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code
