"""By which way a credit came in, so that it can go back by the same."""

from dataclasses import dataclass

from customers.account_numbers import plain
from customers.models import AccountKind, Customer, CustomerAccount
from customers.operations.add_account import hash_of
from ledger.models import OpenItem
from payments.models import PaymentMethod, Receipt

BY_HAND = (PaymentMethod.CARD, PaymentMethod.CASH, PaymentMethod.CHEQUE)
"""What goes back over the counter, by the card's provider, or as a cheque: no file of ours moves it."""
WAYS = (PaymentMethod.TRANSFER, *BY_HAND)
WAY_CHOICES = [(way.value, way.label) for way in WAYS]


@dataclass(frozen=True)
class Way:
    """A method and, for a transfer by file, the account."""

    method: str
    account: CustomerAccount | None = None


def original_way(customer: Customer, credit: OpenItem) -> Way:
    """The way of the receipt that a credit is: the account debited, or paid from, where it is one we may use.

    What never came in, such as a credit memo, goes to the customer's only account that may be used.
    """
    receipt = Receipt.objects.filter(entry=credit.entry_id).select_related("debit", "bank_line").first()
    if receipt and receipt.method in BY_HAND:
        return Way(receipt.method)
    usable = [account for account in customer.accounts.filter(closed_at=None) if not account.reason_not_to_use]
    usable = [account for account in usable if fits_currency(account, credit.currency)]
    told = [account for account in usable if receipt and _is_account_of(account, receipt)]
    return Way(PaymentMethod.TRANSFER, next(iter(told or (usable if len(usable) == 1 else [])), None))


def fits_currency(account: CustomerAccount, currency: str) -> bool:
    """Whether a file of ours moves this currency to an account."""
    return account.takes_sepa if currency == "EUR" else currency == "USD" and account.kind == AccountKind.US


def _is_account_of(account: CustomerAccount, receipt: Receipt) -> bool:
    """Whether a receipt was debited from an account, or paid from it as the bank says."""
    if debit := getattr(receipt, "debit", None):
        return debit.account_id == account.pk
    paid_from = plain(receipt.bank_line.party_account) if receipt.bank_line else ""
    return bool(paid_from) and account.number_hash == hash_of(AccountKind.IBAN, "", paid_from)
