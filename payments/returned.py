"""Payments that came back, and debits that a bank would not collect: told at once to the rooms that want to know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments.models import DebitCollection, PaymentMethod, Receipt


@dataclass(frozen=True)
class Returned:
    """What came back of whom on a day: a receipt, or a debit, which may never have become one."""

    company_id: int
    customer_id: int
    on: date
    amount: Decimal
    currency: str
    receipt: Receipt | None
    debit: DebitCollection | None

    @property
    def number(self) -> str:
        """What names it."""
        return str(self.debit or self.receipt)


TOLD: list[Callable[[Returned], None]] = []


def register_returned(told: Callable[[Returned], None]) -> None:
    """Let a room know of what comes back, in the transaction in which it does."""
    if told not in TOLD:
        TOLD.append(told)


def tell_returned(receipt: Receipt, amount: Decimal, on: date) -> None:
    """That so much of a payment came back. What a customer never paid, as tax withheld, does not."""
    if receipt.method != PaymentMethod.WITHHELD:
        debit = DebitCollection.objects.filter(receipt=receipt).first()
        _tell(Returned(receipt.company_id, receipt.customer_id, on, amount, receipt.currency, receipt, debit))


def tell_rejected(debit: DebitCollection, on: date) -> None:
    """That a bank does not collect a debit."""
    _tell(Returned(debit.company_id, debit.customer_id, on, debit.amount, debit.currency, None, debit))


def _tell(returned: Returned) -> None:
    for told in TOLD:
        told(returned)
