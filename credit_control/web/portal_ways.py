"""Where a customer pays to, as their pages behind a mailed link show it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billing.payment_codes.epc import epc_code
from customers.models import Customer
from ledger.models import OpenItem
from ledger.money import round_money
from payments.online import providers


def pays_online(customer: Customer) -> bool:
    """Whether the account offers to pay online: there is a provider, and something to pay."""
    return bool(providers()) and OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0).exists()


def ways_of(printed: Mapping[str, Any], amount: Decimal, currency: str) -> list[dict[str, Any]]:
    """The accounts in a currency, each with the amount to copy and a code to scan; none where nothing is to be paid."""
    if amount <= 0:
        return []
    accounts = [each for each in printed["accounts"] if each["currency"] == currency]
    return [
        {
            **each,
            "amount": amount,
            "amount_to_copy": round_money(amount, currency),
            "bare_iban": "".join(each["iban"].split()),
            "code": epc_code(
                holder=each["holder"],
                iban=each["iban"],
                amount=amount,
                currency=currency,
                reference=printed["buyer"]["number"],
            ),
        }
        for each in accounts
    ]
